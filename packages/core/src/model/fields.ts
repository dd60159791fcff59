import type { PrincipalRef } from "./people.ts";

/** A managed metadata term as a list item stores it. */
export interface TermValue {
  readonly label: string;
  readonly termGuid: string;
  /**
   * Row of the term in the target site's `TaxonomyHiddenList`. Default: -1, which shows the value but can't be filtered
   * by; a term that the site has never used has no row.
   */
  readonly wssId?: number;
}

interface FieldBase {
  /** Internal name of the column. */
  readonly name: string;
  /** GUID of the column. Default: left out; the name finds it. */
  readonly fieldId?: string;
}

/** The hidden companion of a managed metadata column, by the column's `TextField`: its internal name and GUID. */
export interface NoteField {
  readonly name: string;
  readonly fieldId?: string;
}

/** The value of one column (package format, 5.1). */
export type FieldValue = FieldBase &
  (
    | { readonly type: "Text" | "Note" | "Choice"; readonly value: string }
    | { readonly type: "MultiChoice"; readonly value: readonly string[] }
    /** A text is a decimal with a point; for what a double can't hold. */
    | { readonly type: "Number" | "Currency"; readonly value: number | string }
    | { readonly type: "Integer" | "Counter"; readonly value: number }
    | { readonly type: "Boolean"; readonly value: boolean }
    | { readonly type: "DateTime"; readonly value: Date }
    | { readonly type: "URL"; readonly value: { readonly url: string; readonly description?: string } }
    | { readonly type: "User"; readonly value: PrincipalRef }
    | { readonly type: "UserMulti"; readonly value: readonly PrincipalRef[] }
    /** Item ids and GUID of the list that the column looks up. */
    | { readonly type: "Lookup"; readonly value: { readonly itemId: number; readonly listId: string } }
    | { readonly type: "LookupMulti"; readonly value: { readonly itemIds: readonly number[]; readonly listId: string } }
    | { readonly type: "TaxonomyFieldType"; readonly value: TermValue; readonly noteField: NoteField }
    | { readonly type: "TaxonomyFieldTypeMulti"; readonly value: readonly TermValue[]; readonly noteField: NoteField }
    /** Written as it is; for columns of other types, and for values that were exported. */
    | { readonly type: "raw"; readonly fieldType?: string; readonly value?: string; readonly value2?: string }
  );

/** The types of {@link PropertyValue}s: those that the schema of manifests lists. */
export const PROPERTY_TYPES = [
  "String",
  "Integer",
  "Time",
  "StringVector",
  "Boolean",
  "FileSystemTime",
  "IntVector",
  "Double",
  "LongText",
  "Empty",
] as const;

/** Who may change a {@link PropertyValue}. */
export const PROPERTY_ACCESSES = ["ReadOnly", "ReadWrite"] as const;

/** An entry of a file's or folder's property bag (`vti_` and others; package format, 5.2). */
export interface PropertyValue {
  readonly name: string;
  readonly value?: string;
  readonly value2?: string;
  readonly id?: string;
  /** Default: `String`. */
  readonly type?: (typeof PROPERTY_TYPES)[number];
  /** Default: `ReadWrite`. */
  readonly access?: (typeof PROPERTY_ACCESSES)[number];
}
