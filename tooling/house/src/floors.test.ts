import { describe, expect, it } from "vitest";
import { checkFloors } from "./floors.ts";

function violations(files: Record<string, string>): string[] {
  return checkFloors({ folder: "packages/lat-engine", manifest: { name: "lat-engine" }, files });
}

describe("checkFloors", () => {
  it("accepts imports of the same room, of rooms below, and any in a test", () => {
    const files = {
      "src/attack/a.ts":
        'import { b } from "./b.ts";\nimport type { Ball } from "../ball/ball.ts";\nimport "lat-system";\n',
      "src/ball/ball.test.ts": 'import "../experiment/run.ts";\n',
      "src/index.ts": 'export { run } from "./experiment/run.ts";\n',
    };
    expect(violations(files)).toEqual([]);
  });

  it("names an import that points up, of a type as well", () => {
    expect(violations({ "src/ball/l2.ts": '\nimport type { A } from "../attack/attack.ts";\n' })).toEqual([
      "packages/lat-engine/src/ball/l2.ts:2: ball may not use attack, which stands above it",
    ]);
  });

  it("names a room that has no floor", () => {
    expect(violations({ "src/cellar/a.ts": "" })).toEqual([
      "packages/lat-engine/src/cellar/a.ts: src/cellar is on no floor; give it one in tooling/house/src/floors.ts",
    ]);
  });
});
