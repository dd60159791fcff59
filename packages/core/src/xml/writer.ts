import { escapeAttribute, escapeText } from "./characters.ts";
import type { XmlElement } from "./element.ts";

/** Bytes of a chunk, about: a chunk ends after the record that reaches this size. */
export const CHUNK_BYTES: number = 64 * 1024;

// All files are written here, also the small ones: importing xmlbuilder2 (4.0.3) costs about 100 ms of CPU in every
// process that builds a package, more than all small files of hundreds of packages.
const DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n';
const INDENT = "  ";

/** The parts, one after the other, as UTF-8 in chunks of about 64 KiB; holds one chunk and one part. */
export function* utf8Chunks(parts: Iterable<string>): Generator<Uint8Array, void, undefined> {
  let text = "";
  for (const part of parts) {
    text += part;
    if (text.length < CHUNK_BYTES) continue;
    yield* encoded(text);
    text = "";
  }
  if (text !== "") yield* encoded(text);
}

/** UTF-8 bytes of one UTF-16 unit, at most. */
export const UTF8_UNIT_BYTES = 3;
const scratch = Buffer.allocUnsafeSlow(2 * UTF8_UNIT_BYTES * CHUNK_BYTES);

/** Writing into memory that is at hand and copying it is half the cost of Buffer.from(), which measures first. */
function* encoded(text: string): Generator<Uint8Array, void, undefined> {
  if (UTF8_UNIT_BYTES * text.length <= scratch.length) {
    yield Buffer.from(scratch.subarray(0, scratch.write(text, "utf8")));
    return;
  }
  const bytes = Buffer.from(text, "utf8");
  for (let from = 0; from < bytes.length; from += 2 * CHUNK_BYTES) yield bytes.subarray(from, from + 2 * CHUNK_BYTES);
}

export interface XmlRoot {
  readonly name: string;
  /** The default namespace, in which all elements are; the empty string for none. */
  readonly namespace: string;
  /** The written attributes, each with a leading space, values escaped. Default: none. */
  readonly attributes?: string;
}

/**
 * A whole XML file: the root, and in it the records, each the written text of one element with its line break.
 *
 * Records are taken one by one as the chunks are asked for.
 */
export function* writeXmlFile(root: XmlRoot, records: Iterable<string>): Generator<Uint8Array, void, undefined> {
  yield* utf8Chunks(fileParts(root, records));
}

function* fileParts(root: XmlRoot, records: Iterable<string>): Generator<string, void, undefined> {
  const { open, close, empty } = rootTags(root);
  let any = false;
  for (const record of records) {
    if (!any) yield open;
    any = true;
    yield record;
  }
  yield any ? close : empty;
}

/** What stands before and after the records of a file, and all of it where there are none. */
export function rootTags(root: XmlRoot): { readonly open: string; readonly close: string; readonly empty: string } {
  const { name, namespace, attributes = "" } = root;
  const declaration = namespace === "" ? "" : ` xmlns="${escapeAttribute(namespace)}"`;
  const start = `${DECLARATION}<${name}${declaration}${attributes}`;
  return { open: `${start}>\n`, close: `</${name}>\n`, empty: `${start}/>\n` };
}

/** An element on lines of its own, indented by so many levels; where there is text, no white space is put in. */
export function writeXmlElement(element: XmlElement, level: number): string {
  return `${INDENT.repeat(level)}${elementText(element, level)}\n`;
}

function elementText(element: XmlElement, level: number | undefined): string {
  const { name, attributes, children, text } = element;
  let start = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) start += ` ${key}="${escapeAttribute(value)}"`;
  if (children.length === 0 && text === undefined) return `${start}/>`;
  if (text !== undefined || level === undefined) {
    return `${start}>${escapeText(text ?? "")}${children.map((child) => elementText(child, undefined)).join("")}</${name}>`;
  }
  return `${start}>\n${children.map((child) => writeXmlElement(child, level + 1)).join("")}${INDENT.repeat(level)}</${name}>`;
}

/** Writes what stands before an element on `level`. */
export function indentation(level: number): string {
  return INDENT.repeat(level);
}
