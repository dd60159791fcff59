import { PrimepackError } from "../errors/index.ts";
import { escapeAttribute } from "./characters.ts";
import type { XmlElement } from "./element.ts";
import { indentation, writeXmlElement } from "./writer.ts";

/**
 * What a record may carry beside the attributes and children that its element is known to have.
 *
 * Readers keep here whatever they do not know, so that nothing of a foreign file is lost. Writers refuse it, but for
 * other attributes of elements that are open to them.
 */
export interface OtherContent {
  /** By name. Also holds known attributes whose text is no value of their type. */
  readonly otherAttributes?: Readonly<Record<string, string>>;
  readonly otherElements?: readonly XmlElement[];
}

/** The value's kind; with a question mark where the attribute may be absent. */
type AttributeKind = "string" | "boolean" | "integer" | "number";
type OptionalKind = AttributeKind | `${AttributeKind}?`;

type KindOf<V> = [V] extends [string] ? "string" : [V] extends [boolean] ? "boolean" : "integer" | "number";
type Scalar = string | number | boolean;
/** The format's own names start with a capital; what the binding adds does not. */
type FormatKey<T> = Extract<keyof T, Capitalize<string & keyof T>>;
type AttributeName<T> = { [K in FormatKey<T>]: NonNullable<T[K]> extends Scalar ? K : never }[FormatKey<T>];
type ChildName<T> = Exclude<FormatKey<T>, AttributeName<T>>;

/** How the child elements under a property of a record are written. Thunks let elements nest in themselves. */
type ChildForm =
  /** The property is one record, its element is called as the property: `<SchemaVersion/>`. */
  | { readonly one: () => ElementBinding<unknown> }
  /** The property is a list, each record an element called as the property: `<Member/><Member/>`. */
  | { readonly many: () => ElementBinding<unknown> }
  /** The property is a list in an element of its name: `<Users><User/><User/></Users>`. */
  | { readonly list: () => ElementBinding<unknown> }
  /** The same with elements of several names, which the records tell by their `element`; the first is the default. */
  | { readonly mixed: () => readonly ElementBinding<unknown>[] }
  /** The property is a list of any elements in an element of its name. */
  | { readonly any: true };

export interface BindingDefinition<T> {
  readonly name: string;
  readonly attributes: {
    readonly [K in AttributeName<T>]-?: Record<never, never> extends Pick<T, K>
      ? `${KindOf<NonNullable<T[K]>>}?`
      : KindOf<T[K]>;
  };
  /** In the order in which they are written. */
  readonly children: { readonly [K in ChildName<T>]-?: ChildForm };
  /** Whether attributes of any other name may be written too. Default: no. */
  readonly open?: boolean;
  /** Whether the element may hold any elements, which are then the record's `content`. Default: no. */
  readonly anyContent?: boolean;
}

type AnyRecord = Readonly<Record<string, unknown>>;

/** Values up to this many UTF-16 units are remembered by {@link Attribute}, longer ones would hold memory. */
const REMEMBERED_LENGTH = 256;

/**
 * How one attribute is written.
 *
 * Many attributes have the same value from one record to the next (ids of web and list, dates, authors); looking for
 * characters to escape is half the cost of writing, so the last value is remembered with its written form.
 */
class Attribute {
  readonly name: string;
  readonly kind: AttributeKind;
  readonly required: boolean;
  readonly #start: string;
  #value: string | undefined;
  #written = "";

  constructor(name: string, kind: AttributeKind, required: boolean) {
    this.name = name;
    this.kind = kind;
    this.required = required;
    this.#start = ` ${name}="`;
  }

  /** ` Name="value"`; undefined if the value is no number that the schema's types hold. */
  write(value: unknown): string | undefined {
    if (typeof value === "string") {
      if (value === this.#value) return this.#written;
      const written = `${this.#start}${escapeAttribute(value)}"`;
      if (value.length <= REMEMBERED_LENGTH) {
        this.#value = value;
        this.#written = written;
      }
      return written;
    }
    if (this.kind === "integer" ? !Number.isSafeInteger(value) : typeof value === "number" && !Number.isFinite(value)) {
      return undefined;
    }
    return `${this.#start}${value}"`;
  }
}

interface Child {
  readonly name: string;
  readonly form: ChildForm;
  /** Place among the children. */
  readonly order: number;
}

/** An element's start tag without its end, and what is in it. */
export interface WrittenElement {
  /** The attributes, each with a space before it. */
  readonly attributes: string;
  /** The child elements, each on lines of its own. */
  readonly children: string;
}

const lexicalForms: Readonly<Record<AttributeKind, RegExp>> = {
  string: /(?:)/,
  boolean: /^(?:true|false|1|0)$/,
  integer: /^[+-]?\d{1,15}$/,
  number: /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/,
};

/**
 * How one element of a format and its typed record correspond: from one table both the reader and the writer.
 *
 * A record's properties are called as the attributes and children are. An absent attribute or child is an absent
 * property, an empty list an empty element. Values are strings, numbers and booleans in the schema's sense: what is
 * equal there (`1` and `true`) reads as equal and is written in the usual form. White space and the order of
 * attributes are not kept; character data only in elements of any content, since no other may have it.
 */
export class ElementBinding<T> {
  readonly name: string;
  readonly #steps: ReadonlyMap<string, Attribute | Child>;
  readonly #attributes: readonly Attribute[];
  readonly #required: readonly Attribute[];
  readonly #open: boolean;
  readonly #anyContent: boolean;

  constructor(definition: BindingDefinition<T>) {
    const { name, open = false, anyContent = false } = definition;
    this.name = name;
    this.#open = open;
    this.#anyContent = anyContent;
    const attributes = Object.entries<OptionalKind>(definition.attributes).map(
      ([key, kind]) => new Attribute(key, kind.replace("?", "") as AttributeKind, !kind.endsWith("?")),
    );
    const children = Object.entries<ChildForm>(definition.children).map(
      ([key, form], order): Child => ({ name: key, form, order }),
    );
    this.#steps = new Map([...attributes, ...children].map((step) => [step.name, step]));
    this.#attributes = attributes;
    this.#required = attributes.filter(({ required }) => required);
  }

  /**
   * The element of a record, on lines of its own and indented by `level`. Attributes keep the order of the record's
   * properties, children have that of the table.
   *
   * Throws MANIFEST_INVALID where a value would make the service refuse the file.
   */
  write(record: T, level: number): string {
    const indent = indentation(level);
    const { attributes, children } = this.writeParts(record, level);
    if (children === "") return `${indent}<${this.name}${attributes}/>\n`;
    return `${indent}<${this.name}${attributes}>\n${children}${indent}</${this.name}>\n`;
  }

  /** The same without the tags around: for a root, which is written in another way. */
  writeParts(record: T, level: number): WrittenElement {
    const values = record as AnyRecord;
    let attributes = "";
    let required = 0;
    let found: Child[] | undefined;
    for (const key in values) {
      const value = values[key];
      if (value === undefined) continue;
      const step = this.#steps.get(key);
      if (step instanceof Attribute) {
        attributes += step.write(value) ?? this.#refuse(`its ${key} must be of type ${step.kind}`, value);
        if (step.required) required++;
      } else if (step === undefined) attributes += this.#writeOther(key, value);
      else if (found === undefined) found = [step];
      else found.push(step);
    }
    if (required < this.#required.length) {
      const missing = this.#required.find(({ name }) => values[name] === undefined);
      this.#refuse(`its attribute ${missing?.name} is required`);
    }
    let children = "";
    if (found !== undefined) {
      if (found.length > 1) found.sort((a, b) => a.order - b.order);
      for (const { name, form } of found) children += writeChild(name, form, values[name], level + 1);
    }
    if (this.#anyContent && values.content !== undefined) {
      for (const element of values.content as readonly XmlElement[]) children += writeXmlElement(element, level + 1);
    }
    return { attributes, children };
  }

  /** What a record has beside the table: attributes as text, and a refusal where the element is closed to them. */
  #writeOther(key: string, value: unknown): string {
    if (key === "otherElements") {
      const [element] = value as readonly XmlElement[];
      if (element !== undefined) this.#refuse("it allows no elements beside the schema's", `<${element.name}>`);
    }
    if (key !== "otherAttributes") return "";
    let text = "";
    for (const [name, other] of Object.entries(value as Readonly<Record<string, string>>)) {
      const known = this.#steps.get(name);
      if (known instanceof Attribute) this.#refuse(`its ${name} must be of type ${known.kind}`, other);
      if (!this.#open) this.#refuse("it allows no attributes beside the schema's", name);
      text += ` ${name}="${escapeAttribute(other)}"`;
    }
    return text;
  }

  /**
   * The record of an element; the element is used up, since its attributes become the record (which therefore has no
   * prototype): copying them is what reading would mostly do.
   *
   * Throws MANIFEST_INVALID where a required attribute has no value of its type.
   */
  read(element: XmlElement): T {
    const record = element.attributes as Record<string, unknown>;
    if (element.attributeCount === undefined || !this.#readKnown(record, element.attributeCount)) {
      this.#readAttributes(record as Record<string, string>, record);
    }
    for (const { name, kind } of this.#required) {
      if (record[name] !== undefined) continue;
      const place = `${element.line}:${element.column}`;
      invalid(`Cannot read <${this.name}> at ${place} as its attribute ${name} is missing or no ${kind}`);
    }
    if (element.children.length > 0) this.#readChildren(element.children, record);
    return record as T;
  }

  /** The quick way of an element that has `count` attributes, all of them known and of their types; else false. */
  #readKnown(record: Record<string, unknown>, count: number): boolean {
    let found = 0;
    for (const { name, kind } of this.#attributes) {
      const text = record[name];
      if (text === undefined) continue;
      found++;
      if (kind === "string" || typeof text !== "string") continue;
      const value = parseValue(text, kind);
      if (value === undefined) return false;
      record[name] = value;
    }
    return found === count;
  }

  #readAttributes(attributes: Readonly<Record<string, string>>, record: Record<string, unknown>): void {
    let other: Record<string, string> | undefined;
    for (const name in attributes) {
      const step = this.#steps.get(name);
      const isKnown = step instanceof Attribute;
      if (isKnown && step.kind === "string") continue;
      const text = attributes[name] as string;
      // The quick way had come so far.
      if (isKnown && typeof text !== "string") continue;
      const value = isKnown ? parseValue(text, step.kind) : undefined;
      if (value !== undefined) record[name] = value;
      else {
        delete record[name];
        other ??= Object.create(null) as Record<string, string>;
        other[name] = text;
      }
    }
    if (other !== undefined) record.otherAttributes = other;
  }

  #readChildren(elements: readonly XmlElement[], record: Record<string, unknown>): void {
    const other: XmlElement[] = [];
    for (const element of elements) {
      const step = this.#steps.get(element.name);
      if (step === undefined || step instanceof Attribute) other.push(element);
      else readChild(step, element, record, other);
    }
    if (other.length > 0) record[this.#anyContent ? "content" : "otherElements"] = other;
  }

  #refuse(constraint: string, value?: unknown): never {
    const current = value === undefined ? "" : `: current value is ${String(value).slice(0, SHOWN_LENGTH)}`;
    invalid(`Cannot write <${this.name}> as ${constraint}${current}`);
  }
}

const SHOWN_LENGTH = 120;

function invalid(message: string): never {
  throw new PrimepackError("MANIFEST_INVALID", message);
}

/** The value that the text is of that kind; undefined if it is none, or more exact than a number. */
function parseValue(text: string, kind: AttributeKind): Scalar | undefined {
  if (kind === "string") return text;
  if (!lexicalForms[kind].test(text)) return undefined;
  return kind === "boolean" ? text === "true" || text === "1" : Number(text);
}

function writeChild(name: string, form: ChildForm, value: unknown, level: number): string {
  if ("one" in form) return form.one().write(value, level);
  const records = value as readonly unknown[];
  if ("many" in form) return records.map((record) => form.many().write(record, level)).join("");
  const indent = indentation(level);
  if (records.length === 0) return `${indent}<${name}/>\n`;
  let text = `${indent}<${name}>\n`;
  for (const record of records) {
    if ("any" in form) text += writeXmlElement(record as XmlElement, level + 1);
    else text += itemBinding(form, (record as { element?: string }).element).write(record, level + 1);
  }
  return `${text}${indent}</${name}>\n`;
}

type ListForm = Extract<ChildForm, { list: unknown } | { mixed: unknown }>;

function itemBinding(form: ListForm, element: string | undefined): ElementBinding<unknown> {
  if ("list" in form) return form.list();
  const bindings = form.mixed();
  const binding = bindings.find(({ name }) => name === element) ?? bindings[0];
  if (binding === undefined) throw new PrimepackError("INTERNAL", "Cannot write a list as no element of it is known");
  return binding;
}

function readChild(
  { name, form }: Child,
  element: XmlElement,
  record: Record<string, unknown>,
  other: XmlElement[],
): void {
  if ("one" in form) {
    if (record[name] === undefined) record[name] = form.one().read(element);
    else other.push(element);
    return;
  }
  const records = (record[name] ?? []) as unknown[];
  record[name] = records;
  if ("many" in form) {
    records.push(form.many().read(element));
    return;
  }
  if ("any" in form) for (const child of element.children) records.push(child);
  const unknown = "any" in form ? [] : readItems(form, element.children, records);
  if (unknown.length > 0 || Object.keys(element.attributes).length > 0) other.push({ ...element, children: unknown });
}

/** Adds the records of the elements that the list knows; gives back the others. */
function readItems(form: ListForm, elements: readonly XmlElement[], records: unknown[]): XmlElement[] {
  const bindings = "list" in form ? [form.list()] : form.mixed();
  const unknown: XmlElement[] = [];
  for (const element of elements) {
    const binding = bindings.find(({ name }) => name === element.name);
    if (binding === undefined) unknown.push(element);
    else {
      const record = binding.read(element) as object;
      records.push(binding === bindings[0] ? record : { element: binding.name, ...record });
    }
  }
  return unknown;
}
