import { redact } from "@primepack/core/errors";
import { guidOf } from "@primepack/core/http";
import type { TableKind } from "@primepack/core/table";
import { moveFaults } from "../tasks/check-move.ts";
import type { Move } from "../tasks/task-types.ts";
import type { MoveEntry } from "./batch-entries.ts";
import type { MoveFileOptions } from "./batch-types.ts";

/** The columns of a file of moves, or the properties of its lines. */
export const moveColumns: readonly { readonly name: string; readonly required?: boolean }[] = [
  { name: "kind", required: true },
  { name: "source", required: true },
  { name: "target", required: true },
  { name: "targetOrganizationHost" },
  { name: "targetOrganizationId" },
  { name: "targetDataLocationCode" },
  { name: "preferredStartDateTime" },
  { name: "preferredLatestStartDateTime" },
];

export const moveTable: TableKind = { noun: "the file of moves", code: "TABLE_INVALID" };

/** Characters of a name that stay of a line that can't be used. */
const NAME_MAX_LENGTH = 400;

/** What a row comes to. */
export type MoveRow =
  | { readonly move: Move }
  /** Each to stand behind "Cannot use line 7 of the file of moves as ". */
  | { readonly faults: readonly string[]; readonly names: NonNullable<MoveEntry["names"]> };

/** Reads one row; what it doesn't say, the defaults do. */
export function readMoveRow(values: Readonly<Record<string, string>>, defaults: MoveFileOptions["defaults"]): MoveRow {
  const { kind, source, target } = values;
  const missing = Object.entries({ kind, source, target }).flatMap(([name, value]) =>
    value === undefined ? [`${name} must be given: current value is empty`] : [],
  );
  const move: unknown = {
    kind: kind?.toLowerCase(),
    source: sideOf(kind?.toLowerCase(), source ?? ""),
    target: sideOf(kind?.toLowerCase(), target ?? ""),
    ...organizationOf(values, defaults?.target),
    ...timesOf(values, defaults?.times),
  };
  const faults = missing.length > 0 ? missing : moveFaults(move);
  if (faults.length === 0) return { move: move as Move };
  return { faults, names: namesOf(values) };
}

/** What a line that can't be used names. */
function namesOf({
  kind,
  source = "",
  target = "",
}: Readonly<Record<string, string>>): NonNullable<MoveEntry["names"]> {
  const known = (["user", "site", "group"] as const).find((name) => name === kind?.toLowerCase());
  return { ...(known === undefined ? {} : { kind: known }), source: shortened(source), target: shortened(target) };
}

function shortened(text: string): string {
  const plain = redact(text);
  return plain.length > NAME_MAX_LENGTH ? `${plain.slice(0, NAME_MAX_LENGTH)}…` : plain;
}

/** A user is named by UPN or by object id, which is a GUID. */
function sideOf(kind: string | undefined, name: string): object {
  if (kind === "site") return { siteUrl: name };
  if (kind === "group") return { mailNickname: name };
  return guidOf(name) === undefined ? { userPrincipalName: name } : { id: name };
}

/** A row that names an organization means that one; with a geo code alone, another geo of the default one. */
function organizationOf(values: Readonly<Record<string, string>>, byDefault: object | undefined): object {
  const { targetOrganizationHost, targetOrganizationId, targetDataLocationCode } = values;
  const named = targetOrganizationHost !== undefined || targetOrganizationId !== undefined;
  return withoutUndefined({
    ...(named ? { targetOrganizationHost, targetOrganizationId } : byDefault),
    ...(named || targetDataLocationCode !== undefined ? { targetDataLocationCode } : {}),
  });
}

function timesOf(values: Readonly<Record<string, string>>, byDefault: object | undefined): object {
  const { preferredStartDateTime, preferredLatestStartDateTime } = values;
  return { ...byDefault, ...withoutUndefined({ preferredStartDateTime, preferredLatestStartDateTime }) };
}

function withoutUndefined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
