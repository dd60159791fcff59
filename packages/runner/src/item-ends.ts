import type { Journal } from "@primepack/core";
import type { ItemEnd } from "./types.ts";

/** The end of every source item of the run, one each; what is not settled yet is `pending`. */
export async function* itemEnds(_directory: string, _journal: Journal): AsyncGenerator<ItemEnd, void, undefined> {}
