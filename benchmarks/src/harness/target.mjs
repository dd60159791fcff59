import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const url = new URL("../../../fixtures/target.json", import.meta.url);

/** The library of the example target, and the file that describes it. */
export const targetFile = fileURLToPath(url);
export const target = JSON.parse(await readFile(url, "utf8"));
