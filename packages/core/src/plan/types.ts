import type { Code } from "../errors/index.ts";
import type {
  ItemOutcome,
  Ledger,
  PackageForms,
  PackagePlan,
  PeopleOptions,
  SourceContent,
  SourceFile,
  SourceFolder,
  SourceListItem,
  Target,
} from "../model/index.ts";
import type { RenameStyle } from "./rename.ts";

/** What {@link planPackages} needs, every default filled in and every bound checked. */
export interface ResolvedPlanOptions {
  readonly target: Target;
  readonly names: {
    /** `rename` mends what SharePoint refuses; `skip` leaves the item out; `fail` ends planning at the first. */
    readonly policy: "rename" | "skip" | "fail";
    readonly renameWith: RenameStyle;
  };
  readonly limits: {
    /** Items per package, at least 1. */
    readonly maxItems: number;
    /** Plaintext bytes per package; a larger file goes alone. */
    readonly maxBytes: number;
  };
  /** User 1 of every package. */
  readonly defaultAuthor: { readonly name: string; readonly login: string; readonly email?: string };
  readonly people: Required<Pick<PeopleOptions, "unmapped">> & Pick<PeopleOptions, "map">;
  readonly forms: Pick<Required<PackageForms>, "dateTimeFields" | "userFields" | "twoVersions" | "roles" | "archives">;
  /** What earlier runs sent and the target has received. */
  readonly ledger?: { readonly store: Ledger; readonly runId: string; readonly deletions: boolean };
  /** The date of items whose source names none. */
  readonly now: Date;
  /**
   * Why an item can't be written, by rules that planning doesn't know; undefined if it can. Asked of items without other
   * faults that carry more than what every item has; such an item fails. It must not throw.
   */
  readonly faultOf?: (item: SourceFolder | SourceFile | SourceListItem) => string | undefined;
  /** Told of each entry that the source yields: its bytes, of all versions and attachments. It must not throw. */
  readonly onItem?: (bytes: number) => void;
}

/** A finished plan, and the contents of its items that only this process can open, by their locator's handle. */
export interface PlannedPackage {
  readonly type: "package";
  readonly plan: PackagePlan;
  readonly local: ReadonlyMap<number, SourceContent>;
}

export type PlanEvent =
  | PlannedPackage
  /** An entry that is in no package. */
  | { readonly type: "outcome"; readonly outcome: Exclude<ItemOutcome, { outcome: "packaged" | "deletion" }> }
  | { readonly type: "warning"; readonly code: Code; readonly message: string; readonly source: string };

export interface PlanEnd {
  /** The first integer item id of the list that no planned item has. */
  readonly nextItemId: number;
  /** Entries that the source yielded, whatever became of them. */
  readonly items: number;
  /** Bytes of all their versions and attachments. */
  readonly bytes: number;
}
