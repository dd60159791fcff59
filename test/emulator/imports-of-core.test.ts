import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  build,
  type FieldValue,
  type MemoryPackage,
  memoryPackageStore,
  type PackageForms,
  type PrincipalRef,
  type RoleGrant,
  Secret,
  type SourceContent,
  type SourceItem,
  type Target,
} from "@primepack/core";
import {
  type ImportedItem,
  type ImportRequest,
  type ImportStep,
  type ItemField,
  importPackage,
  type JobContainer,
  openSite,
  type Principal,
  type SiteState,
} from "@primepack/emulator/import";
import { collect, exampleTarget, RandomSource, temporaryFolder } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

// Packages are built by one reading of the format and imported by another, which share no code.

const folder = temporaryFolder();
let sites = 0;

const key = new Secret(Buffer.alloc(32, 7));
const listTarget = { ...exampleTarget, listTitle: "Tasks", listUrl: "Lists/Tasks", baseTemplate: "GenericList" };
const systemAccount = "SHAREPOINT\\system";
const standardRoles: Readonly<Record<string, number>> = { Read: 1073741826, Contribute: 1073741827 };
const contentTypes: Readonly<Record<string, string>> = { folder: "0x0120", file: "0x0101", item: "0x01" };

const switches: ImportRequest["switches"] = {
  badJobStatus: 400,
  missingSnapshot: "object",
  sideFiles: "strict",
  manifestOrder: "listed",
  existingFiles: "append",
  errorLimit: 100,
  md5Error: "mismatch",
  deleteRunning: "cancel",
  movedItems: "refuse",
  deletedObjects: "delete",
};

async function siteOf(target: Target): Promise<SiteState> {
  sites += 1;
  const site = await openSite(folder(`${sites}`), {
    url: target.webUrl,
    webId: target.webId,
    lists: [
      {
        title: target.listTitle,
        url: target.listUrl,
        baseTemplate: target.baseTemplate === "GenericList" ? 100 : 101,
        id: target.listId,
        rootFolderId: target.rootFolderId,
      },
    ],
  });
  // The roles that random sources take for granted.
  for (let id = 1_900_000_001; id < 1_900_000_200; id += 1) {
    await site.ensureRole({ id, name: `Role ${id}`, roleType: 0, permMask: "1" });
  }
  return site;
}

function containerOf(container: MemoryPackage["content"]): JobContainer {
  return {
    async find(name) {
      for await (const blob of container.list()) {
        if (blob.name !== name) continue;
        const { size, md5, iv } = blob;
        return { name, size, md5, iv, isSnapshot: true, blobType: "BlockBlob", open: () => container.read(name) };
      }
      return undefined;
    },
    list: async () => (await collect(container.list())).map(({ name }) => name),
    write: async () => undefined,
  };
}

interface Migrated {
  readonly steps: readonly ImportStep[];
  readonly items: readonly ImportedItem[];
  readonly site: SiteState;
}

/** Builds the items, and imports the packages one after the other. */
async function migrate(
  items: readonly SourceItem[],
  target: Target,
  forms: PackageForms = {},
  maxItems = 4,
): Promise<Migrated> {
  async function* source() {
    yield* items;
  }
  const packages = memoryPackageStore();
  const common = { source: source(), target, packages, workers: 0, limits: { maxItems } };
  const run = build({ ...common, encryption: key, forms });
  const events = await collect(run);
  expect(events.filter((event) => event.type === "item" && event.outcome.outcome === "failed")).toEqual([]);
  const records = events.flatMap((event) => (event.type === "packageFinished" ? [event.record] : []));
  const site = await siteOf(target);
  const steps: ImportStep[] = [];
  for (const name of inOrder(records)) {
    const { content, manifest } = packages.packages.get(name) ?? expect.fail(`There is no package ${name}`);
    const request: ImportRequest = {
      ...{ jobId: `job ${name}`, data: containerOf(content), manifest: containerOf(manifest), key: key.reveal() },
      ...{ site, switches, faults: () => ({}), signal: new AbortController().signal },
    };
    steps.push(...(await collect(importPackage(request))));
  }
  return { steps, items: await collect(site.importedItems()), site };
}

/** Each package after those that it depends on. */
function inOrder(records: readonly { readonly name: string; readonly dependsOn: readonly string[] }[]): Set<string> {
  const ordered = new Set<string>();
  while (ordered.size < records.length) {
    const ready = records.filter(
      ({ name, dependsOn }) => !ordered.has(name) && dependsOn.every((one) => ordered.has(one)),
    );
    if (ready.length === 0) throw new Error("Packages depend on each other in a circle");
    for (const { name } of ready) ordered.add(name);
  }
  return ordered;
}

function problems(steps: readonly ImportStep[]): string[] {
  return steps.flatMap((step) =>
    step.type === "problem" && !step.message.endsWith("to be deleted does not exist.")
      ? [`${step.level} ${step.url}: ${step.message}`]
      : [],
  );
}

type Normal = Readonly<Record<string, unknown>>;

/** Without what is undefined or empty. */
function normal(values: Record<string, unknown>): Normal {
  const isGiven = (value: unknown) => value !== undefined && !(Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(values).filter(([, value]) => isGiven(value)));
}

const refText = (ref: PrincipalRef) => (typeof ref === "string" ? ref : `group ${ref.group}`);
const principalText = (principal: Principal | undefined) =>
  principal && (principal.kind === "user" ? principal.login : `group ${principal.name}`);
const seconds = (date: Date | undefined) => date && `${date.toISOString().slice(0, 19)}Z`;

async function digest(content: SourceContent): Promise<string> {
  const hash = createHash("sha256");
  if (content instanceof Uint8Array) return hash.update(content).digest("hex");
  if ("path" in content) throw new Error("The made-up source has no files");
  for await (const chunk of await content.open(new AbortController().signal)) hash.update(chunk);
  return hash.digest("hex");
}

// What was given.

const termText = ({ label, termGuid, wssId = -1 }: { label: string; termGuid: string; wssId?: number }) =>
  `${wssId};#${label}|${termGuid}`;

/** The stored form of a value, with people by their names. */
function fieldText(field: FieldValue): string {
  switch (field.type) {
    case "MultiChoice":
      return `;#${field.value.join(";#")};#`;
    case "Number":
    case "Currency":
      return `${Number(field.value) + 0}`;
    case "Boolean":
      return field.value ? "1" : "0";
    case "DateTime":
      return field.value.toISOString().slice(0, 19);
    case "URL":
      return field.value.url;
    case "User":
      return refText(field.value);
    case "UserMulti":
      return field.value.map(refText).join(" and ");
    case "Lookup":
      return `${field.value.itemId}:${field.value.listId}`;
    case "LookupMulti":
      return `${field.value.itemIds.join(",")}:${field.value.listId}`;
    case "TaxonomyFieldType":
      return termText(field.value);
    case "TaxonomyFieldTypeMulti":
      return field.value.map(termText).join(";#");
    default:
      return `${field.value ?? ""}`;
  }
}

function givenFields(fields: readonly FieldValue[] = []): Normal[] {
  return fields
    .flatMap((field) => {
      const own = normal({
        name: field.name,
        fieldId: field.fieldId,
        type: field.type === "raw" ? field.fieldType : field.type,
        value2: field.type === "URL" ? field.value.description : field.type === "raw" ? field.value2 : undefined,
        text: fieldText(field),
      });
      if (field.type !== "TaxonomyFieldType" && field.type !== "TaxonomyFieldTypeMulti") return [own];
      const terms = field.type === "TaxonomyFieldType" ? [field.value] : field.value;
      const text = terms.map(({ label, termGuid }) => `${label}|${termGuid}`).join(";");
      return [own, normal({ ...field.noteField, type: "Note", text })];
    })
    .sort(byName);
}

const byName = (one: Normal, other: Normal) => (`${one.name}` < `${other.name}` ? -1 : 1);

function givenGrants(grants: readonly RoleGrant[] | undefined): string[] | undefined {
  const id = (role: RoleGrant["role"]) => (typeof role === "string" ? standardRoles[role] : role.id);
  return grants && [...new Set(grants.map(({ principal, role }) => `${refText(principal)} ${id(role)}`))].sort();
}

type Details = Extract<SourceItem, { kind: "file" | "folder" | "item" }>;
type Version = NonNullable<Extract<SourceItem, { kind: "file" }>["versions"]>[number];

function labelsOf(versions: readonly { readonly version?: string }[]): string[] {
  let major = 0;
  return versions.map(({ version = `${major + 1}.0` }) => {
    major = Number(version.split(".")[0]);
    return version;
  });
}

function givenVersion(version: Partial<Details & Version>, label: string | undefined): Record<string, unknown> {
  const author = version.author === undefined ? systemAccount : refText(version.author);
  return {
    ...{ label, author, editor: version.modifiedBy === undefined ? author : refText(version.modifiedBy) },
    modified: seconds(version.modified),
    fields: givenFields(version.fields),
    moderation: version.moderation ?? { status: label?.endsWith(".0") === false ? "Draft" : "Approved" },
  };
}

async function givenItem(item: Details): Promise<Normal> {
  const versions = item.kind === "folder" ? [] : (item.versions ?? []);
  const labels = labelsOf([...versions, item]);
  const all: Normal[] = [];
  for (const [index, version] of [...versions, item].entries()) {
    if (item.kind === "folder" || (item.kind === "item" && versions.length === 0)) continue;
    const given = givenVersion(version, labels[index]);
    if (item.kind === "file") {
      const { content, size, checkinComment, properties } = version as Version;
      Object.assign(given, { sha256: await digest(content), size, checkinComment, properties });
    }
    all.push(normal(given));
  }
  return normal({
    kind: item.kind,
    id: item.id,
    listItemId: item.listItemId,
    path: item.kind === "item" ? item.path.slice(0, -1) : item.path,
    ...givenVersion(item, labels.at(-1)),
    created: seconds(item.created),
    contentTypeId: item.contentTypeId ?? contentTypes[item.kind],
    grants: givenGrants(item.permissions),
    versions: all,
    properties: "properties" in item ? item.properties : undefined,
    attachments: item.kind === "item" ? await givenAttachments(item.attachments ?? []) : undefined,
    comments: item.comments?.map((comment) => ({
      ...{ parentId: "0", ...comment, author: refText(comment.author), created: comment.created.getTime() },
    })),
    sharing: item.sharing?.map(({ time, initiator, sharedBy = initiator, sharedWith }) => ({
      ...{ time: time.getTime(), initiator: refText(initiator), sharedBy: refText(sharedBy) },
      sharedWith: sharedWith.map(refText),
    })),
    label2: item.retentionLabel && {
      ...{ name: item.retentionLabel.name, setBy: item.retentionLabel.setBy, flags: item.retentionLabel.flags },
      setAt: seconds(item.retentionLabel.setAt),
    },
    links: item.links,
    eventReceivers: item.eventReceivers,
    versionEvents: item.kind === "file" ? item.versionEvents : undefined,
    webParts: item.kind === "file" ? item.webParts : undefined,
  });
}

async function givenAttachments(
  attachments: NonNullable<Extract<SourceItem, { kind: "item" }>["attachments"]>,
): Promise<Normal[]> {
  const all: Normal[] = [];
  for (const { name, size, content, author, modifiedBy, created, modified } of attachments) {
    const people = { author, editor: modifiedBy, created: seconds(created), modified: seconds(modified) };
    all.push(normal({ name, size, sha256: await digest(content), ...people }));
  }
  return all;
}

// What was imported.

/** Carries the retention label, which is compared by itself. */
const labelField = "_ComplianceTag";

function importedFields(fields: readonly ItemField[] = []): Normal[] {
  return fields
    .filter(({ name }) => name !== labelField)
    .map(({ name, fieldId, type, value, value2, principals }) => {
      const texts: Record<string, () => string> = {
        Number: () => `${Number(value)}`,
        Currency: () => `${Number(value)}`,
        User: () => `${principals?.map(principalText).join(" and ")}`,
        UserMulti: () => `${principals?.map(principalText).join(" and ")}`,
        Lookup: () => value.replace(/;# ?;/, ":"),
        LookupMulti: () => value.replace(/;# ?;(?=[^;]*$)/, ":").replace(/;# ?;#/g, ","),
        DateTime: () => value.replace(/^(\d\d)\/(\d\d)\/(\d{4}) /, "$3-$1-$2T"),
      };
      return normal({ name, fieldId, type, value2, text: texts[type ?? ""]?.() ?? value });
    })
    .sort(byName);
}

function importedStamps(stamps: {
  readonly author?: Principal;
  readonly editor?: Principal;
  readonly created?: string;
  readonly modified?: string;
}): Record<string, unknown> {
  const { author, editor, created, modified } = stamps;
  return { author: principalText(author), editor: principalText(editor), created, modified };
}

/** Properties in the names of the source's. */
function importedProperties(properties: ImportedItem["properties"]): unknown {
  return properties?.map(({ Name, Value, Value2, Type, Access, Id }) =>
    normal({
      ...{ name: Name, value: Value, value2: Value2, id: Id },
      type: Type === "String" ? undefined : Type,
      access: Access === "ReadWrite" ? undefined : Access,
    }),
  );
}

function importedItem(item: ImportedItem, given: Normal, target: Target): Normal {
  const { kind, itemVersions, versions } = item;
  const root = `${target.webUrl}/${target.listUrl}/`;
  const path = item.url.slice(root.length).split("/");
  const itemParts = new Map(itemVersions?.map((version) => [version.label, version]));
  const labels = kind === "item" ? (itemVersions ?? []) : (versions ?? []);
  const all = labels.map(({ label }) => {
    const file = versions?.find((version) => version.label === label);
    const part = itemParts.get(label) ?? item;
    const { created: _, ...stamps } = importedStamps(part);
    return normal({
      ...{ label, ...stamps, fields: importedFields(part.fields), moderation: part.moderation },
      ...{ sha256: file?.sha256, size: file?.size, checkinComment: file?.checkinComment },
      properties: importedProperties(file?.properties),
    });
  });
  return normal({
    kind,
    id: given.id === undefined ? undefined : item.uniqueId,
    listItemId: given.listItemId === undefined ? undefined : item.listItemId,
    path: kind === "item" ? path.slice(0, -1) : path,
    ...{ label: item.label, ...importedStamps(item), fields: importedFields(item.fields) },
    ...{ moderation: item.moderation, contentTypeId: item.contentTypeId, versions: all },
    grants: item.scope?.assignments
      .map(({ principal, roleId }) => `${principalText(principal)} ${roleId}`)
      .sort()
      .filter((grant, index, sorted) => grant !== sorted[index - 1]),
    properties: importedProperties(item.properties),
    attachments: item.attachments?.map(({ name, size, sha256, ...rest }) =>
      normal({ name, size, sha256, ...importedStamps(rest) }),
    ),
    comments: item.comments?.map((comment) => ({
      ...comment,
      ...{ author: principalText(comment.author), created: Date.parse(comment.created) },
    })),
    sharing: item.sharing?.map(({ time, initiator, sharedBy, sharedWith }) => ({
      ...{ time: Date.parse(time), initiator: principalText(initiator), sharedBy: principalText(sharedBy) },
      sharedWith: sharedWith.map(principalText),
    })),
    label2: item.retentionLabel && {
      ...{ name: item.retentionLabel.name, flags: item.retentionLabel.flags, setAt: item.retentionLabel.setAt },
      setBy: principalText(item.retentionLabel.setBy),
    },
    ...{ links: item.links, eventReceivers: item.eventReceivers },
    ...{ versionEvents: item.versionEvents, webParts: item.webParts },
  });
}

/** Every file that the records name holds what they say. */
async function expectContents({ items, site }: Migrated): Promise<void> {
  for (const item of items) {
    const contents = [...(item.versions ?? []), ...(item.attachments ?? [])];
    for (const { storedAs, sha256, size } of contents) {
      const bytes = await readFile(join(site.directory, storedAs));
      expect(bytes.length).toBe(size);
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
    }
    if (item.kind === "file") {
      expect(item.versions?.at(-1)?.storedAs).toBe(decodeURI(encodeURI(item.url.slice(1))));
    }
  }
}

async function expectSame(kind: "library" | "list", items: readonly SourceItem[], forms: PackageForms): Promise<void> {
  const target = kind === "list" ? listTarget : exampleTarget;
  const migrated = await migrate(items, target, forms);
  try {
    await expectMigrated(items, migrated, target);
  } finally {
    await migrated.site.close();
  }
}

async function expectMigrated(items: readonly SourceItem[], migrated: Migrated, target: Target): Promise<void> {
  expect(problems(migrated.steps)).toEqual([]);
  const given = items.filter((item): item is Details => ["file", "folder", "item"].includes(item.kind));
  expect(migrated.items).toHaveLength(given.length);
  for (const [index, item] of given.entries()) {
    const expected = await givenItem(item);
    const imported = migrated.items[index];
    if (imported) expect(importedItem(imported, expected, target)).toEqual(expected);
  }
  const list = items.find((item) => item.kind === "list");
  const scope = migrated.site.listScopes.get(target.listId);
  const grants = scope?.assignments.map(({ principal, roleId }) => `${principalText(principal)} ${roleId}`).sort();
  expect(grants && [...new Set(grants)]).toEqual(list?.kind === "list" ? givenGrants(list.permissions) : undefined);
  await expectContents(migrated);
}

const forms = fc.record<PackageForms>(
  {
    outerFileValue: fc.boolean(),
    versionIds: fc.constantFrom("same", "distinct"),
    attachmentUrl: fc.constantFrom("webRelative", "serverRelative"),
    dateTimeFields: fc.constantFrom("iso", "us"),
    userFields: fc.constantFrom("native", "hash"),
    roles: fc.constantFrom("write", "omit"),
    archives: fc.boolean(),
  },
  { requiredKeys: [] },
);

describe("importPackage() of what build() made", () => {
  it.each(["library", "list"] as const)(
    "gives every byte and attribute of a random %s",
    async (kind) => {
      const made = fc.asyncProperty(fc.gen(), forms, async (draw, form) => {
        await expectSame(kind, new RandomSource(draw, kind).items(), form);
      });
      await fc.assert(made, { numRuns: 100, interruptAfterTimeLimit: 240_000, markInterruptAsFailure: true });
    },
    300_000,
  );
});
