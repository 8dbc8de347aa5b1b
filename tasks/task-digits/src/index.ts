export { default } from "./task.ts";
