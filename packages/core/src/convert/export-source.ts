import { throwIfAborted } from "../errors/index.ts";
import type { Source, SourceItem, Target } from "../model/index.ts";
import { type ExternalSortOptions, sortExternally } from "../source/external-sort.ts";
import type { AssembleOptions } from "./assemble.ts";
import type { ContentResolver } from "./content.ts";
import { Dropped, type DroppedRecord } from "./dropped.ts";
import { type ExportPlace, findExports } from "./export-location.ts";
import { ItemJoin } from "./item-join.ts";
import { type ExportedList, Lists } from "./lists.ts";
import type { OpenBlobOptions } from "./opened-blob.ts";
import { PackageContents } from "./package-contents.ts";
import { bytesOfPart, compareParts, type KeyedPart, parseKeyedPart, serializePart } from "./parts.ts";
import { Principals } from "./principals.ts";
import { readObjects } from "./read-objects.ts";
import { Roles } from "./roles.ts";
import { readSideFiles, readUserGroup } from "./side-files.ts";

/** What is converted, and how. */
export interface ExportSourceOptions extends ExportPlace {
  /**
   * Folder for temporary files: the parts of items are sorted there. They take about as much room as the manifests, and
   * as much again while they are merged; what fits into `memoryBytes` takes none.
   */
  readonly temporaryDirectory: string;
  /** Bytes of parts that are held at once. Default: 64 MiB. */
  readonly memoryBytes?: number;
  /**
   * Finds the contents of files, older versions and attachments; exports of SharePoint have none of their own. What it
   * doesn't find is taken from the package, if that brings contents along. A file without content is a failed entry with
   * code CONTENT_UNRESOLVED.
   */
  readonly content?: ContentResolver;
  /**
   * The list that is meant where the export has several: its id, title, server-relative URL (`/sites/a/Lists/Tasks`), or
   * the last name of that.
   */
  readonly list?: string;
  /** `new` for a target in the exported site collection, which holds each GUID once. Default: `keep`. */
  readonly ids?: "keep" | "new";
  /** `keep` only for a target list that is empty. Default: `new`. */
  readonly itemIds?: "keep" | "new";
  /** `current` leaves older versions out. Default: `all`. */
  readonly versions?: "all" | "current";
  /** Ids of roles in the target by name, for those that aren't the same in each site; packages then don't define them. */
  readonly roles?: Readonly<Record<string, number>>;
  /** Where the items go: event receivers then name its web and list. */
  readonly target?: Pick<Target, "webId" | "listId">;
}

/** What became of the export beside its items; complete once the items have been read to their end. */
export interface ConvertReport {
  /** Server-relative URL of the list that is converted; undefined until that is known. */
  readonly list?: string;
  readonly packages: number;
  readonly manifests: number;
  /** False if some package has no UserGroup.xml; its authors and permissions are then lost. */
  readonly hasUsers: boolean;
  /** What was left out, the most frequent first. */
  readonly dropped: readonly DroppedRecord[];
}

/** Items of an export; may be iterated again, which reads the export again. */
export interface ExportSource extends Source {
  /** Of the last iteration, to be read at any time. */
  readonly report: ConvertReport;
}

/**
 * The items of a list that SharePoint exported (asynchronous metadata read), or of packages, for another target.
 *
 * The objects of an export come in any order, and what belongs to one item may be far apart. So all manifests are read
 * first, and the parts of items sorted by path, in temporary files where they are many; then the items come: users,
 * groups and roles, the list's own permissions, and then folders, files and list items depth first, deletions last.
 * Memory stays flat but for the users and groups, and one item with its versions.
 *
 * Paths are relative to the list's root folder. Names are checked: what leads elsewhere is a failed entry, as are second
 * objects of one place. The folders `Forms` and `Attachments` that SharePoint makes itself, settings of lists, objects and
 * attributes that the import doesn't know are left out and counted in `report`.
 *
 * The iteration throws EXPORT_UNREADABLE, INVALID_OPTION (`list`), KEY_MISSING, TEMPORARY_FILE_FAILED, ABORTED, and what
 * the container and the XML reader throw.
 */
export function exportSource(options: ExportSourceOptions): ExportSource {
  let conversion = new Conversion(options);
  return {
    get report() {
      return conversion.report();
    },
    [Symbol.asyncIterator]() {
      conversion = new Conversion(options);
      return conversion.items();
    },
  };
}

class Conversion {
  readonly #options: ExportSourceOptions;
  readonly #opening: OpenBlobOptions;
  readonly #dropped: Dropped = new Dropped();
  readonly #lists: Lists = new Lists();
  readonly #principals: Principals;
  readonly #roles: Roles;
  readonly #contents: PackageContents;
  #list: ExportedList | undefined;
  #manifests = 0;
  #hasUsers = true;

  constructor(options: ExportSourceOptions) {
    const { key, signal } = options;
    this.#options = options;
    this.#opening = { ...(key && { key }), ...(signal && { signal }) };
    this.#contents = new PackageContents(this.#opening);
    this.#principals = new Principals(this.#dropped);
    this.#roles = new Roles(options.roles ?? {}, this.#dropped);
  }

  report(): ConvertReport {
    return {
      ...(this.#list === undefined ? {} : { list: `/${this.#list.url}` }),
      packages: this.#contents.count,
      manifests: this.#manifests,
      hasUsers: this.#hasUsers,
      dropped: this.#dropped.records(),
    };
  }

  async *items(): AsyncGenerator<SourceItem, void, undefined> {
    const { temporaryDirectory, memoryBytes, signal } = this.#options;
    const sorting: ExternalSortOptions<KeyedPart> = {
      compare: compareParts,
      serialize: serializePart,
      parse: parseKeyedPart,
      bytesOf: bytesOfPart,
      directory: temporaryDirectory,
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      ...(signal === undefined ? {} : { signal }),
    };
    const parts = sortExternally(this.#parts(), sorting);
    try {
      // With the first part all of them have been read, and with them lists, users and roles.
      let next = await parts.next();
      const list = this.#lists.choose(this.#options.list);
      this.#list = list;
      yield* this.#principals.users();
      yield* this.#principals.groups();
      yield* this.#roles.all();
      const items = new ItemJoin(this.#assembling(list));
      for (; next.done !== true; next = await parts.next()) {
        throwIfAborted(signal, "convert the export");
        yield* items.add(next.value);
      }
      yield* items.end();
    } finally {
      await parts.return();
    }
  }

  async *#parts(): AsyncGenerator<KeyedPart, void, undefined> {
    const opening = this.#opening;
    const sinks = { lists: this.#lists, roles: this.#roles, dropped: this.#dropped };
    for await (const files of findExports(this.#options)) {
      const place = this.#contents.add(files.folder);
      this.#manifests += files.manifests.length;
      const { lists, systemLists, webUrl } = await readSideFiles(files, opening);
      this.#lists.addPlaces(lists, systemLists);
      const users = await readUserGroup(files, opening);
      if (users === undefined) this.#hasUsers = false;
      else await this.#principals.read(users, place);
      yield* readObjects(files, sinks, { ...opening, place, webUrl });
    }
  }

  #assembling(list: ExportedList): AssembleOptions {
    const { ids = "keep", itemIds = "new", versions = "all", target } = this.#options;
    return {
      list,
      keepIds: ids === "keep",
      keepItemIds: itemIds === "keep",
      olderVersions: versions === "all",
      target,
      principals: this.#principals,
      roles: this.#roles,
      dropped: this.#dropped,
      content: (place) => async (request) =>
        (await this.#options.content?.(request)) ?? (await this.#contents.of(place)?.(request)),
    };
  }
}
