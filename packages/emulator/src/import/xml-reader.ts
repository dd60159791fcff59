import { SaxesParser } from "saxes";
import { Fault, fatal } from "./fault.ts";

/** An element with what it holds. */
export interface Element {
  readonly name: string;
  readonly namespace: string;
  /** By local name; those in a namespace by `{namespace}name`. Declarations of namespaces and `xsi:` are left out. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** All text directly in it. */
  readonly text: string;
}

/** What {@link readXml} gives: a container as it opens, and each record once it is whole. */
export type XmlPart =
  | { readonly type: "open"; readonly element: Element; readonly depth: number }
  | { readonly type: "record"; readonly element: Element; readonly parents: readonly Element[] };

/** Elements that may stand inside each other: no package file comes near it. */
const deepest = 64;
const ignoredNamespaces = new Set(["http://www.w3.org/2000/xmlns/", "http://www.w3.org/2001/XMLSchema-instance"]);

interface OpenElement {
  name: string;
  namespace: string;
  attributes: Record<string, string>;
  children: OpenElement[];
  text: string;
}

/**
 * Reads XML of any size. Elements at `recordDepth` (1: the root) are records, which come one at a time with all that is
 * in them; those above only hold records. What is not well-formed XML 1.0, not UTF-8 or has a DOCTYPE is a fatal fault.
 */
export async function* readXml(
  chunks: AsyncIterable<Uint8Array>,
  recordDepth: number,
  name: string,
): AsyncGenerator<XmlPart, void, undefined> {
  const collector = new Collector(recordDepth);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const step = (act: () => void) => {
    try {
      act();
    } catch (error) {
      if (error instanceof Fault) throw error;
      throw fatal(`${name}: ${error instanceof Error ? error.message : String(error)}`, "xml", error);
    }
  };
  for await (const chunk of chunks) {
    step(() => collector.write(decoder.decode(chunk, { stream: true })));
    yield* collector.take();
  }
  step(() => {
    collector.write(decoder.decode());
    collector.end();
  });
  yield* collector.take();
}

class Collector {
  readonly #parser = new SaxesParser({ xmlns: true });
  readonly #recordDepth: number;
  readonly #open: OpenElement[] = [];
  #parts: XmlPart[] = [];

  constructor(recordDepth: number) {
    this.#recordDepth = recordDepth;
    const parser = this.#parser;
    parser.on("doctype", () => {
      throw new Error("For security reasons DTD is prohibited in this XML document.");
    });
    parser.on("xmldecl", ({ version, encoding }) => {
      if (version !== undefined && version !== "1.0") throw new Error(`Version number '${version}' is invalid.`);
      const isUtf8 = encoding === undefined || encoding.toLowerCase() === "utf-8";
      if (!isUtf8) throw new Error(`The encoding '${encoding}' is not that of the file, UTF-8.`);
    });
    parser.on("text", (text) => this.#text(text));
    parser.on("cdata", (text) => this.#text(text));
    parser.on("opentag", (tag) => {
      const attributes: Record<string, string> = Object.create(null);
      for (const attribute of Object.values(tag.attributes)) {
        if (attribute.uri === "") attributes[attribute.local] = attribute.value;
        else if (!ignoredNamespaces.has(attribute.uri)) {
          attributes[`{${attribute.uri}}${attribute.local}`] = attribute.value;
        }
      }
      this.#begin({ name: tag.local, namespace: tag.uri, attributes, children: [], text: "" });
    });
    parser.on("closetag", () => this.#close());
  }

  write(text: string): void {
    this.#parser.write(text);
  }

  end(): void {
    this.#parser.close();
  }

  take(): XmlPart[] {
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }

  #begin(element: OpenElement): void {
    const depth = this.#open.length + 1;
    if (depth > deepest) throw new Error(`Elements are nested more than ${deepest} deep.`);
    if (depth > this.#recordDepth) this.#open.at(-1)?.children.push(element);
    this.#open.push(element);
    if (depth < this.#recordDepth) this.#parts.push({ type: "open", element, depth });
  }

  #close(): void {
    const element = this.#open.pop();
    if (element === undefined || this.#open.length !== this.#recordDepth - 1) return;
    this.#parts.push({ type: "record", element, parents: [...this.#open] });
  }

  #text(text: string): void {
    const element = this.#open.at(-1);
    if (element && (this.#open.length >= this.#recordDepth || text.trim() !== "")) element.text += text;
  }
}

/** The whole of a small file. */
export async function readWhole(chunks: AsyncIterable<Uint8Array>, name: string): Promise<Element> {
  for await (const part of readXml(chunks, 1, name)) if (part.type === "record") return part.element;
  throw fatal(`${name}: Root element is missing.`, "xml");
}

export function childNamed(element: Element, name: string): Element | undefined {
  return element.children.find((child) => child.name === name);
}

export function childrenNamed(element: Element, name: string): readonly Element[] {
  return element.children.filter((child) => child.name === name);
}
