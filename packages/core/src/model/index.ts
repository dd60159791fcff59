export * from "./item.ts";
export * from "./limits.ts";
export * from "./outcome.ts";
export * from "./package-record.ts";
export * from "./plan.ts";
export * from "./ports.ts";
export * from "./sealed.ts";
export * from "./target.ts";
