/**
 * The schemas of the package files as data: what each element may hold, read from Microsoft's constrained schemas and
 * element pages a second time, apart from the writers, so that the two readings find each other's mistakes.
 */

/** How an attribute's value is written. A list is an enumeration. */
export type ValueType =
  | "string"
  /** Typed as an unrestricted string in every schema; the service still reads a GUID. */
  | "guid"
  | "boolean"
  | "int"
  | "short"
  | "byte"
  | "unsignedByte"
  | "unsignedLong"
  | "float"
  | "dateTime"
  /** Base64 of 16 bytes: MD5, IV. */
  | "base64of16"
  /** Base64 of 20 bytes: QuickXorHash. */
  | "base64of20"
  | readonly string[];

export interface ChildRule {
  readonly name: string;
  readonly type: string;
  readonly min: number;
  readonly max: number;
}

/** What stands in an element besides attributes. */
export type ContentRule =
  | { readonly kind: "empty" }
  /** In this order. */
  | { readonly kind: "sequence"; readonly children: readonly ChildRule[] }
  /** In any order, `max` in all. `text` where the type is mixed. */
  | {
      readonly kind: "choice";
      readonly children: readonly ChildRule[];
      readonly max: number;
      readonly text?: true;
    }
  /** Any well-formed elements, unchecked. */
  | { readonly kind: "any" };

export interface TypeRule {
  readonly attributes: Readonly<Record<string, ValueType>>;
  readonly required?: readonly string[];
  /** Takes attributes that the schema doesn't name (`anyAttribute`). */
  readonly open?: true;
  readonly content: ContentRule;
  /** Documented child elements that the schema doesn't know, with their types; they may stand anywhere and get a note. */
  readonly extensions?: Readonly<Record<string, string>>;
  /** Codes in place of the general ones: for an attribute or child that is absent, or an attribute that is undeclared. */
  readonly special?: Readonly<Record<string, "SYSTEM_ID_MISSING" | "SCHEMA_VERSION_ATTRIBUTES">>;
}

export interface FileSchema {
  readonly root: string;
  readonly namespace: string;
  readonly rootType: string;
  readonly types: Readonly<Record<string, TypeRule>>;
}

export const UNBOUNDED: number = Number.POSITIVE_INFINITY;

export const empty: ContentRule = { kind: "empty" };

/** `name` of `type`, any number of times, and nothing else. */
export function listOf(name: string, type: string, min = 0, max: number = UNBOUNDED): ContentRule {
  return { kind: "sequence", children: [{ name, type, min, max }] };
}

/** At most one each, in this order. */
export function inOrder(...children: readonly (readonly [name: string, type: string])[]): ContentRule {
  return { kind: "sequence", children: children.map(([name, type]) => ({ name, type, min: 0, max: 1 })) };
}
