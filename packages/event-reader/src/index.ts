export type * from "./logs/log-types.ts";
export type * from "./outcome/outcome-types.ts";
export type * from "./queue/queue-types.ts";
export type * from "./types.ts";
export type * from "./watch/watch-types.ts";
