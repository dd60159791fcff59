import type { XmlElement } from "../../xml/element.ts";
import { quoted, type Report } from "../finding.ts";
import type { ChildRule, ContentRule, FileSchema, TypeRule } from "./types.ts";
import { type ValueCheck, valueCheck } from "./values.ts";

/** Attributes of the schema language itself stand anywhere. */
const SCHEMA_INSTANCE = "xsi:";

/** Looks at one file, record by record, with one schema. */
export class SchemaCheck {
  readonly #schema: CompiledSchema;
  readonly #report: Report;
  #root: { readonly element: XmlElement; readonly content: ContentCheck } | undefined;

  constructor(schema: FileSchema, report: Report) {
    this.#schema = compiled(schema);
    this.#report = report;
  }

  /** The root element without its children; before the first record. */
  root(element: XmlElement): void {
    const type = this.#schema.typeOf(this.#schema.rootType);
    checkAttributes(element, type, this.#schema.namespace, this.#report);
    this.#root = { element, content: new ContentCheck(element, type, this.#report) };
  }

  /** A child of the root. False where the schema has no such child there: nothing in it was looked at. */
  record(element: XmlElement): boolean {
    const type = this.#root?.content.child(element);
    if (type === undefined) return false;
    this.#element(element, type);
    return true;
  }

  /** After the last record: what the root lacks. */
  end(): void {
    this.#root?.content.end();
  }

  #element(element: XmlElement, typeName: string): void {
    const type = this.#schema.typeOf(typeName);
    checkAttributes(element, type, this.#schema.namespace, this.#report);
    if (element.text !== undefined && !(type.rule.content.kind === "choice" && type.rule.content.text)) {
      this.#report(
        "SCHEMA_TEXT",
        element,
        `${element.name} holds elements only: current value is ${quoted(element.text)}`,
      );
    }
    if (type.rule.content.kind === "any") return;
    const content = new ContentCheck(element, type, this.#report);
    for (const child of element.children) {
      const childType = content.child(child);
      if (childType !== undefined) this.#element(child, childType);
    }
    content.end();
  }
}

interface CompiledType {
  readonly rule: TypeRule;
  readonly attributes: ReadonlyMap<string, ValueCheck | undefined>;
  readonly extensions: ReadonlyMap<string, string>;
  readonly children: readonly ChildRule[];
}

interface CompiledSchema {
  readonly rootType: string;
  readonly namespace: string;
  typeOf(name: string): CompiledType;
}

const cache = new WeakMap<FileSchema, CompiledSchema>();

function compiled(schema: FileSchema): CompiledSchema {
  const known = cache.get(schema);
  if (known !== undefined) return known;
  const types = new Map<string, CompiledType>();
  for (const [name, rule] of Object.entries(schema.types)) {
    types.set(name, {
      rule,
      attributes: new Map(Object.entries(rule.attributes).map(([key, type]) => [key, valueCheck(type)])),
      extensions: new Map(Object.entries(rule.extensions ?? {})),
      children: childrenOf(rule.content),
    });
  }
  const result: CompiledSchema = {
    rootType: schema.rootType,
    namespace: schema.namespace,
    typeOf(name) {
      const type = types.get(name);
      if (type === undefined) throw new TypeError(`Cannot check a file as its schema lacks a type: ${name}`);
      return type;
    },
  };
  cache.set(schema, result);
  return result;
}

function childrenOf(content: ContentRule): readonly ChildRule[] {
  return content.kind === "sequence" || content.kind === "choice" ? content.children : [];
}

function checkAttributes(element: XmlElement, type: CompiledType, namespace: string, report: Report): void {
  const { rule } = type;
  for (const name in element.attributes) {
    const value = element.attributes[name] ?? "";
    const check = type.attributes.get(name);
    if (check !== undefined) {
      const fault = check(value);
      if (fault !== undefined) {
        report(
          fault.code,
          element,
          `${name} of ${element.name} must be ${fault.expected}: current value is ${quoted(value)}`,
        );
      }
    } else if (!rule.open && !type.attributes.has(name) && !isDeclaration(name, value, namespace)) {
      const code = rule.special?.[name] ?? "SCHEMA_ATTRIBUTE_UNDECLARED";
      report(code, element, `${element.name} takes no attribute of this name: current value is ${quoted(name)}`);
    }
  }
  for (const name of rule.required ?? []) {
    if (element.attributes[name] === undefined) {
      const code = rule.special?.[name] ?? "SCHEMA_ATTRIBUTE_MISSING";
      report(code, element, `${element.name} must have the attribute ${name}`);
    }
  }
}

/** Namespace declarations are no attributes to a schema; one that changes the default namespace is seen at the child. */
function isDeclaration(name: string, value: string, namespace: string): boolean {
  if (name === "xmlns") return value === namespace;
  return name.startsWith("xmlns:") || name.startsWith(SCHEMA_INSTANCE);
}

/** Follows the children of one element through its content rule. */
class ContentCheck {
  readonly #parent: XmlElement;
  readonly #type: CompiledType;
  readonly #report: Report;
  readonly #counts: number[];
  #position = 0;
  #total = 0;

  constructor(parent: XmlElement, type: CompiledType, report: Report) {
    this.#parent = parent;
    this.#type = type;
    this.#report = report;
    this.#counts = type.children.map(() => 0);
  }

  /** The type by which the child is looked at; undefined if it isn't to be looked at. */
  child(element: XmlElement): string | undefined {
    const { content } = this.#type.rule;
    if (content.kind === "any") return undefined;
    const index = this.#type.children.findIndex((child) => child.name === element.name);
    const rule = this.#type.children[index];
    if (rule === undefined) return this.#unknown(element);
    const count = (this.#counts[index] ?? 0) + 1;
    this.#counts[index] = count;
    this.#total++;
    if (content.kind === "sequence" && index < this.#position) {
      this.#report("SCHEMA_CHILD_ORDER", element, `${element.name} stands after a child that must follow it`);
    } else if (count > rule.max || (content.kind === "choice" && this.#total > content.max)) {
      this.#report("SCHEMA_CHILD_TOO_MANY", element, `${this.#parent.name} holds too many of ${element.name}`);
    }
    this.#position = Math.max(this.#position, index);
    return rule.type;
  }

  end(): void {
    this.#type.children.forEach((child, index) => {
      if ((this.#counts[index] ?? 0) >= child.min) return;
      const code = this.#type.rule.special?.[child.name] ?? "SCHEMA_CHILD_MISSING";
      this.#report(code, this.#parent, `${this.#parent.name} must hold ${child.name}`);
    });
  }

  #unknown(element: XmlElement): string | undefined {
    const type = this.#type.extensions.get(element.name);
    if (type === undefined) {
      this.#report("SCHEMA_CHILD_UNEXPECTED", element, `${this.#parent.name} takes no child ${quoted(element.name)}`);
      return undefined;
    }
    this.#report(
      "SCHEMA_EXTENSION",
      element,
      `${element.name} in ${this.#parent.name} is documented and outside the published schema`,
      "note",
    );
    return type;
  }
}
