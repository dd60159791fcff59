import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Site, SiteItem, SiteList } from "../ports.ts";
import { childOf, type Entry, isWithin, ListState, newEntry, putBelow, subtree, takeAway, urlOf } from "./entry.ts";
import { RecordLog, type RecordPlace } from "./record-log.ts";
import type { RoleDefinition } from "./role-definitions.ts";
import { type SiteGroup, SitePeople, type SiteRecord, type SiteUser } from "./site-people.ts";
import { detached, storedName } from "./stored-name.ts";
import type { ImportedItem, ImportedScope, KeptElement, RecycledItem, SiteOptions } from "./types.ts";

/** `site.json`: what the site is, made once. */
interface SiteFile {
  readonly siteId: string;
  readonly webId: string;
  readonly url: string;
  readonly title: string;
  readonly lists: readonly SiteList[];
}

/** Where {@link SiteState} says that an object may not stand. */
export interface Conflict {
  readonly reason: "name" | "id" | "recycled" | "itemId" | "listItemId";
  /** Server-relative URL of what is there. */
  readonly url: string;
}

/** Lines of `items.ndjson`, in all and for each item, beyond which it is written anew when the site is opened. */
const linesBeforeCompaction = 1_000;
const linesOfItem = 4;
const dayMs = 24 * 60 * 60 * 1000;

/** The emulated site: an index in memory, the records and contents on disk. */
export class SiteState implements Site {
  readonly siteId: string;
  readonly webId: string;
  readonly url: string;
  readonly title: string;
  readonly lists: readonly ListState[];
  /** The folder that holds trees and states of all sites. */
  readonly directory: string;
  /** `items.ndjson`, `site.ndjson`, older versions and attachments; relative to {@link directory}. */
  readonly stateFolder: string;
  readonly people: SitePeople = new SitePeople();
  readonly listScopes: Map<string, ImportedScope> = new Map();
  readonly #now: () => Date;
  readonly #conflictsOnDemand: WeakMap<object, Set<string>> = new WeakMap();
  readonly #byId = new Map<string, Entry>();
  readonly #byListItemId = new Map<string, Entry>();
  /** URLs by GUID. */
  readonly #recycled = new Map<string, string>();
  /** GUIDs of the objects by that of their scope. */
  readonly #scopes = new Map<string, string>();
  /** With the jobs that brought them. */
  readonly #unnumbered = new Map<Entry, string>();
  readonly #sharingTimes = new Map<string, number[]>();
  #items!: RecordLog;
  #records!: RecordLog;
  #last: { readonly entry: Entry; readonly item: ImportedItem } | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #temporaryFiles = 0;

  private constructor(directory: string, file: SiteFile, now: () => Date) {
    this.directory = directory;
    this.siteId = file.siteId;
    this.webId = file.webId;
    this.url = file.url;
    this.title = file.title;
    this.lists = file.lists.map((list) => new ListState(list));
    for (const list of this.lists) this.#byId.set(list.rootFolderId.toLowerCase(), list.root);
    this.stateFolder = `${onDisk(file.url)}.state`;
    this.#now = now;
  }

  /** Makes the site in the folder, or opens the one that is there; lists that it doesn't have are added. */
  static async open(directory: string, options: SiteOptions): Promise<SiteState> {
    const state = join(directory, `${onDisk(options.url)}.state`);
    await rm(join(state, "incoming"), { recursive: true, force: true });
    await mkdir(join(state, "incoming"), { recursive: true });
    const site = new SiteState(directory, await siteFile(join(state, "site.json"), options), options.now ?? newDate);
    for (const list of site.lists) await mkdir(join(directory, site.treePath(list.root)), { recursive: true });
    site.#records = await RecordLog.open(join(state, "site.ndjson"), (record) => site.#replay(record as SiteRecord));
    await site.#openItems(join(state, "items.ndjson"));
    return site;
  }

  get users(): readonly SiteUser[] {
    return [...this.people.users.values()];
  }

  get roleDefinitions(): readonly RoleDefinition[] {
    return [...this.people.roles.values()];
  }

  /** Absolute. */
  get itemsFile(): string {
    return this.#items.path;
  }

  *items(listId: string): Iterable<SiteItem> {
    for (const entry of this.list(listId)?.ordered() ?? []) {
      if (entry.kind === "root") continue;
      const { itemId, uniqueId, kind } = entry;
      yield { listId: entry.list.id, itemId, uniqueId, kind, url: urlOf(entry) };
    }
  }

  /** The records of all items as they are now, list by list, in the order of item ids. */
  async *importedItems(): AsyncGenerator<ImportedItem, void, undefined> {
    for (const list of this.lists) for (const entry of list.ordered()) yield await this.read(entry);
  }

  list(listId: string): ListState | undefined {
    return this.lists.find((list) => list.id.toLowerCase() === listId.toLowerCase());
  }

  find(uniqueId: string): Entry | undefined {
    return this.#byId.get(uniqueId.toLowerCase());
  }

  findByListItemId(listItemId: string): Entry | undefined {
    return this.#byListItemId.get(listItemId.toLowerCase());
  }

  /** Why an object can't be made or kept there; undefined: it can. */
  conflict(
    parent: Entry,
    object: { readonly uniqueId: string; readonly name: string; readonly itemId: number },
    mayMove = false,
  ): Conflict | undefined {
    const url = `${urlOf(parent)}/${object.name}`;
    const holder = this.find(object.uniqueId);
    const there = childOf(parent, object.name);
    const isMovable = mayMove && !there && holder?.parent && holder.list === parent.list && !isWithin(parent, holder);
    if (holder && holder !== there && !isMovable) return { reason: "id", url: urlOf(holder) };
    if (there && there !== holder) return { reason: "name", url: urlOf(there) };
    const recycled = this.#recycled.get(object.uniqueId.toLowerCase());
    if (recycled !== undefined && recycled.toLowerCase() !== url.toLowerCase())
      return { reason: "recycled", url: recycled };
    const numbered = object.itemId > 0 ? parent.list.byItemId.get(object.itemId) : undefined;
    if (numbered && numbered !== holder) return { reason: "itemId", url: urlOf(numbered) };
    const isOther = holder && object.itemId > 0 && holder.itemId > 0 && holder.itemId !== object.itemId;
    return isOther && !mayBeNumbered(holder) ? { reason: "itemId", url: urlOf(holder) } : undefined;
  }

  /** Files whose first import met the fault, or was let through; their number says which one the fault befalls next. */
  conflictsOnDemand(fault: object): Set<string> {
    const seen = this.#conflictsOnDemand.get(fault) ?? new Set();
    this.#conflictsOnDemand.set(fault, seen);
    return seen;
  }

  /** One caller at a time: checks and changes of two jobs never mix. */
  exclusively<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(change);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async read(entry: Entry): Promise<ImportedItem> {
    if (this.#last?.entry === entry) return this.#last.item;
    if (entry.place === undefined) throw new Error(`Cannot read an item as it has no record: ${urlOf(entry)}`);
    return (await this.#items.read(entry.place)) as ImportedItem;
  }

  /** Makes the item, or gives it its new record. */
  async save(parent: Entry, item: ImportedItem): Promise<Entry> {
    const entry = this.#index(parent, item);
    entry.place = await this.#items.append(item);
    this.#last = { entry, item };
    return entry;
  }

  /**
   * Moves the object and all below it. Their records are written from the deepest up, so that a move that is cut off is
   * done again.
   */
  async move(entry: Entry, parent: Entry, name: string): Promise<void> {
    const from = this.treePath(entry);
    takeAway(entry);
    entry.parent = parent;
    entry.name = detached(name);
    putBelow(entry);
    this.#last = undefined;
    const to = this.treePath(entry);
    await mkdir(join(this.directory, this.treePath(parent)), { recursive: true });
    await rename(join(this.directory, from), join(this.directory, to)).catch(ignoreMissing);
    for (const one of [...subtree(entry)].reverse()) {
      const record = await this.read(one);
      const { parent: above = parent } = one;
      const versions = record.versions?.map((version) => ({ ...version, storedAs: moved(version.storedAs, from, to) }));
      await this.save(above, {
        ...record,
        ...{ parentId: above.uniqueId, name: one.name, url: urlOf(one) },
        ...(versions === undefined ? {} : { versions }),
      });
    }
  }

  /** Takes the object and all below it away into the recycle bin, where their GUIDs stay taken. */
  async recycle(entry: Entry, jobId: string): Promise<void> {
    const url = urlOf(entry);
    const all = [...subtree(entry)];
    const lines = all.map(
      (one): RecycledItem => ({ kind: "recycled", uniqueId: one.uniqueId, url: urlOf(one), jobId }),
    );
    const bin = join(this.stateFolder, "recycled", entry.uniqueId);
    await mkdir(join(this.directory, this.stateFolder, "recycled"), { recursive: true });
    await rm(join(this.directory, bin), { recursive: true, force: true });
    await rename(join(this.directory, this.treePath(entry)), join(this.directory, bin)).catch(ignoreMissing);
    for (const line of lines.reverse()) {
      await this.#items.append(line);
      this.#forget(line);
    }
    if (childOf(entry.parent ?? entry, entry.name) === entry) throw new Error(`Cannot recycle as it is kept: ${url}`);
  }

  /** Gives numbers to what the job left without one, as the service does. */
  async numberRest(jobId: string): Promise<void> {
    // Each number makes a list's order anew: it is asked for once.
    const highest = new Map<ListState, number>();
    for (const [entry, job] of [...this.#unnumbered]) {
      if (job !== jobId || entry.parent === undefined) continue;
      const itemId = (highest.get(entry.list) ?? entry.list.ordered().at(-1)?.itemId ?? 0) + 1;
      highest.set(entry.list, itemId);
      await this.save(entry.parent, { ...(await this.read(entry)), itemId, isNumberedBySite: true });
    }
  }

  async setListScope(list: ListState, scope: ImportedScope): Promise<void> {
    const record: SiteRecord = { type: "listScope", listId: list.id, scope };
    this.#replay(record);
    await this.#records.append(record);
  }

  /** The object that has the scope; undefined: nobody. */
  scopeHolder(scopeId: string): string | undefined {
    return this.#scopes.get(scopeId.toLowerCase());
  }

  async ensureUser(user: Omit<SiteUser, "id">): Promise<void> {
    await this.people.ensureUser(user, this.#records);
  }

  async ensureGroup(group: SiteGroup): Promise<void> {
    await this.people.ensureGroup(group, this.#records);
  }

  async ensureRole(role: RoleDefinition): Promise<void> {
    await this.people.ensureRole(role, this.#records);
  }

  /** Content types and records of security changes are kept, and have no effect. */
  async keep(type: "contentType" | "securityChange", jobId: string, element: KeptElement): Promise<void> {
    await this.#records.append({ type, jobId, element } satisfies SiteRecord);
  }

  /** Whether the folder carries sharing events. */
  isShared(entry: Entry): boolean {
    return entry.isShared;
  }

  /** Counts a sharing event of the receiver; false: there were too many in the last 24 hours. */
  shareWith(login: string, most: number): boolean {
    const now = this.#now().getTime();
    const times = (this.#sharingTimes.get(login) ?? []).filter((time) => time > now - dayMs);
    this.#sharingTimes.set(login, times);
    if (times.length >= most) return false;
    times.push(now);
    return true;
  }

  /** Absolute; for what is still being received. */
  temporaryFile(): string {
    this.#temporaryFiles += 1;
    return join(this.directory, this.stateFolder, "incoming", `${this.#temporaryFiles}`);
  }

  /** Relative to the emulator's folder. */
  treePath(entry: Entry): string {
    if (entry.parent === undefined) return onDisk(entry.list.url);
    return join(this.treePath(entry.parent), storedName(entry.name));
  }

  /** Of a file that may not be there yet. */
  filePath(parent: Entry, name: string): string {
    return join(this.treePath(parent), storedName(childOf(parent, name)?.name ?? name));
  }

  versionPath(uniqueId: string, label: string, sha256: string): string {
    return join(this.stateFolder, "versions", uniqueId.toLowerCase(), `${label}-${sha256.slice(0, 8)}`);
  }

  attachmentPath(uniqueId: string, name: string): string {
    return join(this.stateFolder, "attachments", uniqueId.toLowerCase(), storedName(name));
  }

  async close(): Promise<void> {
    await this.#turn;
    await Promise.all([this.#items.close(), this.#records.close()]);
  }

  #replay(record: SiteRecord): void {
    this.people.replay(record);
    if (record.type !== "listScope") return;
    const list = this.list(record.listId);
    if (list === undefined) return;
    this.#moveScope(list.root, record.scope.scopeId);
    this.listScopes.set(list.id.toLowerCase(), record.scope);
  }

  async #openItems(path: string): Promise<void> {
    let lines = 0;
    this.#items = await RecordLog.open(path, (record, place) => {
      lines += 1;
      this.#replayItem(record as ImportedItem | RecycledItem, place);
    });
    const entries = [...this.#byId.values()].filter((entry) => entry.kind !== "root");
    // A recycled GUID has a line of its own, which a log without it would lose.
    if (lines < linesBeforeCompaction || lines < linesOfItem * entries.length || this.#recycled.size > 0) return;
    const moved = await this.#items.rewrite(entries.map(({ place }) => place as RecordPlace));
    for (const [index, entry] of entries.entries()) entry.place = moved[index];
  }

  #replayItem(record: ImportedItem | RecycledItem, place: RecordPlace): void {
    if (record.kind === "recycled") {
      this.#forget(record);
      return;
    }
    const parent = this.find(record.parentId);
    // A list that this site no longer has.
    if (parent === undefined) return;
    this.#index(parent, record).place = place;
  }

  #index(parent: Entry, item: ImportedItem): Entry {
    const id = item.uniqueId.toLowerCase();
    let entry = this.#byId.get(id);
    if (entry === undefined) {
      entry = newEntry(parent.list, parent, detached(item.uniqueId), item.kind, detached(item.name));
      this.#byId.set(detached(id), entry);
      this.#recycled.delete(id);
      putBelow(entry);
    }
    if (entry.parent !== parent || entry.name !== item.name) {
      takeAway(entry);
      entry.parent = parent;
      entry.name = detached(item.name);
      putBelow(entry);
    }
    if (entry.itemId !== item.itemId) entry.list.takeItemId(entry, item.itemId);
    entry.isNumberedBySite = item.isNumberedBySite === true;
    if (item.itemId === 0) this.#unnumbered.set(entry, item.jobId);
    else this.#unnumbered.delete(entry);
    if (item.listItemId !== undefined && entry.listItemId === undefined) {
      entry.listItemId = detached(item.listItemId);
      this.#byListItemId.set(entry.listItemId.toLowerCase(), entry);
    }
    entry.isShared = (item.sharing?.length ?? 0) > 0;
    if (item.scope) this.#moveScope(entry, item.scope.scopeId);
    return entry;
  }

  #moveScope(entry: Entry, scopeId: string): void {
    if (entry.scopeId === undefined) entry.list.scopes += 1;
    else this.#scopes.delete(entry.scopeId.toLowerCase());
    entry.scopeId = detached(scopeId);
    this.#scopes.set(entry.scopeId.toLowerCase(), entry.parent ? entry.uniqueId : entry.list.id);
  }

  #forget(line: RecycledItem): void {
    const id = line.uniqueId.toLowerCase();
    const entry = this.#byId.get(id);
    this.#recycled.set(id, line.url);
    if (entry === undefined) return;
    this.#byId.delete(id);
    this.#unnumbered.delete(entry);
    if (entry.listItemId !== undefined) this.#byListItemId.delete(entry.listItemId.toLowerCase());
    if (entry.scopeId !== undefined) {
      this.#scopes.delete(entry.scopeId.toLowerCase());
      entry.list.scopes -= 1;
    }
    entry.list.freeItemId(entry);
    takeAway(entry);
  }
}

/** Makes the site in the emulator's folder, or opens the one that is there. */
export function openSite(directory: string, options: SiteOptions): Promise<SiteState> {
  return SiteState.open(directory, options);
}

/** The item object of a folder may bring the number that the folder object left out. */
export function mayBeNumbered(entry: Entry): boolean {
  return entry.kind === "folder" && (entry.itemId === 0 || entry.isNumberedBySite);
}

async function siteFile(path: string, options: SiteOptions): Promise<SiteFile> {
  const known = await readFile(path, "utf8").then((text) => JSON.parse(text) as SiteFile, ignoreMissing);
  const at = (url: string) => `${options.url === "/" ? "" : options.url}/${url}`;
  const lists = options.lists.map((list): SiteList => {
    const there = known?.lists.find(({ url }) => url.toLowerCase() === at(list.url).toLowerCase());
    return (
      there ?? {
        id: list.id ?? randomUUID(),
        title: list.title,
        url: at(list.url),
        baseTemplate: list.baseTemplate ?? 101,
        rootFolderId: list.rootFolderId ?? randomUUID(),
      }
    );
  });
  const others = known?.lists.filter(({ id }) => !lists.some((list) => list.id === id)) ?? [];
  const file: SiteFile = {
    siteId: known?.siteId ?? options.siteId ?? randomUUID(),
    webId: known?.webId ?? options.webId ?? randomUUID(),
    url: options.url,
    title: known?.title ?? options.title ?? (options.url.split("/").at(-1) || "Home"),
    lists: [...others, ...lists],
  };
  await writeFile(`${path}.new`, `${JSON.stringify(file, undefined, 2)}\n`);
  await rename(`${path}.new`, path);
  return file;
}

/** A server-relative URL as a path below the emulator's folder. */
function onDisk(url: string): string {
  const parts = url.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
  return parts.length === 0 ? "root" : join(...parts.map(storedName));
}

/** A path of the tree, after what it is in was moved; others stay. */
function moved(path: string, from: string, to: string): string {
  const slashed = (text: string) => text.replaceAll("\\", "/");
  const isIn = path === slashed(from) || path.startsWith(`${slashed(from)}/`);
  return isIn ? slashed(to) + path.slice(slashed(from).length) : path;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
  return undefined;
}

function newDate(): Date {
  return new Date();
}
