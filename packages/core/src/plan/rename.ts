import { hash } from "node:crypto";
import { NAME_MAX_LENGTH, type RenameReason } from "../model/index.ts";
import {
  hasBadEnd,
  hasBadStart,
  INVALID_UNITS,
  isReservedName,
  type NamePlace,
  nameFaults,
  RESERVED_PART,
} from "./name-rules.ts";

/** How a refused UTF-16 unit is written: `_xHHHH_`, from which {@link decodeName} leads back, or `_`. */
export type RenameStyle = "hex" | "underscore";

export interface LegalName {
  readonly name: string;
  /** Empty if the name is the given one. */
  readonly why: readonly RenameReason[];
}

/** Hexadecimal digits that a shortened or clashing name gets first, and by which they grow while the result clashes. */
export const HASH_DIGITS = 8;

/** All digits of the hash. */
export const HASH_DIGITS_MAX = 64;

/** UTF-16 units of a file's extension, period included, that is kept when its name is shortened. */
const EXTENSION_MAX_LENGTH = 32;

/** UTF-16 units of the shortest name that a hash can be in: one of the name, `~`, the digits. */
export const SHORTENED_MIN_LENGTH: number = 1 + 1 + HASH_DIGITS;

/** The hex form of the empty name, which holds nothing that could be written as `_xHHHH_`. */
const EMPTY_IN_HEX = "_x_";

/**
 * The name in NFC, and changed where SharePoint would refuse it; a function of the arguments alone. The result breaks no
 * rule of {@link nameFaults} and comes out of this function unchanged.
 *
 * In style `hex` each UTF-16 unit that can't stay becomes `_xHHHH_` (upper-case digits): characters that are not allowed,
 * a leading or trailing one, the first of a reserved name, the `v` of each `_vti_`. An underscore before `xHHHH` is then
 * written so too, which makes the form reversible. In style `underscore` a unit becomes `_`, a reserved name is led by
 * `_`, and `_vti_` becomes `_v_ti_`. A name that is too long is cut and gets a hash: {@link hashedName}.
 */
export function legalName(given: string, place: NamePlace, style: RenameStyle): LegalName {
  const name = given.normalize("NFC");
  const faults = nameFaults(name, place);
  if (name === given && faults.length === 0) return { name, why: [] };

  const why: RenameReason[] = name === given ? faults : ["not-normalized", ...faults];
  const changed = style === "hex" ? inHex(name, place) : withUnderscores(name, place);
  if (changed.length <= NAME_MAX_LENGTH) return { name: changed, why };
  if (!why.includes("name-too-long")) why.push("name-too-long");
  return { name: hashedName(given, changed, place.kind, HASH_DIGITS, NAME_MAX_LENGTH) ?? changed, why };
}

/**
 * The name that `legal` is made into when it clashes or is too long: `<stem>~<digits><extension>`, cut in its stem to at
 * most `maxLength` UTF-16 units. Undefined if not even one unit of the stem would fit.
 *
 * The digits are the first of the SHA-256 of the source's own name (UTF-16, little-endian, so that names that are no valid
 * Unicode differ too) in lower-case hexadecimal: they depend on nothing but that name. Folders have no extension.
 */
export function hashedName(
  given: string,
  legal: string,
  kind: NamePlace["kind"],
  digits: number,
  maxLength: number,
): string | undefined {
  const suffix = `~${hash("sha256", Buffer.from(given, "utf16le"), "hex").slice(0, digits)}`;
  const extension = kind === "file" ? extensionOf(legal) : "";
  for (const kept of extension === "" ? [""] : [extension, ""]) {
    const stem = cut(
      legal.slice(0, legal.length - kept.length),
      Math.min(maxLength, NAME_MAX_LENGTH) - suffix.length - kept.length,
    );
    if (stem !== "") return stem + suffix + kept;
  }
  return undefined;
}

/** Leads a name of style `hex` back to the source's name in NFC; for names that got no hash. */
export function decodeName(name: string): string {
  if (name === EMPTY_IN_HEX) return "";
  return name.replace(/_x([0-9A-F]{4})_/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

function inHex(name: string, place: NamePlace): string {
  if (name === "") return EMPTY_IN_HEX;
  let result = name.replace(/_(?=x[0-9A-F]{4})/g, hexOf).replace(INVALID_UNITS, hexOf);
  if (hasBadStart(result, place.kind) || isReservedName(name, place)) result = hexOf(result) + result.slice(1);
  if (hasBadEnd(result)) result = result.slice(0, -1) + hexOf(result.slice(-1));
  // Last, as the underscores of what was written before may have made one.
  return result.replace(/(?<=_)v(?=ti_)/gi, hexOf);
}

function withUnderscores(name: string, place: NamePlace): string {
  if (name === "") return "_";
  let result = name.replace(INVALID_UNITS, "_");
  if (isReservedName(name, place)) result = `_${result}`;
  if (hasBadStart(result, place.kind)) result = `_${result.slice(1)}`;
  if (hasBadEnd(result)) result = `${result.slice(0, -1)}_`;
  return result.replace(reservedParts, (part) => `${part.slice(0, 2)}_${part.slice(2)}`);
}

/** Overlapping ones too: `_vti_vti_` holds two. */
const reservedParts = new RegExp(`${RESERVED_PART.slice(0, -1)}(?=_)`, "gi");

/** The first UTF-16 unit of the text, written out. */
function hexOf(text: string): string {
  return `_x${text.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`;
}

function extensionOf(name: string): string {
  const period = name.lastIndexOf(".");
  return period > 0 && name.length - period <= EXTENSION_MAX_LENGTH ? name.slice(period) : "";
}

/** At most the first `length` UTF-16 units of well-formed text, without half a surrogate pair. */
function cut(text: string, length: number): string {
  const end = Math.min(text.length, length);
  if (end <= 0) return "";
  const isHalf = end < text.length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
  return text.slice(0, isHalf ? end - 1 : end);
}
