import { type SaxesOptions, SaxesParser, type SaxesTagPlain, type XMLDecl } from "saxes";
import { type Code, PrimepackError } from "../errors/index.ts";
import type { XmlElement } from "./element.ts";
import { Utf8Decoder } from "./utf8.ts";

/** Bounds against hostile input; what is beyond them is refused. */
export interface XmlReaderLimits {
  /** UTF-16 units of one record, or of what stands between two. Default: 16,777,216. */
  readonly recordLength?: number;
  /** Elements of one record. Default: 250,000. */
  readonly recordElements?: number;
  /** Attributes of one element. Default: 1,000. */
  readonly attributes?: number;
  /** Elements that are open at once, the root included. Default: 64. */
  readonly depth?: number;
}

export const defaultXmlReaderLimits: Readonly<Required<XmlReaderLimits>> = {
  recordLength: 16 * 1024 * 1024,
  recordElements: 250_000,
  attributes: 1_000,
  depth: 64,
};

export interface RecordParserOptions {
  readonly root: string;
  readonly namespace: string | undefined;
  readonly file: string;
  readonly limits: Required<XmlReaderLimits>;
  /** How many elements are open around a record: 0 makes the root itself the one record. */
  readonly recordDepth: 0 | 1;
  readonly onRoot: ((root: XmlElement) => void) | undefined;
}

const parserOptions = {
  xmlns: false,
  position: false,
  forceXMLVersion: true,
  defaultXMLVersion: "1.0",
} as const satisfies SaxesOptions;

type MutableElement = {
  -readonly [K in keyof XmlElement]: K extends "children" ? readonly XmlElement[] | XmlElement[] : XmlElement[K];
};

const noChildren: readonly XmlElement[] = Object.freeze([]);

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const LESS_THAN = 60;
const BYTE_ORDER_MARK = 0xfeff;

/** Values in messages are cut, since a hostile file may make them of any length. */
const SHOWN_LENGTH = 120;

function shown(value: string | number): string {
  const text = String(value);
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}

function isWhiteSpace(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code !== 32 && code !== LINE_FEED && code !== 9 && code !== CARRIAGE_RETURN) return false;
  }
  return true;
}

/**
 * Whose parser is running; handlers stand on a prototype and some are called without `this`.
 *
 * A handler that is set on a parser itself is one property too many for V8 to keep the parser's fast form: parsing then
 * takes five times as long. On the prototype it costs nothing. Writing to a parser is synchronous, so one is enough.
 */
let active: RecordParser | undefined;

class RoutedParser extends SaxesParser<typeof parserOptions> {}
const prototype = RoutedParser.prototype;
prototype.on("xmldecl", (declaration) => active?.onDeclaration(declaration));
prototype.on("doctype", () => active?.onDoctype());
prototype.on("opentagstart", (tag) => active?.onTagName(tag.name.length));
prototype.on("attribute", () => active?.onAttribute());
prototype.on("opentag", (tag) => active?.onOpenTag(tag));
prototype.on("closetag", () => active?.onCloseTag());
prototype.on("text", (text) => active?.onText(text));
prototype.on("cdata", (text) => active?.onCharacterData(text));

/**
 * Turns pieces of UTF-8 XML into records (the root's child elements, or the root itself), and drops at once what no
 * record needs. The first fault throws; nothing may be written after it.
 */
export class RecordParser {
  /** Finished records, also those that stand before a fault. The caller takes them out. */
  records: XmlElement[] = [];

  readonly #options: RecordParserOptions;
  readonly #parser: RoutedParser = new RoutedParser(parserOptions);
  readonly #decoder: Utf8Decoder = new Utf8Decoder();
  /** The open elements of the present record, outermost first. */
  readonly #open: MutableElement[] = [];
  /** How many elements are open, those around the records included. */
  #depth = 0;
  /** Of the root: `prefix:` or nothing. */
  #prefix = "";
  #namespace = "";
  #attributeCount = 0;
  #tagLine = 0;
  #tagColumn = 0;
  /** Where the last record ended. */
  #unitStart = 0;
  #unitElements = 0;
  #parsing = false;
  /** The piece of text that is parsed, and its position. */
  #text = "";
  #textStart = 0;
  /** Where the line began in which the piece begins, a carriage return that was held back not counted. */
  #lineStart = 0;
  /** Whether the text before ended with a carriage return: the parser waits for what follows it. */
  #heldBack = false;
  #byteOrderMark = 0;

  constructor(options: RecordParserOptions) {
    this.#options = options;
  }

  write(bytes: Uint8Array): void {
    const { text, valid } = this.#decoder.decode(bytes);
    const parser = this.#parser;
    this.#heldBack = this.#text.charCodeAt(this.#text.length - 1) === CARRIAGE_RETURN;
    this.#textStart += this.#text.length;
    this.#lineStart = parser.position - parser.columnIndex;
    this.#text = text;
    if (this.#textStart === 0 && text.charCodeAt(0) === BYTE_ORDER_MARK) this.#byteOrderMark = 1;
    this.#parse(text);
    if (!valid) this.#fail("XML_ENCODING", "what follows is not UTF-8");
    const { recordLength } = this.#options.limits;
    const length = this.#position() - this.#unitStart;
    if (length > recordLength) {
      this.#fail("XML_TOO_LARGE", `a record must not be longer than ${recordLength} characters`, length);
    }
  }

  end(): void {
    if (!this.#decoder.complete) this.#fail("XML_ENCODING", "the file ends within a character");
    this.#parse(null);
  }

  #parse(text: string | null): void {
    active = this;
    this.#parsing = true;
    try {
      this.#parser.write(text);
      this.#parsing = false;
    } catch (reason) {
      if (reason instanceof PrimepackError || !(reason instanceof Error)) throw reason;
      const { message } = reason;
      // The parser reports an element as closed before it sees that the end tag is another's.
      if (message === "unexpected close tag." && this.#unitStart === this.#parser.position) this.records.pop();
      this.#fail(this.#codeOf(message), "the XML must be well-formed", message.replace(/\.$/, ""));
    }
  }

  /** Finds where the start tag began whose name has just been read, together with the one character after it. */
  onTagName(nameLength: number): void {
    const parser = this.#parser;
    let line = parser.line;
    let column = parser.columnIndex - nameLength - 1;
    if (parser.columnIndex === 0) {
      line--;
      column = this.#columnBeforeLineBreak(nameLength);
    }
    this.#tagLine = line;
    this.#tagColumn = line === 1 ? column - this.#byteOrderMark : column;
  }

  #columnBeforeLineBreak(nameLength: number): number {
    const text = this.#text;
    const nameEnd = this.#parser.position - this.#textStart;
    const pair = text.charCodeAt(nameEnd - 1) === LINE_FEED && this.#codeAt(nameEnd - 2) === CARRIAGE_RETURN;
    const start = nameEnd - (pair ? 2 : 1) - nameLength - 1;
    let index = start;
    while (index >= 0) {
      const before = this.#codeAt(index - 1);
      if (before === LINE_FEED || before === CARRIAGE_RETURN) return start - index + 1;
      index--;
    }
    return start + this.#textStart - this.#lineStart + 1;
  }

  /** Of the present piece; before it, only a carriage return is known, which the parser held back. */
  #codeAt(index: number): number {
    if (index >= 0) return this.#text.charCodeAt(index);
    return index === -1 && this.#heldBack ? CARRIAGE_RETURN : Number.NaN;
  }

  /** How much of the text has been read. (The parser's own count is right only while it parses.) */
  #position(): number {
    return this.#parsing ? this.#parser.position : this.#textStart + this.#text.length;
  }

  /** What the parser's message means. */
  #codeOf(message: string): Code {
    if (message === "inappropriately located doctype declaration.") return "XML_DOCTYPE";
    if (message === "malformed character entity.") return "XML_CHARACTER";
    // The parser says the same of a bare `<` in an attribute value.
    const last = this.#codeAt(this.#parser.position - this.#textStart - 1);
    return message === "disallowed character." && last !== LESS_THAN ? "XML_CHARACTER" : "XML_MALFORMED";
  }

  onDeclaration({ version, encoding }: XMLDecl): void {
    if (version !== undefined && version !== "1.0") this.#fail("XML_MALFORMED", "its XML version must be 1.0", version);
    if (encoding !== undefined && encoding.toLowerCase() !== "utf-8") {
      this.#fail("XML_ENCODING", "its encoding must be UTF-8", encoding);
    }
  }

  onDoctype(): void {
    this.#fail("XML_DOCTYPE", "a DOCTYPE is not allowed");
  }

  onAttribute(): void {
    const { attributes } = this.#options.limits;
    if (++this.#attributeCount > attributes) {
      this.#fail("XML_TOO_LARGE", `an element must not have more than ${attributes} attributes`, "more");
    }
  }

  onOpenTag(tag: SaxesTagPlain): void {
    const attributeCount = this.#attributeCount;
    this.#attributeCount = 0;
    const { limits, recordDepth } = this.#options;
    const depth = this.#depth++;
    if (depth >= limits.depth) {
      this.#fail("XML_TOO_DEEP", `elements must not nest deeper than ${limits.depth}`, `<${tag.name}> at ${depth + 1}`);
    }
    if (depth === 0) this.#onRootTag(tag);
    if (depth < recordDepth) return;
    if (++this.#unitElements > limits.recordElements) {
      const most = limits.recordElements;
      this.#fail("XML_TOO_LARGE", `a record must not have more than ${most} elements`, "more");
    }
    const element = this.#elementOf(tag, depth === 0 ? undefined : attributeCount);
    const parent = this.#open[this.#open.length - 1];
    if (parent !== undefined) {
      if (parent.children === noChildren) parent.children = [element];
      else (parent.children as XmlElement[]).push(element);
    }
    this.#open.push(element);
  }

  #onRootTag(tag: SaxesTagPlain): void {
    const { root, namespace, recordDepth, onRoot } = this.#options;
    const colon = tag.name.indexOf(":");
    this.#prefix = tag.name.slice(0, colon + 1);
    if (tag.name.slice(colon + 1) !== root) {
      this.#fail("MANIFEST_UNEXPECTED", `its root element must be <${root}>`, `<${tag.name}>`);
    }
    this.#namespace = tag.attributes[colon < 0 ? "xmlns" : `xmlns:${tag.name.slice(0, colon)}`] ?? "";
    if (namespace !== undefined && this.#namespace !== namespace) {
      this.#fail("MANIFEST_UNEXPECTED", `the namespace of <${root}> must be "${namespace}"`, `"${this.#namespace}"`);
    }
    if (colon > 0) delete tag.attributes[`xmlns:${tag.name.slice(0, colon)}`];
    if (recordDepth > 0) onRoot?.(this.#elementOf(tag, undefined));
  }

  #elementOf(tag: SaxesTagPlain, attributeCount: number | undefined): MutableElement {
    const { attributes } = tag;
    const prefix = this.#prefix;
    let count = attributeCount;
    if (attributes.xmlns !== undefined && attributes.xmlns === this.#namespace) {
      delete attributes.xmlns;
      count = undefined;
    }
    return {
      name: prefix !== "" && tag.name.startsWith(prefix) ? tag.name.slice(prefix.length) : tag.name,
      attributes,
      attributeCount: count,
      children: noChildren,
      line: this.#tagLine,
      column: this.#tagColumn,
    };
  }

  onCloseTag(): void {
    const depth = --this.#depth;
    const element = this.#open.pop();
    if (depth !== this.#options.recordDepth || element === undefined) return;
    this.records.push(element);
    this.#unitStart = this.#parser.position;
    this.#unitElements = 0;
  }

  onText(text: string): void {
    if (!isWhiteSpace(text)) this.onCharacterData(text);
  }

  onCharacterData(text: string): void {
    const element = this.#open[this.#open.length - 1];
    if (element !== undefined) element.text = element.text === undefined ? text : element.text + text;
    else if (this.#depth > 0) {
      this.#fail("MANIFEST_UNEXPECTED", `<${this.#options.root}> must hold elements only`, JSON.stringify(text.trim()));
    }
  }

  #fail(code: Code, constraint: string, value?: string | number): never {
    const { line, position, columnIndex } = this.#parser;
    const column = this.#position() - (position - columnIndex) - (line === 1 ? this.#byteOrderMark : 0);
    const place = `${line}:${Math.max(1, column)}`;
    const current = value === undefined ? "" : `: current value is ${shown(value)}`;
    throw new PrimepackError(code, `Cannot read ${this.#options.file} at ${place} as ${constraint}${current}`);
  }
}
