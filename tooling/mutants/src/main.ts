import { LatError } from "lat-system";
import { methodSubject } from "./method-mutants.ts";
import { modelSubjects } from "./model-mutants.ts";
import { examine } from "./mutant.ts";
import { taskSubject } from "./task-mutants.ts";

// `bun run mutants`: breaks copies of a task, of the models and of the engine on purpose, and says which check catches each bug.

const subjects = [taskSubject, methodSubject, ...modelSubjects];
let survivors = 0;
for (const subject of subjects) {
  const { caught } = await examine(subject);
  if (caught) throw new LatError(`${subject.name} fails as it is: ${caught.check}: ${caught.message}`);
  console.log(`\n${subject.name}: every check passes; with a bug:\n`);
  for (const mutant of subject.mutants) {
    const verdict = await examine(subject, mutant);
    if (!verdict.caught) survivors++;
    console.log(`  ${verdict.caught ? "caught  " : "SURVIVES"}  ${verdict.bug}`);
    if (verdict.caught)
      console.log(`            ${verdict.caught.check}\n            ${verdict.caught.message.split("\n")[0]}`);
  }
}
const all = subjects.reduce((sum, { mutants }) => sum + mutants.length, 0);
console.log(`\n${all - survivors} of ${all} bugs caught`);
process.exitCode = survivors > 0 ? 1 : 0;
