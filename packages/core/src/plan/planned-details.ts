import type {
  Attachment,
  ItemDetails,
  PlannedComment,
  PlannedDetails,
  PlannedFile,
  PlannedLabel,
  PlannedSharingEvent,
  PrincipalId,
  PrincipalRef,
  SharingEvent,
  SourceFile,
  VersionDetails,
} from "../model/index.ts";
import { type FieldForms, planFields } from "./fields.ts";
import type { People } from "./people.ts";
import { isoMilliseconds, isoSeconds, itemDates } from "./source-item.ts";

/** What it takes to write an item's details down. */
export interface DetailsContext {
  readonly people: People;
  readonly forms: FieldForms;
  readonly now: Date;
}

/** What an item and each of its versions have in common; `modified` as plans write it. */
export function plannedDetails(
  given: VersionDetails,
  version: string,
  modified: string,
  { people, forms }: DetailsContext,
): PlannedDetails {
  const { fields, moderation } = given;
  return {
    ...authorship(given, people),
    version,
    modified,
    ...(fields === undefined || fields.length === 0 ? {} : { fields: planFields(fields, people, forms) }),
    ...(moderation === undefined ? {} : { moderation }),
  };
}

/** What only the item itself has, but for its sharing. */
export function plannedExtras(
  item: ItemDetails,
  { people }: DetailsContext,
): {
  contentTypeId?: string;
  retentionLabel?: PlannedLabel;
  comments?: readonly PlannedComment[];
  links?: NonNullable<ItemDetails["links"]>;
  eventReceivers?: NonNullable<ItemDetails["eventReceivers"]>;
} {
  const { contentTypeId, retentionLabel, comments, links, eventReceivers } = item;
  return {
    ...(contentTypeId === undefined ? {} : { contentTypeId }),
    ...(retentionLabel === undefined ? {} : { retentionLabel: plannedLabel(retentionLabel, people) }),
    ...(comments?.length ? { comments: comments.map((comment) => plannedComment(comment, people)) } : {}),
    ...(links?.length ? { links } : {}),
    ...(eventReceivers?.length ? { eventReceivers } : {}),
  };
}

/** What only files have, besides content and versions. */
export function plannedFileExtras({
  checkinComment,
  properties,
  webParts,
  versionEvents,
}: SourceFile): Pick<PlannedFile, "checkinComment" | "properties" | "webParts" | "versionEvents"> {
  return {
    ...(checkinComment === undefined ? {} : { checkinComment }),
    ...(properties?.length ? { properties } : {}),
    ...(webParts?.length ? { webParts } : {}),
    ...(versionEvents?.length ? { versionEvents } : {}),
  };
}

/** An attachment's people and dates; what it lacks is that of its item. */
export function plannedAttachment(
  { author, modifiedBy, created, modified }: Attachment,
  item: { readonly author: PrincipalId; readonly modifiedBy: PrincipalId; readonly created: string },
  { people, now }: DetailsContext,
): { author: PrincipalId; modifiedBy: PrincipalId; created: string; modified: string } {
  const dates = itemDates({ ...(created && { created }), ...(modified && { modified }) }, now);
  const isDated = created !== undefined || modified !== undefined;
  return {
    author: known(author, people) ?? item.author,
    modifiedBy: known(modifiedBy ?? author, people) ?? item.modifiedBy,
    created: isDated ? dates.created : item.created,
    modified: isDated ? dates.modified : item.created,
  };
}

/** A sharing event with those of its receivers who are in the target; undefined if there are none. */
export function plannedSharingEvent(event: SharingEvent, people: People): PlannedSharingEvent | undefined {
  const { time, initiator, sharedBy, sharedWith } = event;
  const receivers = new Set<PrincipalId>();
  for (const ref of sharedWith) {
    const id = people.id(ref);
    if (id !== undefined) receivers.add(id);
  }
  if (receivers.size === 0) return undefined;
  const by = known(initiator, people) ?? people.defaultAuthorId;
  return {
    time: isoMilliseconds(time),
    initiator: by,
    sharedBy: known(sharedBy, people) ?? by,
    sharedWith: [...receivers],
  };
}

function authorship({ author, modifiedBy }: VersionDetails, people: People): { author: number; modifiedBy: number } {
  const by = known(author, people) ?? people.defaultAuthorId;
  return { author: by, modifiedBy: known(modifiedBy, people) ?? by };
}

/** Undefined for nobody, and for groups of the system, which are dropped. */
function known(ref: PrincipalRef | undefined, people: People): PrincipalId | undefined {
  return ref === undefined ? undefined : people.id(ref);
}

function plannedLabel(label: NonNullable<ItemDetails["retentionLabel"]>, people: People): PlannedLabel {
  const { name, setBy, setAt, flags } = label;
  const by = known(setBy, people);
  return {
    name,
    ...(by === undefined ? {} : { setBy: by }),
    ...(setAt === undefined ? {} : { setAt: isoSeconds(setAt) }),
    ...(flags === undefined ? {} : { flags }),
  };
}

function plannedComment(comment: NonNullable<ItemDetails["comments"]>[number], people: People): PlannedComment {
  const { id, parentId, text, author, created, uiVersion } = comment;
  return {
    id,
    ...(parentId === undefined ? {} : { parentId }),
    text,
    author: known(author, people) ?? people.defaultAuthorId,
    created: isoMilliseconds(created),
    ...(uiVersion === undefined ? {} : { uiVersion }),
  };
}
