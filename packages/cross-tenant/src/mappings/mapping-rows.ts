import { PrimepackError, redact } from "@primepack/core/errors";
import { guidOf } from "@primepack/core/http";
import { readTable, type TableColumn, type TableKind, type TableRow } from "@primepack/core/table";
import { shownValue } from "../shown-value.ts";
import {
  checkGuid,
  checkMailAddress,
  checkMailNickname,
  checkOneOf,
  checkUserPrincipalName,
  type ValueCheck,
} from "./mapping-checks.ts";
import { type MappingForm, type MappingMembers, settableMembers, withMembers } from "./mapping-forms.ts";
import type { LineFinding, MappingFileOptions } from "./mapping-run-types.ts";

const mappingTable: TableKind = { noun: "the mapping file", code: "TABLE_INVALID" };

/** Characters of a value that a message quotes. */
const SHOWN_LENGTH = 60;

/** `true` or `false`. */
const REMOVED = "removed";

/** What one line of a mapping file asks for, or what is wrong with it. */
export type MappingRow =
  | {
      readonly line: number;
      readonly key: string;
      readonly members: MappingMembers;
      readonly isRemoval: boolean;
      readonly finding?: never;
    }
  | {
      readonly line: number;
      /** As the line writes it, redacted and cut short; empty where it can't be read. */
      readonly source: string;
      readonly finding: LineFinding;
    };

/** Rows of a mapping file as they stand there; many at a time. */
export function mappingTableRows(
  form: MappingForm,
  options: MappingFileOptions,
  signal: AbortSignal | undefined,
): AsyncIterable<readonly TableRow[]> {
  const { file, format, delimiter } = options;
  return readTable({
    file,
    ...(format === undefined ? {} : { format }),
    ...(delimiter === undefined ? {} : { delimiter }),
    columns: columnsOf(form),
    // No value of a mapping has a line break; so a quote that doesn't end costs its own line only.
    lineBreaks: false,
    kind: mappingTable,
    ...(signal === undefined ? {} : { signal }),
  });
}

function columnsOf({ names }: MappingForm): readonly TableColumn[] {
  const settable = settableMembers.map((member) => ({ name: names[member] }));
  return [{ name: names.source, required: true }, ...settable, { name: REMOVED }];
}

/**
 * Reads rows of one kind. `sourceOrganizationId` is of rows that name none.
 *
 * @throws INVALID_OPTION if that is no GUID
 */
export function mappingRowReader(
  form: MappingForm,
  sourceOrganizationId: string | undefined,
): (row: TableRow) => MappingRow {
  const organization = guidOf(sourceOrganizationId);
  if (sourceOrganizationId !== undefined && organization === undefined) {
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot apply mappings as sourceOrganizationId must be a GUID: current value is ${shownValue(sourceOrganizationId, SHOWN_LENGTH)}`,
    );
  }
  const checks = checksOf(form);
  return (row) => {
    if (row.values === undefined) return invalidRow(row.line, "", row.fault);
    const faults: string[] = [];
    const checked = (name: string, check: ValueCheck): string | undefined => {
      const text = row.values[name];
      if (text === undefined) return undefined;
      const { value, constraint } = check(text);
      if (constraint !== undefined)
        faults.push(`${name} ${constraint}: current value is ${shownValue(text, SHOWN_LENGTH)}`);
      return value;
    };
    const { names } = form;
    const source = checked(names.source, checks.source);
    if (row.values[names.source] === undefined) faults.push(`it must have a ${names.source}`);
    const given = withMembers(source ?? "", (member) => checked(names[member], checks[member]));
    const isRemoval = checked(REMOVED, checkOneOf(["true", "false"])) === "true";
    const set = settableMembers.filter((member) => row.values[names[member]] !== undefined);
    if (isRemoval && set.length > 0) {
      faults.push(`a removal must name its source only: current value has ${set.map((one) => names[one]).join(", ")}`);
    }
    if (!isRemoval && set.length === 0) faults.push("it must set something, or have removed true");
    if (source === undefined || faults.length > 0) {
      return invalidRow(row.line, row.values[names.source] ?? "", faults.join("; and "));
    }
    const members = isRemoval || organization === undefined ? given : { organization, ...given };
    return { line: row.line, key: form.keyOf(source), members, isRemoval };
  };
}

function checksOf({ kind, types }: MappingForm): Readonly<Record<keyof MappingMembers, ValueCheck>> {
  const isUsers = kind === "users";
  return {
    source: isUsers ? checkUserPrincipalName : checkGuid,
    organization: checkGuid,
    type: checkOneOf(types),
    target: isUsers ? checkUserPrincipalName : checkGuid,
    contact: isUsers ? checkMailAddress : checkMailNickname,
  };
}

/** Characters of a source that can't be used. */
const KEPT_SOURCE_LENGTH = 256;

function invalidRow(line: number, source: string, because: string): MappingRow {
  const message = `Cannot use line ${line} of ${mappingTable.noun} as ${because}`;
  return {
    line,
    source: redact(source).slice(0, KEPT_SOURCE_LENGTH),
    finding: { line, code: "MAPPING_INVALID", message },
  };
}

/** Of a line whose source an earlier one has. */
export function duplicateFinding(line: number, source: string, earlier: number): LineFinding {
  return {
    line,
    code: "MAPPING_DUPLICATE",
    message: `Cannot use line ${line} of ${mappingTable.noun} as line ${earlier} has the same source: current value is ${shownValue(source, SHOWN_LENGTH)}`,
  };
}
