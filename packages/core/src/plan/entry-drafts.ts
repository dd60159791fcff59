import type { Code } from "../errors/index.ts";
import type {
  Attachment,
  PlannedAttachment,
  PlannedDetails,
  PlannedFileVersion,
  PlannedFolder,
  PlannedSharingEvent,
  Renaming,
  SharingEvent,
  SourceFile,
  SourceListItem,
  SourcePath,
  TargetPath,
} from "../model/index.ts";
import type { Known } from "./delta.ts";
import type { Identity } from "./identity.ts";
import type { Ids } from "./item-ids.ts";
import type { OpenFolder } from "./open-folder.ts";
import type { Unpacked } from "./packer.ts";
import type { PlanLog } from "./plan-log.ts";
import {
  type DetailsContext,
  plannedAttachment,
  plannedDetails,
  plannedExtras,
  plannedSharingEvent,
} from "./planned-details.ts";
import type { Grants } from "./scopes.ts";
import type { SharingQuota } from "./sharing-quota.ts";
import { isoSeconds, isPlain, itemDates, type SourceObject } from "./source-item.ts";
import { type LabelledVersion, writtenVersions } from "./two-versions.ts";
import type { ResolvedPlanOptions } from "./types.ts";
import { versionLabels } from "./version-label.ts";

/** Where an item is going to be. */
export interface Place {
  readonly parent: OpenFolder;
  readonly path: TargetPath;
  readonly renamed: Renaming | undefined;
  readonly known: Known;
  readonly fingerprint: string | undefined;
  readonly grants: Exclude<Grants, { code: Code }> | undefined;
}

/** An entry that is being put together. */
export type EntryDraft<Kind> = { kind: Kind } & {
  -readonly [field in keyof Omit<PlannedFolder, "kind" | "progId" | "properties">]: PlannedFolder[field];
};

/** What drafts are made with. */
export interface EntryDraftPorts {
  readonly identity: Identity;
  readonly context: DetailsContext;
  readonly twoVersions: ResolvedPlanOptions["forms"]["twoVersions"];
  readonly sharing: SharingQuota;
  readonly log: PlanLog;
}

/** Makes entries of plans out of items, their older versions and attachments. */
export class EntryDrafts {
  readonly #identity: Identity;
  readonly #context: DetailsContext;
  readonly #twoVersions: ResolvedPlanOptions["forms"]["twoVersions"];
  readonly #sharing: SharingQuota;
  readonly #log: PlanLog;

  constructor({ identity, context, twoVersions, sharing, log }: EntryDraftPorts) {
    this.#identity = identity;
    this.#context = context;
    this.#twoVersions = twoVersions;
    this.#sharing = sharing;
    this.#log = log;
  }

  /** What folders, files and list items have in common. */
  of<Kind extends SourceObject["kind"]>(
    kind: Kind,
    item: SourceObject,
    { parent, path, renamed, known, fingerprint }: Place,
    version: string,
    { id, listItemId, itemId, generation }: Ids,
  ): EntryDraft<Kind> {
    const { created, modified } = itemDates(item, this.#context.now);
    const author = this.#context.people.defaultAuthorId;
    // One literal, as all but few items have no more: spreading costs half of the planner's time.
    const entry: EntryDraft<Kind> = {
      kind,
      source: item.path.slice(),
      path,
      id,
      listItemId,
      itemId,
      parentId: parent.fields.id,
      created,
      modified,
      author,
      modifiedBy: author,
      version,
    };
    if (renamed !== undefined) entry.renamed = renamed;
    if (known.movedFrom !== undefined) entry.movedFrom = known.movedFrom.slice();
    if (fingerprint !== undefined) {
      entry.fingerprint = fingerprint;
      if (item.identity !== undefined) entry.identity = item.identity;
      if (generation > 0) entry.generation = generation;
    }
    if (isPlain(item)) return entry;
    return Object.assign(
      entry,
      plannedDetails(item, version, modified, this.#context),
      plannedExtras(item, this.#context),
      this.#sharingOf(item, parent),
    );
  }

  attachments(attachments: readonly Attachment[], item: EntryDraft<"item">): Unpacked<PlannedAttachment>[] {
    return attachments.map((attachment) => ({
      name: attachment.name.normalize("NFC"),
      id: this.#identity.attachmentId(item.id, attachment.name),
      ...plannedAttachment(attachment, item, this.#context),
      size: attachment.size,
      content: attachment.content,
    }));
  }

  /** The older versions of a file, as the form asks where there is just one. */
  olderVersions(item: SourceFile): { versions?: readonly Unpacked<PlannedFileVersion>[] } {
    const versions = item.versions ?? [];
    const labels = labelsOf(item);
    let older = versions.map((version, index): LabelledVersion => ({ version, label: labels[index] as string }));
    if (versions.length === 1) {
      const form = this.#twoVersions;
      const written = writtenVersions(older[0] as LabelledVersion, form);
      if (written.isTwo) this.#log.twoVersions(item);
      if (form === "currentOnly") {
        const message = "Cannot package the older version as files with exactly two are to have the current one only";
        this.#log.warn("TWO_VERSIONS", `${message}: current value is ${labels[0]}`, item.path);
      }
      older = [...written.older];
    }
    if (older.length === 0) return {};
    return {
      versions: older.map(({ version, label }) => ({
        ...plannedDetails(version, label, this.#versionDate(item, version.modified), this.#context),
        ...(version.checkinComment === undefined ? {} : { checkinComment: version.checkinComment }),
        ...(version.properties?.length ? { properties: version.properties } : {}),
        size: version.size,
        content: version.content,
      })),
    };
  }

  olderDetails(item: SourceListItem, versions: NonNullable<SourceListItem["versions"]>): PlannedDetails[] {
    const labels = labelsOf(item);
    return versions.map((version, index) =>
      plannedDetails(version, labels[index] as string, this.#versionDate(item, version.modified), this.#context),
    );
  }

  /** An older version without a date has that of the item's creation. */
  #versionDate(item: SourceFile | SourceListItem, modified: Date | undefined): string {
    return modified === undefined ? itemDates(item, this.#context.now).created : isoSeconds(modified);
  }

  /** An item's sharing events; none below a folder that has some. */
  #sharingOf({ sharing, path }: SourceObject, parent: OpenFolder): { sharing?: readonly PlannedSharingEvent[] } {
    if (sharing === undefined || sharing.length === 0) return {};
    if (parent.fields.isShared) {
      const message = "Cannot package the sharing events as a folder above carries some, which count for all in it";
      this.#log.warn("SHARING_INHERITED", `${message}: current value is ${sharing.length}`, path);
      return {};
    }
    const planned = sharing.flatMap((event) => this.#sharingEvent(event, path));
    return planned.length === 0 ? {} : { sharing: planned };
  }

  #sharingEvent(event: SharingEvent, path: SourcePath): PlannedSharingEvent[] {
    const planned = plannedSharingEvent(event, this.#context.people);
    if (planned === undefined) return [];
    const receivers = new Set(planned.sharedWith);
    for (const ref of event.sharedWith) {
      const id = this.#context.people.id(ref);
      if (id !== undefined && receivers.delete(id)) {
        this.#sharing.count(id, typeof ref === "string" ? ref : ref.group, path);
      }
    }
    return [planned];
  }
}

/** Labels that were found without fault. */
function labelsOf({ version, versions = [] }: SourceFile | SourceListItem): readonly string[] {
  const labels = versionLabels([...versions.map((older) => older.version), version]);
  return "fault" in labels ? [] : labels;
}

/** The label of the current version. */
export function currentLabel(item: SourceFile | SourceListItem): string {
  return labelsOf(item).at(-1) ?? "1.0";
}
