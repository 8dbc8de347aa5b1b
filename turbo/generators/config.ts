// Where `turbo gen` looks for generators. This one is a package, so that it is checked and tested as every other.
export { default } from "../../tooling/generators/src/generator.ts";
