import { PrimepackError, redact } from "../errors/index.ts";
import { ITEM_ID_MAX, type Target } from "../model/index.ts";
import { existingFolderTree } from "../plan/existing-folders.ts";

/** Characters of a faulty value that a message repeats. */
const VALUE_SHOWN = 80;

// The patterns are those of schemas/target.schema.json; a test holds the two against each other.
const guid = /^(?!0{8}(-0{4}){3}-0{12}$)[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/u;
const path = /^(?!\.{1,2}(\/|$))[^/\\\p{Cc}\p{Cs}]+(\/(?!\.{1,2}(\/|$))[^/\\\p{Cc}\p{Cs}]+)*$/u;

interface Rule {
  readonly takes: string;
  readonly accepts: (value: unknown) => boolean;
}

const guidRule: Rule = { takes: "a GUID with hyphens and without braces", accepts: matching(guid) };
const pathRule: Rule = { takes: "names joined by / without leading slash", accepts: matching(path) };

const rules: { readonly [field in keyof Required<Omit<Target, "existingFolders">>]: Rule } = {
  siteUrl: {
    takes: "an absolute URL without a query",
    accepts: matching(/^https?:\/\/[^/?#\s\p{Cc}\p{Cs}]+(\/[^?#\s\p{Cc}\p{Cs}]*)?$/u),
  },
  webId: guidRule,
  webUrl: {
    takes: "a server-relative URL such as /sites/archive, or /",
    accepts: matching(/^(\/|(\/(?!\.{1,2}(\/|$))[^/\\\p{Cc}\p{Cs}]+)+)$/u),
  },
  listId: guidRule,
  listTitle: { takes: "a text of 1 to 255 characters", accepts: matching(/^[^\p{Cc}\p{Cs}]{1,255}$/u) },
  listUrl: { ...pathRule, takes: "a web-relative URL without leading slash such as Shared Documents" },
  rootFolderId: guidRule,
  baseTemplate: {
    takes: "a template's name or number such as DocumentLibrary or 101, as a text",
    accepts: matching(/^([A-Za-z]{1,64}|[0-9]{1,9})$/u),
  },
  firstItemId: {
    takes: `a whole number from 1 to ${ITEM_ID_MAX}`,
    accepts: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= ITEM_ID_MAX,
  },
};

const fields: readonly string[] = [...Object.keys(rules), "existingFolders"];

/**
 * The target that parsed JSON describes; `$schema` may stand in it. Throws INVALID_TARGET as {@link checkTarget} does.
 */
export function parseTarget(json: unknown): Target {
  checkTarget(json);
  return Object.fromEntries(Object.entries(json).filter(([field]) => field !== "$schema")) as unknown as Target;
}

/**
 * Throws INVALID_TARGET if the value is no {@link Target}: by {@link checkTargetShape}, or because its `existingFolders`
 * are no tree, as a folder stands there twice or the one above it is missing.
 */
export function checkTarget(value: unknown): asserts value is Target {
  checkTargetShape(value);
  existingFolderTree(value);
}

/** The rules of `schemas/target.schema.json`. Throws INVALID_TARGET, whose message names every fault. */
export function checkTargetShape(value: unknown): asserts value is Target {
  const faults = isRecord(value) ? targetFaults(value) : ["it is not a JSON object"];
  if (faults.length === 0) return;
  throw new PrimepackError("INVALID_TARGET", `Cannot use the target as ${faults.join("; ")}`);
}

function targetFaults(target: Readonly<Record<string, unknown>>): string[] {
  const faults: string[] = [];
  for (const [field, { takes, accepts }] of Object.entries(rules)) {
    const value = target[field];
    if (value === undefined) faults.push(`${field} is missing`);
    else if (!accepts(value)) faults.push(`${field} takes ${takes}: current value is ${shown(value)}`);
  }
  faults.push(...existingFolderFaults(target.existingFolders));
  for (const field of Object.keys(target)) {
    if (field === "$schema") {
      if (typeof target[field] !== "string")
        faults.push(`$schema takes a text: current value is ${shown(target[field])}`);
    } else if (!fields.includes(field)) faults.push(`it has no field ${shown(field)}`);
  }
  return faults;
}

function existingFolderFaults(folders: unknown): string[] {
  if (folders === undefined) return [];
  if (!isRecord(folders)) {
    return [`existingFolders takes an object of path to GUID: current value is ${shown(folders)}`];
  }
  const faults: string[] = [];
  for (const [folder, id] of Object.entries(folders)) {
    if (!pathRule.accepts(folder)) {
      faults.push(`a path of existingFolders takes ${pathRule.takes}: current value is ${shown(folder)}`);
    }
    if (!guidRule.accepts(id)) {
      faults.push(`existingFolders[${shown(folder)}] takes ${guidRule.takes}: current value is ${shown(id)}`);
    }
  }
  return faults;
}

function matching(pattern: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === "string" && pattern.test(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as JSON, bounded, without secrets. */
function shown(value: unknown): string {
  const text = redact(JSON.stringify(value) ?? String(value));
  return text.length > VALUE_SHOWN ? `${text.slice(0, VALUE_SHOWN)}...` : text;
}
