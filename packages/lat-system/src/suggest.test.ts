import { expect, test } from "vitest";
import { nearest, unknownName } from "./suggest.ts";

test("the nearest known name is suggested, none where none is near", () => {
  expect(nearest("layer.4.residual", ["embeddings", "layers.4.residual"])).toBe("layers.4.residual");
  expect(nearest("zzzz", ["embeddings"])).toBeUndefined();
});

test("letters that changed places are one mistake", () => {
  expect(nearest("lta", ["ft", "rlp", "at", "lat"])).toBe("lat");
  expect(nearest("rpl", ["ft", "rlp", "at", "lat"])).toBe("rlp");
  expect(nearest("Tru", ["fur", "true", "turn"])).toBe("true");
});

test("an unknown name is answered with the suggestion and all known names", () => {
  expect(unknownName("method", "latt", ["at", "lat"])).toBe(
    'unknown method "latt"; did you mean "lat"? Known: at, lat',
  );
  expect(unknownName("method", "zzzzzz", [])).toBe('unknown method "zzzzzz". Known: none');
});
