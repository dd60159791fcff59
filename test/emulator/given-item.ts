import { createHash } from "node:crypto";
import type { FieldValue, PrincipalRef, RoleGrant, SourceContent, SourceItem } from "@primepack/core";

const systemAccount = "SHAREPOINT\\system";
const standardRoles: Readonly<Record<string, number>> = { Read: 1073741826, Contribute: 1073741827 };
const contentTypes: Readonly<Record<string, string>> = { folder: "0x0120", file: "0x0101", item: "0x01" };

/** Values by name, to be compared. */
export type Normal = Readonly<Record<string, unknown>>;

/** Without what is undefined or empty. */
export function normal(values: Record<string, unknown>): Normal {
  const isGiven = (value: unknown) => value !== undefined && !(Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(values).filter(([, value]) => isGiven(value)));
}

const refText = (ref: PrincipalRef) => (typeof ref === "string" ? ref : `group ${ref.group}`);
const seconds = (date: Date | undefined) => date && `${date.toISOString().slice(0, 19)}Z`;

async function digest(content: SourceContent): Promise<string> {
  const hash = createHash("sha256");
  if (content instanceof Uint8Array) return hash.update(content).digest("hex");
  if ("path" in content) throw new Error("The made-up source has no files");
  for await (const chunk of await content.open(new AbortController().signal)) hash.update(chunk);
  return hash.digest("hex");
}

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

/** Orders fields by their names. */
export const byName = (one: Normal, other: Normal) => (`${one.name}` < `${other.name}` ? -1 : 1);

/** Principals with the ids of their roles. */
export function givenGrants(grants: readonly RoleGrant[] | undefined): string[] | undefined {
  const id = (role: RoleGrant["role"]) => (typeof role === "string" ? standardRoles[role] : role.id);
  return grants && [...new Set(grants.map(({ principal, role }) => `${refText(principal)} ${id(role)}`))].sort();
}

/** An item of which there is something to be compared. */
export type Details = Extract<SourceItem, { kind: "file" | "folder" | "item" }>;
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

/** All that a source says of an item, and what is made of what it doesn't say. */
export async function givenItem(item: Details): Promise<Normal> {
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
