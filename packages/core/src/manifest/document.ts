import { PrimepackError } from "../errors/index.ts";
import {
  type ElementBinding,
  readXmlBatches,
  readXmlDocument,
  splitXmlFiles,
  writeXmlFile,
  type XmlElement,
  type XmlReaderLimits,
} from "../xml/index.ts";
import type { PackageFileName } from "./names.ts";

/** Bytes of a file as they come, in chunks of any size. */
export type FileBytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface ReadFileOptions {
  /** Bounds of the reader; `XmlReaderLimits` has the defaults. */
  readonly limits?: XmlReaderLimits;
  /** Ends the reading with code ABORTED. */
  readonly signal?: AbortSignal;
  /** Name of the file, for messages. Default: its usual name. */
  readonly file?: string;
}

/** Reads a file that is small: the whole of it into the record of its root. */
export async function readDocument<T>(
  name: PackageFileName,
  binding: ElementBinding<T>,
  bytes: FileBytes,
  options: ReadFileOptions = {},
): Promise<T> {
  return binding.read(await readXmlDocument(bytes, { ...name, ...options }));
}

export function writeDocument<T>(name: PackageFileName, binding: ElementBinding<T>, record: T): Iterable<Uint8Array> {
  const { attributes, children } = binding.writeParts(record, 0);
  return writeXmlFile({ name: name.root, namespace: name.namespace, attributes }, children === "" ? [] : [children]);
}

/**
 * Reads a file whose root holds a list, record by record; another element ends it with MANIFEST_UNEXPECTED. `checked`
 * may refuse a record, and gets its line and column for that.
 */
export async function* readList<T>(
  name: PackageFileName,
  binding: ElementBinding<T>,
  bytes: FileBytes,
  options: ReadFileOptions = {},
  checked: (record: T, place: string) => T = (record) => record,
): AsyncGenerator<T, void, undefined> {
  for await (const batch of readXmlBatches(bytes, { ...name, ...options })) {
    for (const element of batch) {
      if (element.name !== binding.name) throw unexpected({ ...name, ...options }, binding.name, element);
      yield checked(binding.read(element), `${element.line}:${element.column}`);
    }
  }
}

function unexpected(
  name: PackageFileName,
  expected: string,
  { name: given, line, column }: XmlElement,
): PrimepackError {
  const constraint = `<${name.root}> holds <${expected}> only`;
  const message = `Cannot read ${name.file} at ${line}:${column} as ${constraint}: current value is <${given.slice(0, 120)}>`;
  return new PrimepackError("MANIFEST_UNEXPECTED", message);
}

/** Takes the records one by one, as the chunks are asked for. */
export function writeList<T>(
  name: PackageFileName,
  binding: ElementBinding<T>,
  records: Iterable<T>,
): Iterable<Uint8Array> {
  return writeXmlFile({ ...name, name: name.root }, written(binding, records));
}

/** The same as several files, none longer than `maxBytes` unless one record is; see {@link splitXmlFiles}. */
export function writeLists<T>(
  name: PackageFileName,
  binding: ElementBinding<T>,
  records: Iterable<T>,
  maxBytes: number,
): Iterable<Iterable<Uint8Array>> {
  return splitXmlFiles({ ...name, name: name.root }, written(binding, records), maxBytes);
}

function* written<T>(binding: ElementBinding<T>, records: Iterable<T>): Generator<string, void, undefined> {
  for (const record of records) yield binding.write(record, 1);
}
