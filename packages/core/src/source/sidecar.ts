import { isUtf8 } from "node:buffer";
import type { Code } from "../errors/index.ts";
import { redact } from "../errors/index.ts";
import type { ItemDetails } from "../model/index.ts";
import { Misfit, parseJson } from "../table/index.ts";
import { details } from "./inventory-item.ts";
import { readStableFile } from "./read-file.ts";
import { sourceError } from "./source-error.ts";

/** Bytes of a sidecar. */
const SIDECAR_MAX_BYTES: number = 1024 * 1024;

/** Why a sidecar can't be used. */
export interface SidecarFault {
  readonly code: Code;
  readonly message: string;
}

/** What a sidecar says of the entry beside it; ABORTED is thrown. */
export async function readSidecar(
  absolute: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly details: ItemDetails } | { readonly fault: SidecarFault }> {
  try {
    return { details: details(parseJson(await textOf(absolute, signal))) };
  } catch (reason) {
    if (reason instanceof Misfit) {
      const message = redact(`Cannot use the sidecar as ${reason.because}`);
      return { fault: { code: "SOURCE_INVALID_ITEM", message } };
    }
    const error = sourceError(reason, "read the sidecar", absolute);
    if (error.code === "ABORTED") throw error;
    return { fault: { code: error.code, message: error.message } };
  }
}

async function textOf(absolute: string, signal: AbortSignal | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of readStableFile(absolute, signal === undefined ? {} : { signal })) {
    size += chunk.length;
    if (size > SIDECAR_MAX_BYTES) throw new Misfit(`has more than ${SIDECAR_MAX_BYTES} bytes`);
    // A copy, as the next chunk takes the memory.
    chunks.push(Buffer.from(chunk));
  }
  const bytes = Buffer.concat(chunks);
  if (!isUtf8(bytes)) throw new Misfit("is no UTF-8");
  return bytes.toString("utf8").replace(/^\ufeff/, "");
}
