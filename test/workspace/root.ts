import { fileURLToPath } from "node:url";

/** The folder of the workspace, with a separator at its end. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url));
