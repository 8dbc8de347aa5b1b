import { LatError } from "lat-system";

/** Raised when the caller's signal stops an experiment. What was done is kept, and resuming goes on from there. */
export class InterruptedError extends LatError {}
