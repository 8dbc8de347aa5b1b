export { type GradientError, gradcheck } from "./gradcheck.ts";
