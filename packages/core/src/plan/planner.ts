import { type Code, PrimepackError } from "../errors/index.ts";
import {
  type Attachment,
  FILE_MAX_BYTES,
  ITEM_ID_MAX,
  type ItemOutcome,
  type LedgerEntry,
  PATH_MAX_LENGTH,
  type PlannedAttachment,
  type PlannedDeletion,
  type PlannedDetails,
  type PlannedFileVersion,
  type PlannedFolder,
  type PlannedScope,
  type PlannedSharingEvent,
  type Renaming,
  SHARING_EVENTS_PER_DAY,
  type SharingEvent,
  type Source,
  type SourceDefinition,
  type SourceDeletion,
  type SourceEntry,
  type SourceFile,
  type SourceFolder,
  type SourceItem,
  type SourceList,
  type SourceListItem,
  type SourcePath,
  type SourceProblem,
  type TargetPath,
  UNIQUE_MAX_DESCENDANTS,
} from "../model/index.ts";
import { takenBy } from "./base-template.ts";
import { Delta, type Known, UNKNOWN } from "./delta.ts";
import { existingFolderTree } from "./existing-folders.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { comparisonKey } from "./fold.ts";
import { Identity, normalizeGuid } from "./identity.ts";
import { looksLikeSavedPage } from "./name-rules.ts";
import { type Claim, markOf, OpenFolder, type Wish } from "./open-folder.ts";
import { type FileEntry, type ListItemEntry, Packer, type Unpacked, weightOf } from "./packer.ts";
import { People } from "./people.ts";
import { Permissions } from "./permissions.ts";
import {
  type DetailsContext,
  plannedAttachment,
  plannedDetails,
  plannedExtras,
  plannedFileExtras,
  plannedSharingEvent,
} from "./planned-details.ts";
import { principalsOf } from "./references.ts";
import { legalName } from "./rename.ts";
import { type Grants, Scopes } from "./scopes.ts";
import { SharingQuota } from "./sharing-quota.ts";
import { bytesOf, isDefinition, isoSeconds, isPlain, itemDates, itemFault, type SourceObject } from "./source-item.ts";
import { type LabelledVersion, writtenVersions } from "./two-versions.ts";
import type { PlanEnd, PlanEvent, ResolvedPlanOptions } from "./types.ts";
import { versionLabels } from "./version-label.ts";

/**
 * Plans the packages of a source: names, ids, parents, people, permissions, and which item goes where.
 *
 * - Each entry of the source is either in exactly one plan or told of by one `outcome`. Folders that no entry names are
 *   planned out of the path of the first item in them, with its dates; they too are in a plan or have an outcome. The
 *   list's own permissions are a scope of a plan. Users, groups and roles have no outcome; a bad one is warned of.
 * - Items come in the source's order, folders before what is in them. Those that bring no item id are numbered from
 *   `target.firstItemId`, folders included, always above every number that came before: so no given number meets an
 *   automatic one, unless a source gives, later, one that is below what was counted. See {@link Packer} for how items are
 *   split, {@link Identity} for ids, {@link OpenFolder} for names, {@link Scopes} for permissions.
 * - Folders of `target.existingFolders` are found by their path in the target, without regard to case and normal form,
 *   and are not packaged.
 * - With a ledger items keep their ids and names, also when they are moved; what the target has received as it is gets
 *   the outcome `unchanged`. See {@link Delta}.
 * - What a source does wrong fails the item and not the run: SOURCE_INVALID_ITEM, SOURCE_DUPLICATE, and SOURCE_ORDER for
 *   what comes after its folder was left. What is below something that became no folder gets PARENT_NOT_PACKAGED; so does
 *   what is below a folder that failed for its permissions, lest it be open to more people than it was.
 * - Ids that items bring along are kept. Of two items of one package that bring the same one the second fails; that no two
 *   packages hold the same one is the source's part.
 *
 * The same source and options give the same plans. Memory grows with the depth of the source, its largest directory and
 * its people, not with the number of its items. Reading waits for the consumer; `return()` closes the source.
 *
 * @throws PrimepackError INVALID_TARGET; SOURCE_FAILED if the source throws; USER_MAP_FAILED; SCOPE_OVER_LIMIT above
 * 50,000 unique scopes; with names.policy `fail` NAME_NOT_ALLOWED, NAME_CLASH or PATH_TOO_LONG.
 */
export async function* planPackages(
  source: Source,
  options: ResolvedPlanOptions,
): AsyncGenerator<PlanEvent, PlanEnd, undefined> {
  const planner = new Planner(options);
  try {
    for await (const item of source) {
      const waiting = planner.begin(item);
      if (waiting !== undefined) await waiting;
      planner.accept(item);
      // Not `yield*`, which waits some times more for each.
      for (const event of planner.take()) yield event;
    }
  } catch (reason) {
    throw PrimepackError.from(reason, "SOURCE_FAILED", "read the source");
  }
  for (const _ of planner.end()) yield* planner.take();
  yield* planner.take();
  return planner.totals();
}

/** Why an entry is in no package. */
interface Refusal {
  readonly outcome: "skipped" | "failed";
  readonly code: Code;
  readonly because: string;
}

/** Where an item is going to be. */
interface Place {
  readonly parent: OpenFolder;
  readonly path: TargetPath;
  readonly renamed: Renaming | undefined;
  readonly known: Known;
  readonly fingerprint: string | undefined;
  readonly grants: Exclude<Grants, { code: Code }> | undefined;
}

/** An entry that is being put together. */
type EntryDraft<Kind> = { kind: Kind } & {
  -readonly [field in keyof Omit<PlannedFolder, "kind" | "progId" | "properties">]: PlannedFolder[field];
};

interface Ids {
  readonly id: string;
  readonly listItemId: string;
  readonly itemId: number;
  readonly generation: number;
}

const belowLost: Refusal = {
  outcome: "skipped",
  code: "PARENT_NOT_PACKAGED",
  because: "an entry above it is in no package",
};
const leftBefore: Refusal = {
  outcome: "failed",
  code: "SOURCE_ORDER",
  because: "the source had left the folder that it is in",
};
const yieldedBefore: Refusal = {
  outcome: "failed",
  code: "SOURCE_DUPLICATE",
  because: "the source has yielded its path before",
};

const idsTaken: Refusal = {
  outcome: "failed",
  code: "SOURCE_DUPLICATE",
  because: "another item of its package has its id, list item id or item id",
};

/** The fingerprint of a folder of which nothing but its name is known. */
const IMPLIED = "implied";

/** Kinds of the ids that an item of each kind has: of its document, and of its list item. */
const identityKinds = {
  folder: ["folder", "item"],
  file: ["file", "item"],
  item: ["document", "listitem"],
} as const;

class Planner {
  readonly #options: ResolvedPlanOptions;
  readonly #identity: Identity;
  readonly #people: People;
  readonly #permissions: Permissions;
  readonly #scopes: Scopes;
  readonly #packer: Packer;
  readonly #context: DetailsContext;
  readonly #delta: Delta | undefined;
  readonly #sharing = new SharingQuota();
  readonly #takes: ReturnType<typeof takenBy>;
  /** The library's root folder, then the folders that the source is in. */
  readonly #open: OpenFolder[];
  readonly #libraryPath: string;
  /** What the server-relative URL of everything in the library begins with. */
  readonly #urlStart: string;
  #events: PlanEvent[] = [];
  #fault: string | undefined;
  #nextItemId: number;
  #items = 0;
  #bytes = 0;
  /** Entries that are in a package or in the target as they are. */
  #placed = 0;
  #twoVersions = 0;
  #firstTwoVersions = "";
  #isListMet = false;
  /** The last problem that was told of in a folder that isn't open; what is below it comes next, if at all. */
  #lostPath: SourcePath | undefined;

  constructor(options: ResolvedPlanOptions) {
    const { target, names, forms, ledger, now } = options;
    this.#options = options;
    this.#identity = new Identity(target.listId);
    this.#people = new People(options);
    this.#permissions = new Permissions(forms);
    this.#scopes = new Scopes(this.#permissions, this.#people, this.#identity);
    this.#packer = new Packer(options, this.#people, this.#permissions);
    this.#context = { people: this.#people, forms, now };
    this.#delta = ledger && new Delta(ledger, Object.keys(target.existingFolders ?? {}).length > 0);
    this.#takes = takenBy(target.baseTemplate);
    this.#nextItemId = target.firstItemId;
    this.#libraryPath = [...target.webUrl.split("/"), ...target.listUrl.split("/")].filter(Boolean).join("/");
    this.#urlStart = this.#libraryPath === "" ? "/" : `/${this.#libraryPath}/`;
    const root = {
      sourceName: "",
      path: [],
      id: target.rootFolderId,
      parent: undefined,
      length: this.#libraryPath.length,
      home: undefined,
      existing: existingFolderTree(target),
      isShared: false,
      isUnique: false,
      grantsKey: undefined,
      openedAt: 0,
    };
    this.#open = [new OpenFolder(root, names)];
  }

  /** Looks at an entry, and for those whom it names: a promise, if they are waited for before it can be planned. */
  begin(item: SourceItem): Promise<void> | undefined {
    this.#fault = itemFault(item) ?? this.#unwritable(item);
    if (this.#fault !== undefined || item.kind === "problem" || item.kind === "deletion") return undefined;
    if (isDefinition(item)) {
      this.#define(item);
      return undefined;
    }
    if (item.kind !== "list" && isPlain(item)) return undefined;
    return this.#people.prepare(principalsOf(item));
  }

  /** Plans one entry; what came of it is then to be had from {@link take}. */
  accept(item: SourceItem): void {
    try {
      if (this.#fault === undefined && isDefinition(item)) return;
      const entry = item as SourceEntry;
      const bytes = this.#fault === undefined ? bytesOf(entry) : 0;
      this.#items += 1;
      this.#bytes += bytes;
      this.#options.onItem?.(bytes);
      const refusal = this.#fault === undefined ? this.#plan(entry) : this.#invalid(entry, this.#fault);
      if (refusal) this.#refuse(entry, refusal);
    } catch (reason) {
      throw PrimepackError.from(reason, "INTERNAL", "plan the packages");
    }
  }

  /** Plans what is to come when the source has ended; yields as often as {@link take} is worth a look. */
  *end(): Generator<void, void, undefined> {
    this.#leaveTo(0);
    this.#warnOfDescendants(this.#folderAt(0));
    for (const { name, source, events } of this.#sharing.over()) {
      const message = `Cannot promise all sharing events as a receiver gets ${SHARING_EVENTS_PER_DAY} in 24 hours`;
      this.#warn("SHARING_OVER_LIMIT", `${message}: current value is ${events} of ${JSON.stringify(name)}`, source);
    }
    if (this.#twoVersions > 1) {
      const message = "Cannot promise the versions of files with exactly two";
      const value = `${this.#twoVersions} files, of which this is the first`;
      this.#warn("TWO_VERSIONS", `${message}: current value is ${value}`, this.#firstTwoVersions);
    }
    let isAsked = false;
    for (const entry of this.#delta?.gone() ?? []) {
      if (!isAsked && !this.#mayDelete()) break;
      isAsked = true;
      this.#packer.addDeletion(this.#deletionOf(entry));
      yield;
    }
    this.#packer.end();
    this.#warnOfPeople([]);
  }

  /** Whether what is gone is to be deleted: not when all is, as of a disk that isn't there. */
  #mayDelete(): boolean {
    const { gone, of } = this.#delta?.goneShare ?? { gone: 0, of: 0 };
    const isEmpty = this.#placed === 0;
    if (isEmpty) {
      const message = "Cannot delete what is missing as the source has nothing at all, and may be another than before";
      this.#warn("MANY_DELETIONS", `${message}: current value is ${gone} missing, of which none is deleted`, "");
    } else if (2 * gone > of) {
      const message = "Cannot promise that the source is the one of earlier runs as it lacks more than half of it";
      this.#warn("MANY_DELETIONS", `${message}: current value is ${gone} deletions, of ${of} entries`, "");
    }
    return !isEmpty;
  }

  take(): readonly PlanEvent[] {
    const packages = this.#packer.take();
    if (this.#events.length === 0) return packages;
    const events = [...this.#events, ...packages];
    this.#events = [];
    return events;
  }

  totals(): PlanEnd {
    return { nextItemId: this.#nextItemId, items: this.#items, bytes: this.#bytes };
  }

  #unwritable(item: SourceItem): string | undefined {
    if (item.kind !== "folder" && item.kind !== "file" && item.kind !== "item") return undefined;
    return isPlain(item) ? undefined : (this.#idFault(item) ?? this.#options.faultOf?.(item));
  }

  /** An id that two objects had would make the service refuse the package. */
  #idFault(item: SourceObject): string | undefined {
    const { target } = this.#options;
    const ids = [given(item.id), given(item.listItemId)].filter((id) => id !== undefined);
    if (ids[0] !== undefined && ids[0] === ids[1]) return `it has the id of its list item: current value is ${ids[0]}`;
    const taken = ids.find((id) => [target.webId, target.listId, target.rootFolderId].some((own) => given(own) === id));
    return taken && `it has the id of the web, the list or its root folder: current value is ${taken}`;
  }

  #define(item: SourceDefinition): void {
    const fault = item.kind === "role" ? this.#permissions.define(item) : this.#people.define(item);
    if (fault === undefined) return;
    const name = String(item.kind === "user" ? item.login : item.name);
    this.#warn("SOURCE_INVALID_ITEM", `Cannot use the ${item.kind} as ${fault}`, name);
  }

  #plan(item: SourceEntry): Refusal | undefined {
    switch (item.kind) {
      case "problem":
        return this.#passOn(item);
      case "list":
        return this.#planList(item);
      case "deletion":
        return this.#planDeletion(item);
      default: {
        const refusal = this.#place(item);
        if (!isPlain(item)) this.#warnOfPeople(item.path);
        return refusal;
      }
    }
  }

  /** Plans a folder, file or list item with the folders that it implies; gives why it is in no package, if so. */
  #place(item: SourceObject): Refusal | undefined {
    const { path } = item;
    const depth = this.#commonDepth(path);
    const last = path.length - 1;
    if (depth < last) {
      const above = this.#folderAt(depth);
      const next = path[depth] as string;
      if (above.hasLost(next) || this.#isBelowLost(path, depth)) return belowLost;
      if (above.knows(next)) return leftBefore;
    }
    const refusal = this.#refusedHere(item);
    if (refusal) return refusal;
    for (let level = depth; level < last; level += 1) {
      const implied: SourceFolder = {
        kind: "folder",
        path: path.slice(0, level + 1),
        ...(item.created === undefined ? {} : { created: item.created }),
        ...(item.modified === undefined ? {} : { modified: item.modified }),
      };
      const refused = this.#placeFolder(implied, true);
      if (refused) {
        this.#refuse(implied, refused);
        return belowLost;
      }
    }
    const taken = this.#takenIds(item);
    if (taken) return taken;
    if (item.kind === "folder") return this.#placeFolder(item, false);
    return item.kind === "file" ? this.#placeFile(item) : this.#placeListItem(item);
  }

  /** What the target takes nowhere. */
  #refusedHere(item: SourceObject): Refusal | undefined {
    const { baseTemplate } = this.#options.target;
    if (item.kind === "file") {
      if (this.#takes === "items") {
        const because = `a list takes list items, and files as their attachments only: current value is ${baseTemplate}`;
        return { outcome: "failed", code: "FILE_IN_LIST", because };
      }
      const size = (item.versions ?? []).reduce((most, version) => Math.max(most, version.size), item.size);
      if (size > FILE_MAX_BYTES) {
        const because = `a file has at most ${FILE_MAX_BYTES} bytes: current value is ${size}`;
        return { outcome: "skipped", code: "FILE_TOO_LARGE", because };
      }
    }
    if (item.kind === "item" && this.#takes === "files") {
      const because = `a library takes folders and files: current value is ${baseTemplate}`;
      return { outcome: "failed", code: "ITEM_IN_LIBRARY", because };
    }
    return undefined;
  }

  /** Plans a folder whose parent is open, and opens it. */
  #placeFolder(item: SourceFolder, isImplied: boolean): Refusal | undefined {
    const parent = this.#folderAt(item.path.length - 1);
    const sourceName = item.path.at(-1) as string;
    const grants = this.#grants(item);
    if (grants && "code" in grants) {
      if (!parent.knows(sourceName)) parent.lose(sourceName);
      return { outcome: "failed", ...grants };
    }
    const known = this.#known(item);
    const claim = parent.claim(sourceName, "folder", this.#wish(parent, "folder", known));
    if (claim.is === "duplicate") return yieldedBefore;
    if (claim.is === "refused") {
      parent.lose(sourceName);
      return this.#refusedName(item, claim);
    }
    this.#leaveTo(item.path.length - 1);
    this.#delta?.meet(item.path, known);
    const name = claim.is === "existing" ? claim.folder.name : claim.name;
    const path = [...parent.fields.path, name];
    const key = grants?.key;
    const isUnique = key !== undefined && key !== parent.fields.grantsKey;
    const common = {
      sourceName,
      path,
      parent,
      length: parent.fields.length + 1 + name.length,
      isShared: parent.fields.isShared || (item.sharing !== undefined && item.sharing.length > 0),
      isUnique,
      openedAt: this.#placed + 1,
    };
    if (claim.is === "existing") {
      const { id } = claim.folder;
      const isGranted = key !== undefined;
      this.#push({ ...common, isUnique: isGranted, id, home: undefined, existing: claim.folder, grantsKey: key });
      this.#placed += 1;
      this.#tellOfFolder(item, "existing", path, id);
      // What holds in a folder of the target isn't known, so grants that don't differ from the parent's count too.
      if (grants) this.#packer.addScope(this.#newScope(item, id, path, grants));
      return undefined;
    }
    const grantsKey = key ?? parent.fields.grantsKey;
    const fingerprint = isImplied ? this.#impliedFingerprint(parent, known) : this.#fingerprint(item, parent);
    const place: Place = { parent, path, renamed: renaming(item, claim), known, fingerprint, grants };
    if (this.#isUnchanged(place)) {
      const { id } = known.entry as LedgerEntry;
      this.#push({ ...common, id, home: undefined, existing: undefined, grantsKey });
      this.#placed += 1;
      this.#tellOfFolder(item, "unchanged", path, id);
      if (isUnique) this.#countScope(item);
      return undefined;
    }
    const { progId, properties } = item;
    const folder = Object.assign(
      this.#entry("folder", item, place, item.version ?? "1.0"),
      progId === undefined ? {} : { progId },
      properties?.length ? { properties } : {},
    );
    const home = this.#packer.addFolder(folder, parent.fields.home, this.#scopeOf(item, folder.id, place));
    this.#push({ ...common, id: folder.id, home, existing: undefined, grantsKey });
    if (looksLikeSavedPage(name)) this.#warnOfSavedPage(item, name);
    return undefined;
  }

  #placeFile(item: SourceFile): Refusal | undefined {
    const parent = this.#folderAt(item.path.length - 1);
    const grants = this.#grants(item);
    if (grants && "code" in grants) return { outcome: "failed", ...grants };
    const known = this.#known(item);
    const claim = parent.claim(item.path.at(-1) as string, "file", this.#wish(parent, "file", known));
    if (claim.is === "refused") return this.#refusedName(item, claim);
    if (claim.is !== "named") return yieldedBefore;
    this.#leaveTo(item.path.length - 1);
    this.#delta?.meet(item.path, known);
    const path = [...parent.fields.path, claim.name];
    const place: Place = {
      parent,
      path,
      renamed: renaming(item, claim),
      known,
      fingerprint: this.#fingerprint(item, parent),
      grants,
    };
    if (this.#isUnchanged(place)) return this.#tellUnchanged(item, place);
    const { size, content, versions } = item;
    const hasMore = !isPlain(item);
    const common = this.#entry("file", item, place, hasMore ? currentLabel(item) : "1.0");
    const entry: FileEntry = Object.assign(common, { size, content });
    if (hasMore) Object.assign(entry, plannedFileExtras(item), versions?.length ? this.#olderVersions(item) : {});
    this.#packer.add(entry, parent.fields.home, this.#scopeOf(item, entry.id, place));
    this.#warnOfWeight(item, entry);
    return undefined;
  }

  /** Ids that items bring along are looked for in open packages only: one id in two packages is the source's part. */
  #takenIds({ kind, path, id, listItemId, itemId }: SourceObject): Refusal | undefined {
    const guids = [given(id), given(listItemId)].filter((guid) => guid !== undefined);
    if (guids.length === 0 && itemId === undefined) return undefined;
    if (!this.#packer.holdsOneOf(guids, itemId)) return undefined;
    if (kind !== "folder") return idsTaken;
    const parent = this.#folderAt(path.length - 1);
    const name = path.at(-1) as string;
    if (parent.knows(name)) return yieldedBefore;
    parent.lose(name);
    return idsTaken;
  }

  #placeListItem(item: SourceListItem): Refusal | undefined {
    const parent = this.#folderAt(item.path.length - 1);
    const grants = this.#grants(item);
    if (grants && "code" in grants) return { outcome: "failed", ...grants };
    const known = this.#known(item);
    const longest = `${ITEM_ID_MAX}_.000`.length;
    if (parent.fields.length + 1 + longest > PATH_MAX_LENGTH) {
      const because = `its server-relative path could have more than ${PATH_MAX_LENGTH} characters`;
      return { outcome: "skipped", code: "PATH_TOO_LONG", because };
    }
    const tooLong = item.attachments?.find(({ name }) => !this.#hasRoomFor(name.normalize("NFC")));
    if (tooLong) {
      const because = `the server-relative path of an attachment could have more than ${PATH_MAX_LENGTH} characters`;
      const value = JSON.stringify(tooLong.name);
      return { outcome: "skipped", code: "PATH_TOO_LONG", because: `${because}: current value is ${value}` };
    }
    const key = item.path.at(-1) as string;
    if (!parent.claimKey(key)) return yieldedBefore;
    this.#leaveTo(item.path.length - 1);
    this.#delta?.meet(item.path, known);
    const ids = this.#ids(item, known, () => this.#identity.extendByKey(parent.identityBy(this.#identity), key));
    const path = [...parent.fields.path, `${ids.itemId}_.000`];
    const place: Place = {
      parent,
      path,
      renamed: undefined,
      known,
      fingerprint: this.#fingerprint(item, parent),
      grants,
    };
    if (this.#isUnchanged(place)) return this.#tellUnchanged(item, place);
    const { versions, attachments } = item;
    const common = this.#entry("item", item, place, currentLabel(item), ids);
    const entry: ListItemEntry = Object.assign(
      common,
      versions?.length ? { versions: this.#olderDetails(item, versions) } : {},
      attachments?.length ? { attachments: this.#attachments(attachments, common) } : {},
    );
    this.#packer.add(entry, parent.fields.home, this.#scopeOf(item, entry.id, place));
    this.#warnOfWeight(item, entry);
    return undefined;
  }

  /** What folders, files and list items have in common. */
  #entry<Kind extends SourceObject["kind"]>(
    kind: Kind,
    item: SourceObject,
    { parent, path, renamed, known, fingerprint }: Place,
    version: string,
    given?: Ids,
  ): EntryDraft<Kind> {
    const name = path.at(-1) as string;
    const { id, listItemId, itemId, generation } =
      given ?? this.#ids(item, known, () => this.#identity.extend(parent.identityBy(this.#identity), name));
    this.#placed += 1;
    const { created, modified } = itemDates(item, this.#options.now);
    const author = this.#people.defaultAuthorId;
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

  /** The ids that an item has in the target, or the ones that it brings along, or new ones. */
  #ids(item: SourceObject, known: Known, pathBytes: () => Uint8Array): Ids {
    const { entry } = known;
    if (entry !== undefined) {
      const { id, listItemId, itemId, generation } = entry;
      this.#nextItemId = Math.max(this.#nextItemId, itemId + 1);
      return { id, listItemId, itemId, generation };
    }
    const bytes = pathBytes();
    const [idKind, listItemIdKind] = identityKinds[item.kind];
    const generation = this.#freeGeneration(item.kind, bytes, known);
    const id = this.#identity.id(idKind, bytes, generation);
    return {
      id: given(item.id) ?? id,
      listItemId: given(item.listItemId) ?? this.#identity.id(listItemIdKind, bytes, generation),
      itemId: this.#itemId(item),
      generation,
    };
  }

  /** The first generation of a path's ids that no moved item holds: as a file or a folder, which share a list item's id. */
  #freeGeneration(kind: SourceObject["kind"], bytes: Uint8Array, known: Known): number {
    const delta = this.#delta;
    if (delta === undefined) return 0;
    const kinds = kind === "item" ? (["document"] as const) : (["file", "folder"] as const);
    let generation = 0;
    while (kinds.some((each) => delta.isHeld(this.#identity.id(each, bytes, generation), known))) generation += 1;
    return generation;
  }

  /** Whether an attachment's path has its characters, whatever the number of its item: they lie right below the list. */
  #hasRoomFor(name: string): boolean {
    return `${this.#libraryPath}/Attachments/${ITEM_ID_MAX}/${name}`.length <= PATH_MAX_LENGTH;
  }

  #itemId(item: SourceObject): number {
    const itemId = item.itemId ?? this.#nextItemId;
    if (itemId > ITEM_ID_MAX) {
      throw new PrimepackError(
        "INVALID_TARGET",
        `Cannot number the items from firstItemId on as the last item id is ${ITEM_ID_MAX}: current value is ${itemId}`,
      );
    }
    this.#nextItemId = Math.max(this.#nextItemId, itemId + 1);
    return itemId;
  }

  #attachments(attachments: readonly Attachment[], item: EntryDraft<"item">): Unpacked<PlannedAttachment>[] {
    return attachments.map((attachment) => ({
      name: attachment.name.normalize("NFC"),
      id: this.#identity.attachmentId(item.id, attachment.name),
      ...plannedAttachment(attachment, item, this.#context),
      size: attachment.size,
      content: attachment.content,
    }));
  }

  /** The older versions of a file, as the form asks where there is just one. */
  #olderVersions(item: SourceFile): { versions?: readonly Unpacked<PlannedFileVersion>[] } {
    const versions = item.versions ?? [];
    const labels = labelsOf(item);
    let older = versions.map((version, index): LabelledVersion => ({ version, label: labels[index] as string }));
    if (versions.length === 1) {
      const form = this.#options.forms.twoVersions;
      const written = writtenVersions(older[0] as LabelledVersion, form);
      if (written.isTwo) this.#warnOfTwoVersions(item);
      if (form === "currentOnly") {
        const message = "Cannot package the older version as files with exactly two are to have the current one only";
        this.#warn("TWO_VERSIONS", `${message}: current value is ${labels[0]}`, item.path);
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

  #olderDetails(item: SourceListItem, versions: NonNullable<SourceListItem["versions"]>): PlannedDetails[] {
    const labels = labelsOf(item);
    return versions.map((version, index) =>
      plannedDetails(version, labels[index] as string, this.#versionDate(item, version.modified), this.#context),
    );
  }

  /** An older version without a date has that of the item's creation. */
  #versionDate(item: SourceFile | SourceListItem, modified: Date | undefined): string {
    return modified === undefined ? itemDates(item, this.#options.now).created : isoSeconds(modified);
  }

  /** An item's sharing events; none below a folder that has some. */
  #sharingOf({ sharing, path }: SourceObject, parent: OpenFolder): { sharing?: readonly PlannedSharingEvent[] } {
    if (sharing === undefined || sharing.length === 0) return {};
    if (parent.fields.isShared) {
      const message = "Cannot package the sharing events as a folder above carries some, which count for all in it";
      this.#warn("SHARING_INHERITED", `${message}: current value is ${sharing.length}`, path);
      return {};
    }
    const planned = sharing.flatMap((event) => this.#sharingEvent(event, path));
    return planned.length === 0 ? {} : { sharing: planned };
  }

  #sharingEvent(event: SharingEvent, path: SourcePath): PlannedSharingEvent[] {
    const planned = plannedSharingEvent(event, this.#people);
    if (planned === undefined) return [];
    const receivers = new Set(planned.sharedWith);
    for (const ref of event.sharedWith) {
      const id = this.#people.id(ref);
      if (id !== undefined && receivers.delete(id)) {
        this.#sharing.count(id, typeof ref === "string" ? ref : ref.group, path);
      }
    }
    return [planned];
  }

  #known(item: SourceObject): Known {
    return this.#delta?.known(item.kind, item.path, item.identity) ?? UNKNOWN;
  }

  /** What was received in one folder is not received in another that took its path. */
  #fingerprint(item: SourceObject, parent: OpenFolder): string | undefined {
    return this.#delta && fingerprintOf(item) + parent.markBy(this.#identity);
  }

  #impliedFingerprint(parent: OpenFolder, { received }: Known): string | undefined {
    if (this.#delta === undefined) return undefined;
    const mark = parent.markBy(this.#identity);
    return received !== undefined && markOf(received) === mark ? received : IMPLIED + mark;
  }

  /** What a name has to be and not to be, by what the target holds. */
  #wish(parent: OpenFolder, kind: "folder" | "file", known: Known): Wish | undefined {
    const delta = this.#delta;
    if (delta === undefined) return undefined;
    const { path, replaced } = known;
    return {
      kept: path?.at(-1),
      isTaken: (name) => {
        if (replaced !== undefined && comparisonKey(name) === comparisonKey(replaced.path.at(-1) ?? "")) return true;
        const bytes = this.#identity.extend(parent.identityBy(this.#identity), name);
        const at = [...parent.fields.path, name];
        for (let generation = 0; ; generation += 1) {
          const id = this.#identity.id(kind, bytes, generation);
          if (!delta.isHeld(id, known)) return false;
          if (id !== known.entry?.id && delta.isHeldAt(id, at, known)) return true;
        }
      },
    };
  }

  #isUnchanged({ known, fingerprint, path }: Place): boolean {
    if (known.received === undefined || known.received !== fingerprint) return false;
    const held = known.path;
    return held !== undefined && held.length === path.length && held.every((name, level) => name === path[level]);
  }

  #tellUnchanged(item: SourceFile | SourceListItem, { known, path, grants, parent }: Place): undefined {
    const { id, itemId } = known.entry as LedgerEntry;
    this.#nextItemId = Math.max(this.#nextItemId, itemId + 1);
    this.#placed += 1;
    const { source, sourcePath } = placedEntry(item);
    this.#tell({ source, sourcePath, kind: item.kind, outcome: "unchanged", url: this.#url(path), id });
    if (grants !== undefined && grants.key !== parent.fields.grantsKey) this.#countScope(item);
    return undefined;
  }

  #tellOfFolder(item: SourceFolder, outcome: "existing" | "unchanged", path: TargetPath, id: string): void {
    this.#tell({ ...placedEntry(item), kind: "folder", outcome, url: this.#url(path), id });
  }

  #url(path: TargetPath): string {
    return this.#urlStart + path.join("/");
  }

  #grants(item: SourceObject): Grants | undefined {
    return item.permissions === undefined ? undefined : this.#scopes.grants(item.permissions);
  }

  /** The scope of an item that is packaged, if it has one of its own. */
  #scopeOf(item: SourceObject, id: string, { grants, parent, path, known }: Place): PlannedScope | undefined {
    if (grants === undefined) return undefined;
    this.#tellDropped(item, grants);
    if (grants.key === parent.fields.grantsKey && known.entry === undefined) return undefined;
    this.#countScope(item);
    return this.#scopes.scope("item", id, path, grants.assignments);
  }

  #newScope(
    item: SourceFolder | SourceList,
    id: string,
    path: TargetPath,
    grants: NonNullable<Place["grants"]>,
  ): PlannedScope {
    this.#tellDropped(item, grants);
    this.#countScope(item);
    return this.#scopes.scope(item.kind === "list" ? "list" : "item", id, path, grants.assignments);
  }

  #tellDropped({ path }: SourceEntry, { dropped }: NonNullable<Place["grants"]>): void {
    for (const { code, message } of dropped) this.#warn(code, message, path);
  }

  #countScope({ path }: SourceEntry): void {
    const warning = this.#scopes.count();
    if (warning) this.#warn(warning.code, warning.message, path);
  }

  #planList(item: SourceList): Refusal | undefined {
    if (this.#isListMet) return yieldedBefore;
    this.#isListMet = true;
    const grants = this.#scopes.grants(item.permissions);
    this.#warnOfPeople(item.path);
    if ("code" in grants) return { outcome: "failed", ...grants };
    this.#packer.addScope(this.#newScope(item, this.#options.target.listId, [], grants));
    this.#folderAt(0).grantedBy(grants.key);
    return undefined;
  }

  #planDeletion(item: SourceDeletion): Refusal | undefined {
    const { entry, isMet } = this.#delta?.deleted(item.path) ?? { isMet: false, entry: undefined };
    if (isMet) return yieldedBefore;
    const isHeld = entry !== undefined && entry.kind === item.of;
    const deletion = isHeld ? this.#deletionOf(entry) : this.#computedDeletion(item);
    const isNew = this.#packer.addDeletion({ ...deletion, id: given(item.id) ?? deletion.id });
    return isNew ? undefined : yieldedBefore;
  }

  #deletionOf({ kind, source, path, id, listItemId }: LedgerEntry): PlannedDeletion {
    const parentId =
      source.length === 1 ? this.#options.target.rootFolderId : this.#delta?.folderId(source.slice(0, -1));
    return {
      kind: "deletion",
      of: kind,
      source: [...source],
      path,
      id,
      listItemId,
      ...(parentId === undefined ? {} : { parentId }),
    };
  }

  /** The deletion of what no ledger knows: at the path where the item would be if nothing clashed. */
  #computedDeletion({ of, path: source }: SourceDeletion): PlannedDeletion {
    const { renameWith } = this.#options.names;
    const last = source.length - 1;
    const path = source.map((name, level) => {
      if (of === "item" && level === last) return name;
      const kind = level === last && of === "file" ? "file" : "folder";
      return legalName(name, { kind, inRoot: level === 0 }, renameWith).name;
    });
    let above: Uint8Array = new Uint8Array();
    for (const name of path.slice(0, -1)) above = this.#identity.extend(above, name);
    const name = path[last] as string;
    const bytes = of === "item" ? this.#identity.extendByKey(above, name) : this.#identity.extend(above, name);
    const [idKind, listItemIdKind] = identityKinds[of];
    return {
      kind: "deletion",
      of,
      source: [...source],
      path,
      id: this.#identity.id(idKind, bytes),
      listItemId: this.#identity.id(listItemIdKind, bytes),
      parentId: last === 0 ? this.#options.target.rootFolderId : this.#identity.id("folder", above),
    };
  }

  /** What the source could not hand over. */
  #passOn(item: SourceProblem): undefined {
    const { outcome, message } = item;
    this.#lose(item.path, item.identity);
    const code = item.code ?? (outcome === "excluded" ? "EXCLUDED" : "SOURCE_UNREADABLE");
    this.#tell({ ...entryOf(item), kind: "other", outcome, code, message });
    return undefined;
  }

  #invalid(item: SourceEntry, because: string): Refusal {
    const isRestricted =
      item?.kind === "folder" && item.permissions !== undefined && entryOf(item).sourcePath.length > 0;
    if (isRestricted) this.#lose(entryOf(item).sourcePath);
    return { outcome: "failed", code: "SOURCE_INVALID_ITEM", because };
  }

  /** Leaves out the path and what is below it; where the path is empty, an entry of which nothing is known. */
  #lose(path: SourcePath, identity?: string): void {
    this.#delta?.lose(path, identity);
    if (path.length === 0) return;
    const depth = this.#commonDepth(path);
    if (depth === path.length - 1) this.#folderAt(depth).lose(path.at(-1) as string);
    else if (!this.#isBelowLost(path, depth)) this.#lostPath = [...path];
  }

  #refusedName(item: SourceFolder | SourceFile, claim: Extract<Claim, { is: "refused" }>): Refusal {
    const withValue = (value = "") => `${claim.because}: current value is ${JSON.stringify(value)}`;
    if (this.#options.names.policy === "fail") {
      // An outcome names its entry itself; an error has to.
      throw new PrimepackError(claim.code, sentence(item, withValue(item.path.join("/"))));
    }
    const because = withValue(item.path.at(-1));
    return { outcome: "skipped", code: claim.code, because };
  }

  #refuse(item: SourceEntry, { outcome, code, because }: Refusal): void {
    const entry = entryOf(item);
    const isKept = code !== "SOURCE_DUPLICATE" && item?.kind !== "deletion" && item?.kind !== "list";
    if (isKept) this.#delta?.lose(entry.sourcePath, identityOf(item));
    this.#tell({ ...entry, kind: kindOf(item), outcome, code, message: sentence(item, because) });
  }

  #tell(outcome: Exclude<ItemOutcome, { outcome: "packaged" | "deletion" }>): void {
    this.#events.push({ type: "outcome", outcome });
  }

  #warn(code: Code, message: string, source: SourcePath | string): void {
    const path = typeof source === "string" ? source : source.join("/");
    this.#events.push({ type: "warning", code, message, source: path });
  }

  #warnOfPeople(path: SourcePath): void {
    for (const { code, message } of this.#people.takeWarnings()) this.#warn(code, message, path);
  }

  #warnOfSavedPage(item: SourceFolder, name: string): void {
    const message = "Cannot promise that the folder shows, as Office takes its name for a part of a saved web page";
    this.#warn("NAME_UNUSUAL", `${message}: current value is ${JSON.stringify(name)}`, item.path);
  }

  #warnOfWeight(item: SourceObject, entry: FileEntry | ListItemEntry): void {
    const { maxItems } = this.#options.limits;
    const { entries } = weightOf(entry);
    if (entries <= maxItems) return;
    const message = `Cannot split the item as all its versions and attachments are in one package of at most ${maxItems}`;
    this.#warn("MANY_VERSIONS", `${message}: current value is ${entries}`, item.path);
  }

  #warnOfTwoVersions(item: SourceFile): void {
    this.#twoVersions += 1;
    if (this.#twoVersions > 1) return;
    this.#firstTwoVersions = item.path.join("/");
    const message =
      "Cannot promise the versions of files with exactly two, which were reported to arrive as two entries 1.0";
    this.#warn("TWO_VERSIONS", `${message}: current value is the first of them, the others are counted`, item.path);
  }

  #warnOfDescendants(folder: OpenFolder): void {
    const { isUnique, openedAt, path } = folder.fields;
    const below = this.#placed - openedAt;
    if (!isUnique || below <= UNIQUE_MAX_DESCENDANTS) return;
    const message = `Cannot promise the permissions as inheritance is broken above at most ${UNIQUE_MAX_DESCENDANTS} entries`;
    this.#warn("MANY_DESCENDANTS", `${message}: current value is ${below}`, path);
  }

  #push(fields: OpenFolder["fields"]): void {
    this.#open.push(new OpenFolder(fields, this.#options.names));
  }

  /** Closes the folders below this depth. */
  #leaveTo(depth: number): void {
    while (this.#open.length > depth + 1) {
      const left = this.#open.pop();
      if (left?.fields.isUnique) this.#warnOfDescendants(left);
    }
  }

  /** Whether the path leads through the last problem, and not through a folder that came in its place. */
  #isBelowLost(path: SourcePath, depth: number): boolean {
    const lost = this.#lostPath;
    if (lost === undefined || depth >= lost.length || path.length <= lost.length) return false;
    return lost.every((name, level) => path[level] === name);
  }

  /** How many of the path's folders are open, from the outermost on. */
  #commonDepth(path: SourcePath): number {
    const most = Math.min(this.#open.length, path.length) - 1;
    let depth = 0;
    while (depth < most && this.#open[depth + 1]?.fields.sourceName === path[depth]) depth += 1;
    return depth;
  }

  #folderAt(depth: number): OpenFolder {
    return this.#open[depth] as OpenFolder;
  }
}

/** An id that the item brings along, in the form of all others. */
function given(id: string | undefined): string | undefined {
  return id === undefined ? undefined : normalizeGuid(id);
}

function renaming(item: SourceObject, claim: { name: string; why: Renaming["why"] }): Renaming | undefined {
  const from = item.path.at(-1) as string;
  return claim.name === from ? undefined : { from, to: claim.name, why: claim.why };
}

/** Labels that were found without fault. */
function labelsOf({ version, versions = [] }: SourceFile | SourceListItem): readonly string[] {
  const labels = versionLabels([...versions.map((older) => older.version), version]);
  return "fault" in labels ? [] : labels;
}

function currentLabel(item: SourceFile | SourceListItem): string {
  return labelsOf(item).at(-1) ?? "1.0";
}

/** How outcomes name an entry, however malformed it is. */
function entryOf(item: SourceEntry): { source: string; sourcePath: SourcePath; line?: number } {
  const sourcePath = Array.isArray(item?.path) ? (item.path as SourcePath).map(String) : [];
  const line = item?.kind === "problem" && Number.isSafeInteger(item.line) ? item.line : undefined;
  return { source: sourcePath.join("/"), sourcePath, ...(line === undefined ? {} : { line }) };
}

/** The same of an item that has its place, whose path was looked at. */
function placedEntry({ path }: SourceObject): { source: string; sourcePath: SourcePath } {
  return { source: path.join("/"), sourcePath: path.slice() };
}

function identityOf(item: SourceEntry): string | undefined {
  const { identity } = (item ?? {}) as { identity?: unknown };
  return typeof identity === "string" ? identity : undefined;
}

function kindOf(item: SourceEntry): ItemOutcome["kind"] {
  switch (item?.kind) {
    case "folder":
    case "file":
    case "item":
    case "list":
      return item.kind;
    case "deletion":
      return item.of === "folder" || item.of === "file" || item.of === "item" ? item.of : "other";
    default:
      return "other";
  }
}

function sentence(item: SourceEntry, because: string): string {
  const kind = kindOf(item);
  if (item?.kind === "deletion") return `Cannot package the deletion as ${because}`;
  return `Cannot package the ${kind === "other" ? "entry" : kind} as ${because}`;
}
