import { fatal } from "./fault.ts";
import { type SimpleType, typeFault } from "./simple-types.ts";
import type { Element } from "./xml-reader.ts";

/** What an element may have and hold. */
export interface ElementType {
  readonly attributes: Readonly<Record<string, SimpleType>>;
  readonly required?: readonly string[];
  /** Other attributes pass. */
  readonly isOpen?: boolean;
  readonly content: Content;
}

type Content =
  /** Nothing. */
  | { readonly kind: "empty" }
  /** Anything at all. */
  | { readonly kind: "any" }
  /** In this order; `many` of them may repeat, `needed` must be there. */
  | {
      readonly kind: "sequence";
      readonly of: readonly (readonly [name: string, type: () => ElementType])[];
      readonly many?: boolean;
      readonly needed?: readonly string[];
    }
  /** In any order, so many in all; those in `free` are not counted. */
  | {
      readonly kind: "choice";
      readonly of: Readonly<Record<string, () => ElementType>>;
      readonly most: number;
      readonly free?: readonly string[];
    };

/** The attributes that a text such as `Id* Name Type:int` names; `*`: required. */
export function attributes(
  text: string,
  named: Readonly<Record<string, SimpleType>> = {},
): Pick<ElementType, "attributes" | "required"> {
  const required: string[] = [];
  const declared: Record<string, SimpleType> = Object.create(null);
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const [, name = "", type, star] = /^([^:*]+)(?::([^*]+))?(\*)?$/.exec(word) ?? [];
    declared[name] = type === undefined ? "string" : (named[type] ?? (type as SimpleType));
    if (star) required.push(name);
  }
  return { attributes: declared, required };
}

/** Throws a fatal fault, in the words of .NET's validation, for the first thing that the schema does not allow. */
export function validate(element: Element, type: ElementType, namespace: string): void {
  validateAttributes(element, type, namespace);
  const { content } = type;
  if (content.kind === "any") return;
  let position = 0;
  let counted = 0;
  const seen = new Set<string>();
  for (const child of element.children) {
    if (child.namespace !== namespace) refuseChild(element, child);
    if (content.kind === "empty") refuseChild(element, child);
    else if (content.kind === "sequence") {
      const at = content.of.findIndex(([name]) => name === child.name);
      const [, childType] = content.of[at] ?? refuseChild(element, child);
      if (at < position || (seen.has(child.name) && !content.many)) refuseChild(element, child);
      position = at;
      validate(child, childType(), namespace);
    } else {
      const childType = Object.hasOwn(content.of, child.name) ? content.of[child.name] : undefined;
      if (childType === undefined) refuseChild(element, child);
      if (!content.free?.includes(child.name)) counted += 1;
      if (counted > content.most) refuseChild(element, child);
      validate(child, childType(), namespace);
    }
    seen.add(child.name);
  }
  if (content.kind !== "sequence") return;
  for (const name of content.needed ?? []) if (!seen.has(name)) refuseIncomplete(element, name);
}

/** Only the element's own attributes: for containers whose content comes record by record. */
export function validateAttributes(element: Element, type: ElementType, namespace: string): void {
  for (const [name, value] of Object.entries(element.attributes)) {
    const declared = Object.hasOwn(type.attributes, name) ? type.attributes[name] : undefined;
    if (declared === undefined) {
      if (type.isOpen) continue;
      throw fatal(`The '${shown(name)}' attribute is not declared.`, "schema");
    }
    const fault = typeFault(value, declared, namespace);
    if (fault !== undefined) throw fatal(`The '${name}' attribute is invalid - ${fault}`, "schema");
  }
  for (const name of type.required ?? []) {
    if (!Object.hasOwn(element.attributes, name)) throw fatal(`The required attribute '${name}' is missing.`, "schema");
  }
  if (type.content.kind !== "any" && element.text.trim() !== "") {
    throw fatal(`The element '${element.name}' cannot contain text.`, "schema");
  }
}

export function refuseChild(parent: Element, child: Element): never {
  throw fatal(
    `The element '${parent.name}' in namespace '${parent.namespace}' has invalid child element '${child.name}' in namespace '${child.namespace}'.`,
    "schema",
  );
}

function refuseIncomplete(element: Element, name: string): never {
  throw fatal(
    `The element '${element.name}' in namespace '${element.namespace}' has incomplete content. List of possible elements expected: '${name}' in namespace '${element.namespace}'.`,
    "schema",
  );
}

function shown(name: string): string {
  return name.startsWith("{") ? `${name.slice(1).replace("}", ":")}` : name;
}
