export { startEmulator } from "./start-emulator.ts";
export type * from "./types.ts";
