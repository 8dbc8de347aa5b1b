#!/usr/bin/env bun
// What is installed as `lat`. It is not made by the build, since package managers link only what is there when they
// install, which is before that.
import "../dist/main.js";
