import type { BuildEvent, Code, ItemOutcome, PackageRecord } from "@primepack/core";

/** What a run came to, beside core's summary. */
export interface TallyCounts {
  /** Packaged items by their kind; `lists` is 1 if the permissions of the list itself are set. */
  readonly kinds: Readonly<Record<Kind, number>>;
  /** Older versions of packaged files. */
  readonly versions: number;
  readonly attachments: number;
  /** How often each code was warned of. */
  readonly warnings: Readonly<Partial<Record<Code, number>>>;
}

type Kind = "folders" | "files" | "items" | "lists";

/** Counts events as they come; what an earlier run finished counts by its packages' records. */
export class BuildTally {
  readonly #kinds: Record<Kind, number> = { folders: 0, files: 0, items: 0, lists: 0 };
  readonly #warnings: Partial<Record<Code, number>> = {};
  #versions = 0;
  #attachments = 0;

  add(event: BuildEvent): void {
    if (event.type === "item") this.#addItem(event.outcome);
    else if (event.type === "packageReused") this.#addRecord(event.record);
    else if (event.type === "warning") this.#warnings[event.code] = (this.#warnings[event.code] ?? 0) + 1;
  }

  get counts(): TallyCounts {
    return {
      kinds: { ...this.#kinds },
      versions: this.#versions,
      attachments: this.#attachments,
      warnings: { ...this.#warnings },
    };
  }

  #addItem(outcome: ItemOutcome): void {
    if (outcome.outcome !== "packaged") return;
    this.#kinds[`${outcome.kind}s`] += 1;
    this.#versions += outcome.versions?.length ?? 0;
    this.#attachments += outcome.attachments?.length ?? 0;
  }

  #addRecord({ folders, files, items, lists, versions, attachments }: PackageRecord): void {
    this.#kinds.folders += folders;
    this.#kinds.files += files;
    this.#kinds.items += items;
    this.#kinds.lists += lists;
    this.#versions += versions;
    this.#attachments += attachments;
  }
}
