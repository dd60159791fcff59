import type { Code } from "../errors/index.ts";
import {
  type ItemOutcome,
  SHARING_EVENTS_PER_DAY,
  type SourceFile,
  type SourceFolder,
  type SourcePath,
  UNIQUE_MAX_DESCENDANTS,
} from "../model/index.ts";
import type { OpenFolder } from "./open-folder.ts";
import { type FileEntry, type ListItemEntry, weightOf } from "./packer.ts";
import type { People } from "./people.ts";
import type { SharingQuota } from "./sharing-quota.ts";
import type { SourceObject } from "./source-item.ts";
import type { PlanEvent } from "./types.ts";

/** What planning tells beside packages: outcomes of what is in none, and warnings. */
export class PlanLog {
  readonly #maxItems: number;
  #events: PlanEvent[] = [];
  #twoVersions = 0;
  #firstTwoVersions = "";

  /** @param maxItems - of a package. */
  constructor(maxItems: number) {
    this.#maxItems = maxItems;
  }

  /** What is told since the last call, and then the packages. */
  takeWith(packages: readonly PlanEvent[]): readonly PlanEvent[] {
    if (this.#events.length === 0) return packages;
    const events = [...this.#events, ...packages];
    this.#events = [];
    return events;
  }

  tell(outcome: Exclude<ItemOutcome, { outcome: "packaged" | "deletion" }>): void {
    this.#events.push({ type: "outcome", outcome });
  }

  warn(code: Code, message: string, source: SourcePath | string): void {
    const path = typeof source === "string" ? source : source.join("/");
    this.#events.push({ type: "warning", code, message, source: path });
  }

  people(people: People, path: SourcePath): void {
    for (const { code, message } of people.takeWarnings()) this.warn(code, message, path);
  }

  savedPage(item: SourceFolder, name: string): void {
    const message = "Cannot promise that the folder shows, as Office takes its name for a part of a saved web page";
    this.warn("NAME_UNUSUAL", `${message}: current value is ${JSON.stringify(name)}`, item.path);
  }

  weight(item: SourceObject, entry: FileEntry | ListItemEntry): void {
    const maxItems = this.#maxItems;
    const { entries } = weightOf(entry);
    if (entries <= maxItems) return;
    const message = `Cannot split the item as all its versions and attachments are in one package of at most ${maxItems}`;
    this.warn("MANY_VERSIONS", `${message}: current value is ${entries}`, item.path);
  }

  twoVersions(item: SourceFile): void {
    this.#twoVersions += 1;
    if (this.#twoVersions > 1) return;
    this.#firstTwoVersions = item.path.join("/");
    const message =
      "Cannot promise the versions of files with exactly two, which were reported to arrive as two entries 1.0";
    this.warn("TWO_VERSIONS", `${message}: current value is the first of them, the others are counted`, item.path);
  }

  /** @param placed - entries of the source that have their place so far. */
  descendants(folder: OpenFolder, placed: number): void {
    const { isUnique, openedAt, path } = folder.fields;
    const below = placed - openedAt;
    if (!isUnique || below <= UNIQUE_MAX_DESCENDANTS) return;
    const message = `Cannot promise the permissions as inheritance is broken above at most ${UNIQUE_MAX_DESCENDANTS} entries`;
    this.warn("MANY_DESCENDANTS", `${message}: current value is ${below}`, path);
  }

  /** What can be told only when the source has ended. */
  ends(sharing: SharingQuota): void {
    for (const { name, source, events } of sharing.over()) {
      const message = `Cannot promise all sharing events as a receiver gets ${SHARING_EVENTS_PER_DAY} in 24 hours`;
      this.warn("SHARING_OVER_LIMIT", `${message}: current value is ${events} of ${JSON.stringify(name)}`, source);
    }
    if (this.#twoVersions > 1) {
      const message = "Cannot promise the versions of files with exactly two";
      const value = `${this.#twoVersions} files, of which this is the first`;
      this.warn("TWO_VERSIONS", `${message}: current value is ${value}`, this.#firstTwoVersions);
    }
  }

  /** Whether what is gone is to be deleted: not when all is, as of a disk that isn't there. */
  mayDelete({ gone, of }: { readonly gone: number; readonly of: number }, placed: number): boolean {
    const isEmpty = placed === 0;
    if (isEmpty) {
      const message = "Cannot delete what is missing as the source has nothing at all, and may be another than before";
      this.warn("MANY_DELETIONS", `${message}: current value is ${gone} missing, of which none is deleted`, "");
    } else if (2 * gone > of) {
      const message = "Cannot promise that the source is the one of earlier runs as it lacks more than half of it";
      this.warn("MANY_DELETIONS", `${message}: current value is ${gone} deletions, of ${of} entries`, "");
    }
    return !isEmpty;
  }
}
