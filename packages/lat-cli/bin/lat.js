#!/usr/bin/env node
// What is installed as `lat`, under Node as well as under Bun. It is not made by the build, since package managers link
// only what is there when they install, which is before that.
const OLDEST_NODE = 20;
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  console.error(`error: this is Node ${process.versions.node}, expected Node ${OLDEST_NODE} or later, or Bun`);
  process.exit(2);
}
await import("../dist/main.js");
