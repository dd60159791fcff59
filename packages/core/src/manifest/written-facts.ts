import type {
  PlannedDetails,
  PlannedFile,
  PlannedFolder,
  PlannedListItem,
  PlannedScope,
  PrincipalId,
} from "../model/index.ts";

/** What was written of a package so far: what its other files have to tell. */
export class WrittenFacts {
  /** `SPObject`s. */
  objects = 0;
  /** Whether some item has `Versions`. */
  versions = false;
  /** Whether permissions are set. */
  scopes = false;
  /** All whom something names. */
  readonly principals: Set<PrincipalId> = new Set();

  item(item: PlannedFolder | PlannedFile | PlannedListItem): void {
    this.#details(item);
    if (item.kind !== "folder" && item.versions?.length) {
      this.versions = true;
      for (const version of item.versions) this.#details(version);
    }
    const { principals } = this;
    if (item.kind === "item" && item.attachments !== undefined) {
      for (const { author, modifiedBy } of item.attachments) principals.add(author).add(modifiedBy);
    }
    if (item.retentionLabel?.setBy !== undefined) principals.add(item.retentionLabel.setBy);
    if (item.comments !== undefined) for (const { author } of item.comments) principals.add(author);
    if (item.sharing === undefined) return;
    for (const { initiator, sharedBy, sharedWith } of item.sharing) {
      principals.add(initiator).add(sharedBy);
      for (const id of sharedWith) principals.add(id);
    }
  }

  scope({ assignments }: PlannedScope): void {
    this.scopes = true;
    for (const { principalId } of assignments) this.principals.add(principalId);
  }

  #details({ author, modifiedBy, fields }: PlannedDetails): void {
    this.principals.add(author).add(modifiedBy);
    if (fields === undefined) return;
    for (const { principals = [] } of fields) for (const id of principals) this.principals.add(id);
  }
}
