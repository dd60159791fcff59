import type { Target } from "@primepack/core";
import type { ImportedItem, ItemField, Principal } from "@primepack/emulator/import";
import { byName, type Normal, normal } from "./given-item.ts";

/** As `givenItem` names people. */
export const principalText = (principal: Principal | undefined) =>
  principal && (principal.kind === "user" ? principal.login : `group ${principal.name}`);

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

/** What was imported of an item, in the form of what was given. */
export function importedItem(item: ImportedItem, given: Normal, target: Pick<Target, "webUrl" | "listUrl">): Normal {
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
