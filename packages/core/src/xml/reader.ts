import { PrimepackError, throwIfAborted } from "../errors/index.ts";
import type { XmlElement } from "./element.ts";
import { piecesOf } from "./pieces.ts";
import { defaultXmlReaderLimits, RecordParser, type XmlReaderLimits } from "./record-parser.ts";

export interface XmlReaderOptions {
  /** Local name of the root element. */
  readonly root: string;
  /** Namespace of the root element; the empty string for none. Default: any. */
  readonly namespace?: string;
  /** Name of the file, for messages. Default: `XML`. */
  readonly file?: string;
  readonly limits?: XmlReaderLimits;
  /** Looked at before each piece of 64 KiB is parsed; ends the reading with code ABORTED. */
  readonly signal?: AbortSignal;
}

export interface XmlRecordsOptions extends XmlReaderOptions {
  /** Called once, before the first record, with the root's start tag (no children, no text). */
  readonly onRoot?: (root: XmlElement) => void;
}

/** Bytes that are decoded and parsed in one go: the unit of memory, and how exact the length bound is. */
const PIECE_BYTES = 64 * 1024;

/**
 * Reads an XML file record by record: yields each child element of the root with all that is in it, in order.
 *
 * Buffers one record and the records of one piece of 64 KiB; the consumer sets the pace, and chunks may have any size.
 * Namespaces are not resolved: names are as written, except that the prefix of the root is taken off wherever it
 * stands, and a declaration of the root's own namespace is no attribute. An element that declares another default
 * namespace shows it as its attribute `xmlns`.
 *
 * Records before a fault are yielded first. Faults are refused with line and column (in the message) of where the
 * parser stood:
 *
 * - XML_MALFORMED: not well-formed, a duplicate attribute, an entity that XML does not define, a version but 1.0
 * - XML_CHARACTER: a character that XML 1.0 cannot hold, written out or as a reference
 * - XML_ENCODING: bytes or a declared encoding other than UTF-8 (a byte order mark is accepted)
 * - XML_DOCTYPE, XML_TOO_DEEP, XML_TOO_LARGE: see {@link XmlReaderLimits}
 * - MANIFEST_UNEXPECTED: another root or namespace, or text between records
 * - ABORTED: by the signal
 *
 * Errors of `chunks` come through as they are.
 */
export async function* readXmlRecords(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: XmlRecordsOptions,
): AsyncGenerator<XmlElement, void, undefined> {
  for await (const batch of readXmlBatches(chunks, options)) {
    for (const record of batch) yield record;
  }
}

/**
 * The same in batches, each the records (perhaps none) that one piece of 64 KiB finished: for readers that make
 * something of every record and would otherwise wait for each of them twice.
 */
export function readXmlBatches(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: XmlRecordsOptions,
): AsyncGenerator<readonly XmlElement[], void, undefined> {
  return readBatches(chunks, options, 1, PIECE_BYTES);
}

/**
 * Reads a whole small XML file into its root element; the bounds of one record apply to all of it.
 *
 * Errors are those of {@link readXmlRecords}.
 */
export async function readXmlDocument(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: XmlReaderOptions,
): Promise<XmlElement> {
  let root: XmlElement | undefined;
  for await (const batch of readBatches(chunks, options, 0, PIECE_BYTES)) root = batch[0] ?? root;
  if (root === undefined) throw new PrimepackError("INTERNAL", "Cannot read XML as the parser gave no root element");
  return root;
}

/** The reader behind all; `pieceBytes` is open to tests, which parse at every boundary. */
export async function* readBatches(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: XmlRecordsOptions,
  recordDepth: 0 | 1,
  pieceBytes: number,
): AsyncGenerator<readonly XmlElement[], void, undefined> {
  const { signal } = options;
  const file = options.file ?? "XML";
  const parser = new RecordParser({
    root: options.root,
    namespace: options.namespace,
    file,
    limits: { ...defaultXmlReaderLimits, ...options.limits },
    recordDepth,
    onRoot: options.onRoot,
  });
  const doing = `read on in ${file}`;
  throwIfAborted(signal, doing);
  for await (const piece of piecesOf(chunks, pieceBytes)) {
    throwIfAborted(signal, doing);
    const { records, fault } = finish(parser, piece);
    yield records;
    if (fault !== undefined) throw fault.reason;
  }
  const { records, fault } = finish(parser, undefined);
  yield records;
  if (fault !== undefined) throw fault.reason;
}

interface Finished {
  readonly records: readonly XmlElement[];
  /** Where the parsing ended, to be thrown after the records that stand before it. */
  readonly fault: { readonly reason: unknown } | undefined;
}

/** Parses one piece, or the end. */
function finish(parser: RecordParser, piece: Uint8Array | undefined): Finished {
  let fault: Finished["fault"];
  try {
    if (piece === undefined) parser.end();
    else parser.write(piece);
  } catch (reason) {
    fault = { reason };
  }
  const { records } = parser;
  parser.records = [];
  return { records, fault };
}
