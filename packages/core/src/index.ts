export * from "./errors/index.ts";
export * from "./model/index.ts";
