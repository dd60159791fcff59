import { Secret } from "@primepack/core/errors";
import { ServiceError } from "@primepack/core/http";
import { earliestExpiry, sasExpiry } from "./sas-expiry.ts";
import type { JobContainers, JobQueue } from "./types.ts";

/** Bytes of the key that encrypts a package (API page, "Azure" section). */
const KEY_BYTES = 32;

/** The containers of a reply: what it names is checked, and the URIs are kept as they came. */
export function jobContainers(data: unknown, metadata: unknown, key: unknown, doing: string): JobContainers {
  const dataContainerUri = secretUri(data, "the data container", doing);
  const metadataContainerUri = secretUri(metadata, "the metadata container", doing);
  const bytes = typeof key === "string" ? Buffer.from(key, "base64") : Buffer.alloc(0);
  if (bytes.length !== KEY_BYTES) throw invalidReply(doing, "the key must have 32 bytes", `${bytes.length} bytes`);
  return {
    dataContainerUri,
    metadataContainerUri,
    encryptionKey: new Secret<Uint8Array>(bytes),
    expiresAt: earliestExpiry([dataContainerUri, metadataContainerUri]),
  };
}

export function jobQueue(uri: unknown, doing: string): JobQueue {
  const queueUri = secretUri(uri, "the queue", doing);
  return { queueUri, expiresAt: sasExpiry(queueUri) };
}

function secretUri(value: unknown, what: string, doing: string): Secret {
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === "https:" || url?.protocol === "http:") return new Secret(String(value));
  throw invalidReply(doing, `the reply must name the URI of ${what}`, url?.protocol ?? typeof value);
}

/** The key as the service gave it. */
export function keyInBase64(key: Secret<Uint8Array>): string {
  return Buffer.from(key.reveal()).toString("base64");
}

export function invalidReply(doing: string, constraint: string, value: string): ServiceError {
  return new ServiceError("SERVICE_REPLY_INVALID", `Cannot ${doing} as ${constraint}: current value is ${value}`);
}
