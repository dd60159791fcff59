import { PrimepackError, type Secret } from "@primepack/core/errors";
import { isMembers, type Members } from "@primepack/core/http";
import { openSealed } from "@primepack/core/seal";
import { Fields, parsedJson } from "../parse/fields.ts";
import { jobIdOf, textOf } from "../parse/values.ts";

/** A message as far as it can be read without a key. */
export type ReadMessage =
  | { readonly kind: "clear"; readonly event: Members }
  | { readonly kind: "encrypted"; readonly jobId: string; readonly iv: Uint8Array; readonly content: Uint8Array }
  | { readonly kind: "malformed"; readonly jobId: string; readonly error: PrimepackError };

/** Reads base64 of UTF-8 JSON, and JSON itself; an encrypted one is a single object with the label `Encrypted`. */
export function readMessage(text: string): ReadMessage {
  const json = parsedJson(text.trim().startsWith("{") ? text : Buffer.from(text, "base64").toString("utf8"));
  if (!isMembers(json)) return malformed("", "it must be JSON, in base64", `${text.length} characters`);
  const fields = new Fields(json);
  if (textOf(fields.get("Label")).toLowerCase() !== "encrypted") return { kind: "clear", event: json };
  const jobId = jobIdOf(fields.get("JobId"));
  const iv = Buffer.from(textOf(fields.get("IV")), "base64");
  const content = Buffer.from(textOf(fields.get("Content")), "base64");
  if (jobId === "") return malformed(jobId, "an encrypted one must name its job", "no JobId");
  if (iv.length !== 16) return malformed(jobId, "its IV must have 16 bytes", `${iv.length}`);
  if (content.length === 0) return malformed(jobId, "its Content must not be empty", "0 bytes");
  return { kind: "encrypted", jobId, iv, content };
}

/** The event of an encrypted message; undefined if the key doesn't open it. */
export async function openMessage(
  { iv, content }: ReadMessage & { readonly kind: "encrypted" },
  key: Secret<Uint8Array>,
): Promise<Members | undefined> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of openSealed([content], { key, iv })) chunks.push(chunk);
  } catch (error) {
    if (error instanceof PrimepackError && error.code === "UNSEAL_FAILED") return undefined;
    throw error;
  }
  // Of the wrong keys one in 256 leaves valid padding, but none leaves JSON.
  const json = parsedJson(Buffer.concat(chunks).toString("utf8"));
  return isMembers(json) ? json : undefined;
}

export function malformed(
  jobId: string,
  constraint: string,
  value: string,
): ReadMessage & { readonly kind: "malformed" } {
  const of = jobId === "" ? "" : ` of the job ${jobId}`;
  return {
    kind: "malformed",
    jobId,
    error: new PrimepackError(
      "QUEUE_MESSAGE_INVALID",
      `Cannot read a message${of} as ${constraint}: current value is ${value}`,
    ),
  };
}
