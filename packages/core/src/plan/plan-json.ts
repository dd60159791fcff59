import { hash } from "node:crypto";
import { PrimepackError } from "../errors/index.ts";
import {
  ITEM_ID_MAX,
  MODERATION_STATUSES,
  type PackagePlan,
  PLAN_SCHEMA_VERSION,
  type PlannedFile,
  type PlannedItem,
  type PlannedListItem,
  type PropertyValue,
  type RenameReason,
  type SerializedElement,
} from "../model/index.ts";
import { normalizeGuid } from "./identity.ts";
import { type NamePlace, nameFaults } from "./name-rules.ts";
import { eachAssigned, eachPrincipal } from "./planned-principals.ts";
import { elementsFault, propertyFault } from "./source-details.ts";
import { versionLabels, versionNumber } from "./version-label.ts";

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
 * blobs are safe file names, names in the target pass the rules, ids are GUIDs, folders stand before what is in them,
 * versions in their order, and whoever is named by number is there.
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
    users: isArray,
    groups: isArray,
    roles: optional(isArray),
    scopes: optional(isArray),
    entries: isCount,
    bytes: isCount,
  });
  checkTarget(record(plan.target, "/target"));
  checkEach(plan.items, "/items", checkItem);
  checkEach(plan.users, "/users", checkUser);
  checkEach(plan.groups, "/groups", checkGroup);
  checkEach(plan.roles, "/roles", checkRole);
  checkEach(plan.scopes, "/scopes", checkScope);
  const checked = plan as unknown as PackagePlan;
  checkWhole(checked);
  return checked;
}

type Rule = readonly [constraint: string, holds: (value: unknown) => boolean, isOptional?: true];
type Fields = Readonly<Record<string, unknown>>;
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
const isPackageName: Rule = ["a package name such as 000001", matches(/^[0-9]{6,15}(?:-r[1-9][0-9]{0,5})?$/)];
const isBlobName: Rule = ["a blob name such as 00000001.dat", matches(/^[0-9]{8,15}\.dat$/)];
const isDate: Rule = [
  "a date in UTC with whole seconds",
  matches(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/),
];
const isMoment: Rule = [
  "a date in UTC with milliseconds",
  matches(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/),
];
const isNames: Rule = ["a list of names", (value) => Array.isArray(value) && value.every(isText[1])];
const isPath: Rule = ["a list of names", (value) => isNames[1](value) && (value as readonly unknown[]).length > 0];
const isInteger: Rule = ["a whole number", Number.isSafeInteger];
const isPrincipalId: Rule = isHandle;
const isArchiveName: Rule = ["an archive's name such as archive1.zip", matches(/^archive[1-9]\.zip$/)];
const isLabel: Rule = [
  "a version label such as 1.0",
  (value) => typeof value === "string" && versionNumber(value) !== undefined,
];
const isMask: Rule = ["a whole number in decimal", matches(/^[0-9]{1,20}$/)];
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

function optional([constraint, holds]: Rule): Rule {
  return [constraint, holds, true];
}

function checkTarget(target: Fields): void {
  check(target, "/target", {
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
}

function checkItem(value: unknown, place: string): void {
  const item = record(value, place);
  check(item, place, { kind: oneOf("folder", "file", "item", "deletion") });
  const kind = item.kind as PlannedItem["kind"];
  if (kind === "deletion") checkDeletion(item, place);
  else checkObject(item, place, kind);
}

function checkObject(item: Fields, place: string, kind: "folder" | "file" | "item"): void {
  check(item, place, {
    source: isPath,
    path: isPath,
    movedFrom: optional(isPath),
    id: isId,
    listItemId: isId,
    itemId: isItemId,
    parentId: isId,
    created: isDate,
    contentTypeId: optional(isText),
    identity: optional(isText),
    fingerprint: optional(isText),
    generation: optional(isCount),
  });
  checkDetails(item, place);
  if (item.renamed !== undefined) {
    check(record(item.renamed, `${place}/renamed`), `${place}/renamed`, {
      from: isText,
      to: isText,
      why: listOf(isReason),
    });
  }
  if (item.retentionLabel !== undefined) {
    const rules = { name: isText, setBy: optional(isPrincipalId), setAt: optional(isDate), flags: optional(isCount) };
    check(record(item.retentionLabel, `${place}/retentionLabel`), `${place}/retentionLabel`, rules);
  }
  checkEach(item.comments, `${place}/comments`, checkComment);
  checkEach(item.sharing, `${place}/sharing`, checkSharing);
  checkEach(item.links, `${place}/links`, checkElement);
  checkEach(item.eventReceivers, `${place}/eventReceivers`, checkElement);
  if (kind === "folder") {
    check(item, place, { progId: optional(isText) });
    checkEach(item.properties, `${place}/properties`, checkProperty);
  } else if (kind === "file") checkFile(item, place);
  else checkListItem(item, place);
  checkName(item, place, kind);
}

function checkDeletion(item: Fields, place: string): void {
  check(item, place, {
    of: oneOf("folder", "file", "item"),
    source: isPath,
    path: isPath,
    id: isId,
    listItemId: isId,
    parentId: optional(isId),
  });
}

function checkFile(file: Fields, place: string): void {
  checkContent(file, place);
  check(file, place, { checkinComment: optional(isText) });
  checkEach(file.properties, `${place}/properties`, checkProperty);
  checkEach(file.webParts, `${place}/webParts`, checkElement);
  checkEach(file.versionEvents, `${place}/versionEvents`, checkElement);
  checkEach(file.versions, `${place}/versions`, (value, at) => {
    const version = record(value, at);
    checkDetails(version, at);
    checkContent(version, at);
    check(version, at, { checkinComment: optional(isText) });
    checkEach(version.properties, `${at}/properties`, checkProperty);
  });
}

function checkListItem(item: Fields, place: string): void {
  checkEach(item.versions, `${place}/versions`, (value, at) => checkDetails(record(value, at), at));
  checkEach(item.attachments, `${place}/attachments`, (value, at) => {
    const attachment = record(value, at);
    check(attachment, at, {
      name: isText,
      id: isId,
      author: isPrincipalId,
      modifiedBy: isPrincipalId,
      created: isDate,
      modified: isDate,
    });
    checkContent(attachment, at);
    refuseFaultyName(attachment.name as string, { kind: "file", inRoot: false }, `${at}/name`);
  });
}

/** What an item and each of its versions have in common. */
function checkDetails(details: Fields, place: string): void {
  check(details, place, {
    author: isPrincipalId,
    modifiedBy: isPrincipalId,
    version: isLabel,
    modified: isDate,
  });
  checkEach(details.fields, `${place}/fields`, (value, at) => {
    check(record(value, at), at, {
      name: isText,
      type: optional(isText),
      fieldId: optional(isText),
      value: optional(isText),
      value2: optional(isText),
      principals: optional(listOf(isPrincipalId)),
    });
  });
  if (details.moderation === undefined) return;
  check(record(details.moderation, `${place}/moderation`), `${place}/moderation`, {
    status: oneOf(...MODERATION_STATUSES),
    comment: optional(isText),
  });
}

function checkContent(value: Fields, place: string): void {
  check(value, place, { size: isCount, content: isObject, blob: isBlobName, archive: optional(isArchiveName) });
  const content = record(value.content, `${place}/content`);
  check(content, `${place}/content`, { kind: oneOf("path", "local") });
  check(
    content,
    `${place}/content`,
    content.kind === "path" ? { path: isText, keepsDates: optional(isBoolean) } : { handle: isHandle },
  );
}

function checkComment(value: unknown, place: string): void {
  check(record(value, place), place, {
    id: isText,
    parentId: optional(isText),
    text: isText,
    author: isPrincipalId,
    created: isMoment,
    uiVersion: optional(isCount),
  });
}

function checkSharing(value: unknown, place: string): void {
  check(record(value, place), place, {
    time: isMoment,
    initiator: isPrincipalId,
    sharedBy: isPrincipalId,
    sharedWith: listOf(isPrincipalId),
  });
}

function checkProperty(value: unknown, place: string): void {
  const fault = propertyFault(value as PropertyValue);
  if (fault !== undefined) throw invalid(place, "a property", value);
}

function checkElement(value: unknown, place: string): void {
  const { name } = record(value, place);
  const fault = elementsFault("elements", [value as SerializedElement], String(name));
  if (fault !== undefined) throw invalid(place, "an element", value);
}

function checkUser(value: unknown, place: string): void {
  check(record(value, place), place, {
    id: isPrincipalId,
    name: isText,
    login: isText,
    email: optional(isText),
    isDomainGroup: optional(isBoolean),
    isSiteAdmin: optional(isBoolean),
    isDeleted: optional(isBoolean),
    systemId: isText,
    mobilePhone: optional(isText),
    flags: optional(isInteger),
  });
}

function checkGroup(value: unknown, place: string): void {
  check(record(value, place), place, {
    id: isPrincipalId,
    name: isText,
    description: optional(isText),
    owner: optional(isPrincipalId),
    ownerIsUser: isBoolean,
    members: listOf(isPrincipalId),
    onlyAllowMembersViewMembership: optional(isBoolean),
    allowMembersEditMembership: optional(isBoolean),
    allowRequestToJoinLeave: optional(isBoolean),
    autoAcceptRequestToJoinLeave: optional(isBoolean),
    requestToJoinLeaveEmailSetting: optional(isText),
  });
}

function checkRole(value: unknown, place: string): void {
  check(record(value, place), place, {
    id: isInteger,
    title: isText,
    permMask: isMask,
    hidden: isBoolean,
    description: optional(isText),
    order: optional(isInteger),
    type: optional(isInteger),
  });
}

function checkScope(value: unknown, place: string): void {
  const scope = record(value, place);
  check(scope, place, {
    id: isId,
    objectId: isId,
    objectType: oneOf("list", "item"),
    path: isNames,
    assignments: isArray,
  });
  checkEach(scope.assignments, `${place}/assignments`, (assignment, at) => {
    check(record(assignment, at), at, { principalId: isPrincipalId, roleId: isInteger });
  });
}

function checkName(item: Fields, place: string, kind: "folder" | "file" | "item"): void {
  const path = item.path as readonly string[];
  const name = path.at(-1) as string;
  if (kind === "item") {
    const expected = `${String(item.itemId)}_.000`;
    if (name !== expected) throw invalid(`${place}/path`, `${expected} as its last name`, name);
  } else refuseFaultyName(name, { kind, inRoot: path.length === 1 }, `${place}/path`);
}

function refuseFaultyName(name: string, where: NamePlace, place: string): void {
  const faults = nameFaults(name, where);
  if (faults.length > 0) throw invalid(place, `names that pass the rules (${faults.join(", ")})`, name);
}

/** What no part can be asked alone. */
function checkWhole(plan: PackagePlan): void {
  checkPeople(plan);
  const toCome = new Set(plan.items.flatMap((item) => (item.kind === "folder" ? [item.id] : [])));
  const once = new Set<string | number>();
  const isNew = (value: string | number) => once.size < once.add(value).size;
  let entries = 0;
  let bytes = 0;
  let isPortable = true;
  for (const [index, item] of plan.items.entries()) {
    const place = `/items/${index}`;
    const { id, listItemId, parentId } = item;
    if (!isNew(id)) throw invalid(`${place}/id`, "an id of its own", id);
    if (!isNew(listItemId)) throw invalid(`${place}/listItemId`, "an id of its own", listItemId);
    entries += 1;
    if (plan.kind === "structure" && item.kind !== "folder") {
      throw invalid(`${place}/kind`, "a folder, as the package's kind is", item.kind);
    }
    if (item.kind === "deletion") continue;
    if (!isNew(item.itemId)) throw invalid(`${place}/itemId`, "an id of its own", item.itemId);
    if (parentId !== undefined && toCome.has(parentId)) {
      throw invalid(`${place}/parentId`, "a folder that stands before it", parentId);
    }
    if (item.kind === "folder") {
      toCome.delete(id);
      continue;
    }
    checkLabels(item, place);
    const more = (item.kind === "file" ? item.versions : item.attachments) ?? [];
    entries += more.length + (item.kind === "item" ? (item.versions?.length ?? 0) : 0);
    for (const { blob, size, content } of item.kind === "file" ? [...more, item] : more) {
      if (!isNew(blob)) throw invalid(`${place}/blob`, "a blob of its own", blob);
      bytes += size;
      if (content.kind === "local") isPortable = false;
    }
  }
  for (const [index, { id, objectId }] of (plan.scopes ?? []).entries()) {
    if (!isNew(id)) throw invalid(`/scopes/${index}/id`, "an id of its own", id);
    if (!isNew(`scope of ${objectId}`)) throw invalid(`/scopes/${index}/objectId`, "one scope each", objectId);
  }
  if (plan.entries !== entries) throw invalid("/entries", `the ${entries} of its items`, plan.entries);
  if (plan.bytes !== bytes) throw invalid("/bytes", `the ${bytes} bytes of its contents`, plan.bytes);
  if (plan.portable !== isPortable) throw invalid("/portable", `${isPortable}, by its contents`, plan.portable);
}

function checkLabels({ version, versions = [] }: PlannedFile | PlannedListItem, place: string): void {
  const labels = versionLabels([...versions.map((older) => older.version), version]);
  if ("fault" in labels) throw invalid(`${place}/version`, "a label above those of the older versions", version);
}

/** Whoever is named by number is in the plan. */
function checkPeople({ users, groups, items, scopes = [] }: PackagePlan): void {
  const userIds = new Set<number>();
  const groupIds = new Set<number>();
  const isNew = (id: number) => !userIds.has(id) && !groupIds.has(id);
  for (const [index, { id }] of users.entries()) {
    if (!isNew(id)) throw invalid(`/users/${index}/id`, "an id of its own", id);
    userIds.add(id);
  }
  for (const [index, { id }] of groups.entries()) {
    if (!isNew(id)) throw invalid(`/groups/${index}/id`, "an id of its own", id);
    groupIds.add(id);
  }
  for (const [index, { owner, ownerIsUser, members }] of groups.entries()) {
    if (owner !== undefined && !(ownerIsUser ? userIds : groupIds).has(owner)) {
      throw invalid(`/groups/${index}/owner`, "one of the users or groups", owner);
    }
    const missing = members.find((id) => !userIds.has(id));
    if (missing !== undefined) throw invalid(`/groups/${index}/members`, "users of the plan", missing);
  }
  for (const [index, item] of items.entries()) {
    eachPrincipal(item, (id) => {
      if (isNew(id)) throw invalid(`/items/${index}`, "people who are in users or groups", id);
    });
  }
  for (const [index, scope] of scopes.entries()) {
    eachAssigned(scope, (id) => {
      if (isNew(id)) throw invalid(`/scopes/${index}/assignments`, "people who are in users or groups", id);
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PrimepackError("PLAN_INVALID", "Cannot read the plan as it is no JSON", { cause });
  }
}

function record(value: unknown, place: string): Fields {
  if (!isObject[1](value)) throw invalid(place, isObject[0], value);
  return value as Fields;
}

/** Checks each of a list; undefined: there is none. */
function checkEach(list: unknown, place: string, checkOne: (value: unknown, place: string) => void): void {
  if (list === undefined) return;
  if (!Array.isArray(list)) throw invalid(place, isArray[0], list);
  for (const [index, value] of list.entries()) checkOne(value, `${place}/${index}`);
}

function check(value: Fields, place: string, rules: Rules): void {
  for (const [field, [constraint, holds, isOptional]] of Object.entries(rules)) {
    if (isOptional && value[field] === undefined) continue;
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
