import type { Command } from "commander";
import { type CommonOptions, verb } from "../shared/options.ts";
import { print, printJson } from "../shared/output.ts";

interface DoctorOptions extends CommonOptions {
  readonly fix?: true;
  readonly gpu?: true;
}

export function addDoctor(program: Command): void {
  verb(program, "doctor", "look whether this machine has what is needed, and set up TensorFlow", "lat doctor --fix")
    .option("--fix", "fetch TensorFlow and compile what binds it; done at once where it is there already")
    .option("--gpu", "with TensorFlow for CUDA GPUs")
    .action(doctor);
}

async function doctor(options: DoctorOptions): Promise<void> {
  const { diagnose, provision } = await import("lat-tensorflow/provision");
  const gpu = options.gpu ?? false;
  if (options.fix) {
    const { follow, openDisplay } = await import("../shared/progress.ts");
    const display = openDisplay();
    try {
      await provision({ gpu, fix: true, onProgress: follow(display), onWait: display.say });
    } finally {
      display.close();
    }
  }
  const checks = await diagnose({ gpu });
  if (options.json) printJson(checks);
  else {
    const width = Math.max(...checks.map(({ name }) => name.length));
    for (const { name, status, found, advice } of checks) {
      print(
        `${status.padEnd(7)}  ${name.padEnd(width)}  ${found}${advice ? `\n${" ".repeat(width + 11)}→ ${advice}` : ""}`,
      );
    }
  }
  if (checks.some(({ status }) => status === "wrong")) process.exitCode = 1;
}
