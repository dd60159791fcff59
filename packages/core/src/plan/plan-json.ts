import { hash } from "node:crypto";
import { PrimepackError } from "../errors/index.ts";
import { ITEM_ID_MAX, type PackagePlan, PLAN_SCHEMA_VERSION, type RenameReason } from "../model/index.ts";
import { normalizeGuid } from "./identity.ts";
import { nameFaults } from "./name-rules.ts";

/**
 * SHA-256, in hexadecimal, of the plan's canonical JSON: keys sorted by UTF-16 units, no spaces, texts and numbers as
 * `JSON.stringify` writes them (RFC 8785, but for the lone surrogates that source names may hold: they stand as `\\udXXX`).
 *
 * Two plans with one hash make the same package, so what was executed need not be executed again.
 */
export function planHash(plan: PackagePlan): string {
  return hash("sha256", canonicalJson(plan), "hex");
}

/**
 * The plan that a JSON text or its parsed value holds, checked as far as executing it relies on it: names of packages and
 * blobs are safe file names, names in the target pass the rules, ids are GUIDs, folders stand before what is in them.
 * `schemas/plan.schema.json` describes the same shape.
 *
 * @throws PrimepackError PLAN_VERSION for a plan of another format; PLAN_INVALID, with the place, for anything else.
 */
export function parsePlan(json: unknown): PackagePlan {
  const value = typeof json === "string" ? parseJson(json) : json;
  const plan = record(value, "");
  if (plan.schemaVersion !== PLAN_SCHEMA_VERSION) {
    throw new PrimepackError(
      "PLAN_VERSION",
      `Cannot read the plan as this release knows schemaVersion ${PLAN_SCHEMA_VERSION}: current value is ${shown(plan.schemaVersion)}`,
    );
  }
  check(plan, "", {
    schemaVersion: isNumber,
    name: isPackageName,
    kind: oneOf("structure", "content"),
    dependsOn: listOf(isPackageName),
    portable: isBoolean,
    target: isObject,
    items: isArray,
    bytes: isCount,
  });
  check(record(plan.target, "/target"), "/target", {
    siteUrl: isText,
    webId: isId,
    webUrl: isText,
    listId: isId,
    listTitle: isText,
    listUrl: isText,
    rootFolderId: isId,
    baseTemplate: isText,
    firstItemId: isItemId,
  });
  const items = plan.items as readonly unknown[];
  items.forEach((item, index) => {
    checkItem(item, `/items/${index}`);
  });
  const checked = plan as unknown as PackagePlan;
  checkWhole(checked);
  return checked;
}

type Rule = readonly [constraint: string, holds: (value: unknown) => boolean];
type Rules = Readonly<Record<string, Rule>>;

const renameReasons: Readonly<Record<RenameReason, true>> = {
  "empty-name": true,
  "invalid-character": true,
  "leading-or-trailing": true,
  "reserved-name": true,
  "not-normalized": true,
  "name-too-long": true,
  "path-too-long": true,
  clash: true,
};

const isText: Rule = ["a text", (value) => typeof value === "string"];
const isNumber: Rule = ["a number", (value) => typeof value === "number"];
const isBoolean: Rule = ["true or false", (value) => typeof value === "boolean"];
const isObject: Rule = ["an object", (value) => typeof value === "object" && value !== null && !Array.isArray(value)];
const isArray: Rule = ["a list", Array.isArray];
const isCount: Rule = ["a whole number from 0 on", (value) => Number.isSafeInteger(value) && Number(value) >= 0];
const isHandle: Rule = ["a whole number from 1 on", (value) => Number.isSafeInteger(value) && Number(value) >= 1];
const isItemId: Rule = [
  `a whole number from 1 to ${ITEM_ID_MAX}`,
  (value) => isHandle[1](value) && Number(value) <= ITEM_ID_MAX,
];
const isId: Rule = ["a GUID without braces", (value) => typeof value === "string" && isPlainGuid(value)];
// Both become file names, so nothing but digits may stand there.
const isPackageName: Rule = ["a package name such as 000001", matches(/^[0-9]{6,15}$/)];
const isBlobName: Rule = ["a blob name such as 00000001.dat", matches(/^[0-9]{8,15}\.dat$/)];
const isDate: Rule = [
  "a date in UTC with whole seconds",
  matches(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/),
];
const isPath: Rule = ["a list of names", (value) => Array.isArray(value) && value.length > 0 && value.every(isText[1])];
const isReason: Rule = ["a reason", (value) => typeof value === "string" && Object.hasOwn(renameReasons, value)];

function matches(pattern: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === "string" && pattern.test(value) && !value.endsWith("\n");
}

function isPlainGuid(text: string): boolean {
  return normalizeGuid(text) !== undefined && !text.startsWith("{");
}

function oneOf(...values: readonly string[]): Rule {
  return [`one of ${values.join(", ")}`, (value) => typeof value === "string" && values.includes(value)];
}

function listOf([constraint, holds]: Rule): Rule {
  return [`a list, each ${constraint}`, (value) => Array.isArray(value) && value.every(holds)];
}

function checkItem(value: unknown, place: string): void {
  const item = record(value, place);
  check(item, place, {
    kind: oneOf("folder", "file"),
    source: isPath,
    path: isPath,
    id: isId,
    listItemId: isId,
    itemId: isItemId,
    parentId: isId,
    created: isDate,
    modified: isDate,
  });
  if (item.renamed !== undefined) {
    check(record(item.renamed, `${place}/renamed`), `${place}/renamed`, {
      from: isText,
      to: isText,
      why: listOf(isReason),
    });
  }
  if (item.kind === "file") {
    check(item, place, { size: isCount, content: isObject, blob: isBlobName });
    const content = record(item.content, `${place}/content`);
    check(content, `${place}/content`, { kind: oneOf("path", "local") });
    check(content, `${place}/content`, content.kind === "path" ? { path: isText } : { handle: isHandle });
  }
  const path = item.path as readonly string[];
  const name = path.at(-1) as string;
  const faults = nameFaults(name, { kind: item.kind as "folder" | "file", inRoot: path.length === 1 });
  if (faults.length > 0) throw invalid(`${place}/path`, `names that pass the rules (${faults.join(", ")})`, name);
}

/** What no item can be asked alone. */
function checkWhole(plan: PackagePlan): void {
  const toCome = new Set(plan.items.filter(({ kind }) => kind === "folder").map(({ id }) => id));
  const once = new Set<string | number>();
  const isNew = (value: string | number) => once.size < once.add(value).size;
  let bytes = 0;
  let isPortable = true;
  for (const [index, item] of plan.items.entries()) {
    const place = `/items/${index}`;
    const { id, listItemId, itemId, parentId } = item;
    if (!isNew(id)) throw invalid(`${place}/id`, "an id of its own", id);
    if (!isNew(listItemId)) throw invalid(`${place}/listItemId`, "an id of its own", listItemId);
    if (!isNew(itemId)) throw invalid(`${place}/itemId`, "an id of its own", itemId);
    if (toCome.has(parentId)) throw invalid(`${place}/parentId`, "a folder that stands before it", parentId);
    if (item.kind === "folder") {
      toCome.delete(id);
      continue;
    }
    if (plan.kind === "structure") throw invalid(`${place}/kind`, "a folder, as the package's kind is", item.kind);
    if (!isNew(item.blob)) throw invalid(`${place}/blob`, "a blob of its own", item.blob);
    bytes += item.size;
    if (item.content.kind === "local") isPortable = false;
  }
  if (plan.bytes !== bytes) throw invalid("/bytes", `the ${bytes} bytes of its files`, plan.bytes);
  if (plan.portable !== isPortable) throw invalid("/portable", `${isPortable}, by its contents`, plan.portable);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PrimepackError("PLAN_INVALID", "Cannot read the plan as it is no JSON", { cause });
  }
}

function record(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (!isObject[1](value)) throw invalid(place, isObject[0], value);
  return value as Readonly<Record<string, unknown>>;
}

function check(value: Readonly<Record<string, unknown>>, place: string, rules: Rules): void {
  for (const [field, [constraint, holds]] of Object.entries(rules)) {
    if (!Object.hasOwn(value, field) || !holds(value[field])) {
      throw invalid(`${place}/${field}`, constraint, value[field]);
    }
  }
}

function invalid(place: string, constraint: string, value: unknown): PrimepackError {
  return new PrimepackError(
    "PLAN_INVALID",
    `Cannot read the plan as ${place === "" ? "it" : place} takes ${constraint}: current value is ${shown(value)}`,
  );
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 80);
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(sortedByKey(value));
}

/** The value with the keys of its objects in order. (No key of a plan looks like a number; those JavaScript orders.) */
function sortedByKey(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedByKey);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Readonly<Record<string, unknown>>;
  const sorted: Record<string, unknown> = {};
  for (const key of Object.keys(fields).sort()) sorted[key] = sortedByKey(fields[key]);
  return sorted;
}
