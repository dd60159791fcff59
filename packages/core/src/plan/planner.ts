import { PrimepackError } from "../errors/index.ts";
import {
  FILE_MAX_BYTES,
  ITEM_ID_MAX,
  type LedgerEntry,
  PATH_MAX_LENGTH,
  type Renaming,
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
} from "../model/index.ts";
import { takenBy } from "./base-template.ts";
import { Delta } from "./delta.ts";
import { currentLabel, type EntryDraft, EntryDrafts, type Place } from "./entry-drafts.ts";
import { existingFolderTree } from "./existing-folders.ts";
import { Identity } from "./identity.ts";
import { given, type Ids, ItemIds, idFault } from "./item-ids.ts";
import { ItemScopes } from "./item-scopes.ts";
import { isUnchanged, LedgerMatch } from "./ledger-match.ts";
import { looksLikeSavedPage } from "./name-rules.ts";
import type { Claim } from "./open-folder.ts";
import { OpenFolders } from "./open-folders.ts";
import { type FileEntry, type ListItemEntry, Packer } from "./packer.ts";
import { People } from "./people.ts";
import { Permissions } from "./permissions.ts";
import { PlanLog } from "./plan-log.ts";
import { PlannedDeletions } from "./planned-deletions.ts";
import { plannedFileExtras } from "./planned-details.ts";
import { principalsOf } from "./references.ts";
import {
  belowLost,
  entryOf,
  identityOf,
  idsTaken,
  kindOf,
  leftBefore,
  placedEntry,
  type Refusal,
  sentence,
  yieldedBefore,
} from "./refusal.ts";
import { Scopes } from "./scopes.ts";
import { SharingQuota } from "./sharing-quota.ts";
import { bytesOf, isDefinition, isPlain, itemFault, type SourceObject } from "./source-item.ts";
import type { PlanEnd, PlanEvent, ResolvedPlanOptions } from "./types.ts";

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

class Planner {
  readonly #options: ResolvedPlanOptions;
  readonly #identity: Identity;
  readonly #people: People;
  readonly #permissions: Permissions;
  readonly #scopes: ItemScopes;
  readonly #packer: Packer;
  readonly #delta: Delta | undefined;
  readonly #match: LedgerMatch;
  readonly #ids: ItemIds;
  readonly #drafts: EntryDrafts;
  readonly #deletions: PlannedDeletions;
  readonly #log: PlanLog;
  readonly #sharing = new SharingQuota();
  readonly #takes: ReturnType<typeof takenBy>;
  readonly #open: OpenFolders;
  readonly #libraryPath: string;
  /** What the server-relative URL of everything in the library begins with. */
  readonly #urlStart: string;
  #fault: string | undefined;
  #items = 0;
  #bytes = 0;
  /** Entries that are in a package or in the target as they are. */
  #placed = 0;
  #isListMet = false;

  constructor(options: ResolvedPlanOptions) {
    const { target, names, forms, limits, ledger, now } = options;
    this.#options = options;
    this.#log = new PlanLog(limits.maxItems);
    this.#identity = new Identity(target.listId);
    this.#people = new People(options);
    this.#permissions = new Permissions(forms);
    this.#scopes = new ItemScopes(new Scopes(this.#permissions, this.#people, this.#identity), this.#log);
    this.#packer = new Packer(options, this.#people, this.#permissions);
    this.#delta = ledger && new Delta(ledger, Object.keys(target.existingFolders ?? {}).length > 0);
    this.#match = new LedgerMatch(this.#delta, this.#identity);
    this.#ids = new ItemIds(this.#identity, this.#delta, target.firstItemId);
    this.#drafts = new EntryDrafts({
      identity: this.#identity,
      context: { people: this.#people, forms, now },
      twoVersions: forms.twoVersions,
      sharing: this.#sharing,
      log: this.#log,
    });
    this.#deletions = new PlannedDeletions(options, this.#identity, this.#delta);
    this.#takes = takenBy(target.baseTemplate);
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
    this.#open = new OpenFolders(root, names, (left) => this.#log.descendants(left, this.#placed));
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
    this.#open.leaveTo(0);
    this.#log.descendants(this.#open.at(0), this.#placed);
    this.#log.ends(this.#sharing);
    let isAsked = false;
    for (const entry of this.#delta?.gone() ?? []) {
      const share = this.#delta?.goneShare ?? { gone: 0, of: 0 };
      if (!isAsked && !this.#log.mayDelete(share, this.#placed)) break;
      isAsked = true;
      this.#packer.addDeletion(this.#deletions.of(entry));
      yield;
    }
    this.#packer.end();
    this.#log.people(this.#people, []);
  }

  take(): readonly PlanEvent[] {
    return this.#log.takeWith(this.#packer.take());
  }

  totals(): PlanEnd {
    return { nextItemId: this.#ids.next, items: this.#items, bytes: this.#bytes };
  }

  #unwritable(item: SourceItem): string | undefined {
    if (item.kind !== "folder" && item.kind !== "file" && item.kind !== "item") return undefined;
    return isPlain(item) ? undefined : (idFault(item, this.#options.target) ?? this.#options.faultOf?.(item));
  }

  #define(item: SourceDefinition): void {
    const fault = item.kind === "role" ? this.#permissions.define(item) : this.#people.define(item);
    if (fault === undefined) return;
    const name = String(item.kind === "user" ? item.login : item.name);
    this.#log.warn("SOURCE_INVALID_ITEM", `Cannot use the ${item.kind} as ${fault}`, name);
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
        if (!isPlain(item)) this.#log.people(this.#people, item.path);
        return refusal;
      }
    }
  }

  /** Plans a folder, file or list item with the folders that it implies; gives why it is in no package, if so. */
  #place(item: SourceObject): Refusal | undefined {
    const { path } = item;
    const depth = this.#open.commonDepth(path);
    const last = path.length - 1;
    if (depth < last) {
      const above = this.#open.at(depth);
      const next = path[depth] as string;
      if (above.hasLost(next) || this.#open.isBelowLost(path, depth)) return belowLost;
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
    const parent = this.#open.at(item.path.length - 1);
    const sourceName = item.path.at(-1) as string;
    const grants = this.#scopes.grants(item);
    if (grants && "code" in grants) {
      if (!parent.knows(sourceName)) parent.lose(sourceName);
      return { outcome: "failed", ...grants };
    }
    const known = this.#match.known(item);
    const claim = parent.claim(sourceName, "folder", this.#match.wish(parent, "folder", known));
    if (claim.is === "duplicate") return yieldedBefore;
    if (claim.is === "refused") {
      parent.lose(sourceName);
      return this.#refusedName(item, claim);
    }
    this.#open.leaveTo(item.path.length - 1);
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
      this.#open.push({ ...common, isUnique: isGranted, id, home: undefined, existing: claim.folder, grantsKey: key });
      this.#placed += 1;
      this.#tellOfFolder(item, "existing", path, id);
      // What holds in a folder of the target isn't known, so grants that don't differ from the parent's count too.
      if (grants) this.#packer.addScope(this.#scopes.ofExisting(item, id, path, grants));
      return undefined;
    }
    const grantsKey = key ?? parent.fields.grantsKey;
    const fingerprint = isImplied
      ? this.#match.impliedFingerprint(parent, known)
      : this.#match.fingerprint(item, parent);
    const place: Place = { parent, path, renamed: renaming(item, claim), known, fingerprint, grants };
    if (isUnchanged(place)) {
      const { id } = known.entry as LedgerEntry;
      this.#open.push({ ...common, id, home: undefined, existing: undefined, grantsKey });
      this.#placed += 1;
      this.#tellOfFolder(item, "unchanged", path, id);
      if (isUnique) this.#scopes.count(item);
      return undefined;
    }
    const { progId, properties } = item;
    const folder = Object.assign(
      this.#entry("folder", item, place, item.version ?? "1.0"),
      progId === undefined ? {} : { progId },
      properties?.length ? { properties } : {},
    );
    const home = this.#packer.addFolder(folder, parent.fields.home, this.#scopes.of(item, folder.id, place));
    this.#open.push({ ...common, id: folder.id, home, existing: undefined, grantsKey });
    if (looksLikeSavedPage(name)) this.#log.savedPage(item, name);
    return undefined;
  }

  #placeFile(item: SourceFile): Refusal | undefined {
    const parent = this.#open.at(item.path.length - 1);
    const grants = this.#scopes.grants(item);
    if (grants && "code" in grants) return { outcome: "failed", ...grants };
    const known = this.#match.known(item);
    const claim = parent.claim(item.path.at(-1) as string, "file", this.#match.wish(parent, "file", known));
    if (claim.is === "refused") return this.#refusedName(item, claim);
    if (claim.is !== "named") return yieldedBefore;
    this.#open.leaveTo(item.path.length - 1);
    this.#delta?.meet(item.path, known);
    const path = [...parent.fields.path, claim.name];
    const place: Place = {
      parent,
      path,
      renamed: renaming(item, claim),
      known,
      fingerprint: this.#match.fingerprint(item, parent),
      grants,
    };
    if (isUnchanged(place)) return this.#tellUnchanged(item, place);
    const { size, content, versions } = item;
    const hasMore = !isPlain(item);
    const common = this.#entry("file", item, place, hasMore ? currentLabel(item) : "1.0");
    const entry: FileEntry = Object.assign(common, { size, content });
    if (hasMore)
      Object.assign(entry, plannedFileExtras(item), versions?.length ? this.#drafts.olderVersions(item) : {});
    this.#packer.add(entry, parent.fields.home, this.#scopes.of(item, entry.id, place));
    this.#log.weight(item, entry);
    return undefined;
  }

  /** Ids that items bring along are looked for in open packages only: one id in two packages is the source's part. */
  #takenIds({ kind, path, id, listItemId, itemId }: SourceObject): Refusal | undefined {
    const guids = [given(id), given(listItemId)].filter((guid) => guid !== undefined);
    if (guids.length === 0 && itemId === undefined) return undefined;
    if (!this.#packer.holdsOneOf(guids, itemId)) return undefined;
    if (kind !== "folder") return idsTaken;
    const parent = this.#open.at(path.length - 1);
    const name = path.at(-1) as string;
    if (parent.knows(name)) return yieldedBefore;
    parent.lose(name);
    return idsTaken;
  }

  #placeListItem(item: SourceListItem): Refusal | undefined {
    const parent = this.#open.at(item.path.length - 1);
    const grants = this.#scopes.grants(item);
    if (grants && "code" in grants) return { outcome: "failed", ...grants };
    const known = this.#match.known(item);
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
    this.#open.leaveTo(item.path.length - 1);
    this.#delta?.meet(item.path, known);
    const ids = this.#ids.of(item, known, () => this.#identity.extendByKey(parent.identityBy(this.#identity), key));
    const path = [...parent.fields.path, `${ids.itemId}_.000`];
    const place: Place = {
      parent,
      path,
      renamed: undefined,
      known,
      fingerprint: this.#match.fingerprint(item, parent),
      grants,
    };
    if (isUnchanged(place)) return this.#tellUnchanged(item, place);
    const { versions, attachments } = item;
    const common = this.#entry("item", item, place, currentLabel(item), ids);
    const entry: ListItemEntry = Object.assign(
      common,
      versions?.length ? { versions: this.#drafts.olderDetails(item, versions) } : {},
      attachments?.length ? { attachments: this.#drafts.attachments(attachments, common) } : {},
    );
    this.#packer.add(entry, parent.fields.home, this.#scopes.of(item, entry.id, place));
    this.#log.weight(item, entry);
    return undefined;
  }

  /** What folders, files and list items have in common. */
  #entry<Kind extends SourceObject["kind"]>(
    kind: Kind,
    item: SourceObject,
    place: Place,
    version: string,
    given?: Ids,
  ): EntryDraft<Kind> {
    const { parent, path, known } = place;
    const name = path.at(-1) as string;
    const ids =
      given ?? this.#ids.of(item, known, () => this.#identity.extend(parent.identityBy(this.#identity), name));
    this.#placed += 1;
    return this.#drafts.of(kind, item, place, version, ids);
  }

  /** Whether an attachment's path has its characters, whatever the number of its item: they lie right below the list. */
  #hasRoomFor(name: string): boolean {
    return `${this.#libraryPath}/Attachments/${ITEM_ID_MAX}/${name}`.length <= PATH_MAX_LENGTH;
  }

  #tellUnchanged(item: SourceFile | SourceListItem, { known, path, grants, parent }: Place): undefined {
    const { id, itemId } = known.entry as LedgerEntry;
    this.#ids.use(itemId);
    this.#placed += 1;
    const { source, sourcePath } = placedEntry(item);
    this.#log.tell({ source, sourcePath, kind: item.kind, outcome: "unchanged", url: this.#url(path), id });
    if (grants !== undefined && grants.key !== parent.fields.grantsKey) this.#scopes.count(item);
    return undefined;
  }

  #tellOfFolder(item: SourceFolder, outcome: "existing" | "unchanged", path: TargetPath, id: string): void {
    this.#log.tell({ ...placedEntry(item), kind: "folder", outcome, url: this.#url(path), id });
  }

  #url(path: TargetPath): string {
    return this.#urlStart + path.join("/");
  }

  #planList(item: SourceList): Refusal | undefined {
    if (this.#isListMet) return yieldedBefore;
    this.#isListMet = true;
    const grants = this.#scopes.grantsOf(item.permissions);
    this.#log.people(this.#people, item.path);
    if ("code" in grants) return { outcome: "failed", ...grants };
    this.#packer.addScope(this.#scopes.ofExisting(item, this.#options.target.listId, [], grants));
    this.#open.at(0).grantedBy(grants.key);
    return undefined;
  }

  #planDeletion(item: SourceDeletion): Refusal | undefined {
    const { entry, isMet } = this.#delta?.deleted(item.path) ?? { isMet: false, entry: undefined };
    if (isMet) return yieldedBefore;
    const isHeld = entry !== undefined && entry.kind === item.of;
    const deletion = isHeld ? this.#deletions.of(entry) : this.#deletions.computed(item);
    const isNew = this.#packer.addDeletion({ ...deletion, id: given(item.id) ?? deletion.id });
    return isNew ? undefined : yieldedBefore;
  }

  /** What the source could not hand over. */
  #passOn(item: SourceProblem): undefined {
    const { outcome, message } = item;
    this.#lose(item.path, item.identity);
    const code = item.code ?? (outcome === "excluded" ? "EXCLUDED" : "SOURCE_UNREADABLE");
    this.#log.tell({ ...entryOf(item), kind: "other", outcome, code, message });
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
    if (path.length > 0) this.#open.lose(path);
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
    this.#log.tell({ ...entry, kind: kindOf(item), outcome, code, message: sentence(item, because) });
  }
}

function renaming(item: SourceObject, claim: { name: string; why: Renaming["why"] }): Renaming | undefined {
  const from = item.path.at(-1) as string;
  return claim.name === from ? undefined : { from, to: claim.name, why: claim.why };
}
