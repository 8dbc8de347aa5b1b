import { expect, test } from "vitest";
import { formatCases, formatEstimate, formatSeconds, formatSignificant } from "./format.ts";
import { metricHeading, metricPhrase } from "./metric-name.ts";

test("shares are shown in per cent, everything else as it is", () => {
  expect(formatEstimate({ name: "attack-success-rate", value: 0.4021, low: 0.331, high: 0.47 })).toBe(
    "40.2 % [33.1, 47.0]",
  );
  expect(formatEstimate({ name: "loss/x", value: -4.6518, low: -5, high: -4 })).toBe("−4.652 [−5.000, −4.000]");
});

test("times, counts and sizes", () => {
  expect([3.21, 65, 3599.6, 7620].map(formatSeconds)).toEqual(["3.2 s", "1 min 05 s", "1 h 00 min", "2 h 07 min"]);
  expect([[], [2000], [2000, 1990]].map(formatCases)).toEqual(["–", "2,000", "1,990–2,000"]);
  expect([0.0123456, 12345, -2].map(formatSignificant)).toEqual(["0.01235", "12350", "−2"]);
});

test("names become words", () => {
  expect(metricPhrase("attack-success-rate/alpha")).toBe("attack success rate (alpha)");
  expect(metricHeading("loss/desirable")).toBe("Loss (desirable), nats");
  expect(metricHeading("accuracy/clean")).toBe("Accuracy (clean), %");
  expect(metricHeading("false-negative-rate-at-10/words")).toBe("False negative rate at 10 (words), %");
  expect(metricPhrase("f1/worst")).toBe("F1 (worst)");
  expect(metricHeading("auroc/clean")).toBe("AUROC (clean)");
});
