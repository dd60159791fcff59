import { createHash } from "node:crypto";
import { guidOf } from "@primepack/core/http";
import { moveSource, moveTarget } from "../tasks/move-sides.ts";
import type { Move } from "../tasks/task-types.ts";

/** Two moves of one source have the same digest, however they write it. */
export function sourceDigest(move: Move): string {
  return digest([move.kind, sameForm(moveSource(move))]);
}

/** The source's digest of a user whom the service has named the UPN of. */
export function userDigest(userPrincipalName: string): string {
  return digest(["user", sameForm(userPrincipalName)]);
}

/** Two moves to one target have the same digest; mail nicknames are of their organization, which has several names. */
export function targetDigest(move: Move): string {
  const { targetOrganizationHost, targetOrganizationId } = move;
  const organization = move.kind === "group" ? [sameForm(targetOrganizationHost ?? targetOrganizationId ?? "")] : [];
  return digest([move.kind, sameForm(moveTarget(move)), ...organization]);
}

/**
 * One form of what names the same: case doesn't count, nor do braces of a GUID, nor of a URL its percent-encoding, its
 * default port and slashes at its end.
 */
export function sameForm(text: string): string {
  const trimmed = text.trim();
  const plain = /^https?:/i.test(trimmed) && URL.canParse(trimmed) ? plainUrl(new URL(trimmed)) : trimmed;
  return guidOf(plain) ?? plain.normalize("NFC").toLowerCase();
}

function plainUrl({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${decoded(pathname).replace(/\/+$/, "")}`;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A percent sign that encodes nothing.
    return path;
  }
}

function digest(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
