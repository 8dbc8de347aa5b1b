import { Worker } from "node:worker_threads";

/** How often a held lock is touched. */
const BEAT_MS = 5_000;
/** A lock on another machine that was not touched for so long belongs to nobody: its process, or its machine, is gone. */
export const DEAD_AFTER_MS = 60_000;

/**
 * Touches the files in a thread of its own: a compilation or a long step blocks the process's main thread, and must not
 * look like its death. The last byte is written over itself, so that the file system sets the time, whose clock is the
 * same for all machines that share it.
 */
const thread = `
  const { parentPort } = require("node:worker_threads");
  const { closeSync, fstatSync, openSync, readSync, writeSync } = require("node:fs");
  const held = new Set();
  parentPort.on("message", ({ hold, release }) => (hold ? held.add(hold) : held.delete(release)));
  const byte = Buffer.alloc(1);
  setInterval(() => {
    for (const path of held) {
      try {
        const file = openSync(path, "r+");
        const last = fstatSync(file).size - 1;
        readSync(file, byte, 0, 1, last);
        writeSync(file, byte, 0, 1, last);
        closeSync(file);
      } catch {} // a lock that was taken away is found out where it is used
    }
  }, ${BEAT_MS});`;

let worker: Worker | undefined;

/** Keeps the file's time fresh until it is released, or the process ends. */
export function beat(path: string): { stop(): void } {
  if (!worker) {
    worker = new Worker(thread, { eval: true });
    worker.unref();
  }
  worker.postMessage({ hold: path });
  return { stop: () => worker!.postMessage({ release: path }) };
}
