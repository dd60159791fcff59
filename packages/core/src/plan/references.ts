import type { FieldValue, ItemDetails, PrincipalRef, RoleGrant, SourceItem, VersionDetails } from "../model/index.ts";

/**
 * All whom an item names: authors and editors, those in its columns and in those of its versions, of its attachments,
 * label, comments, sharing events and grants; of a group its owner and members. One who is named twice comes twice.
 */
export function* principalsOf(item: SourceItem): Generator<PrincipalRef, void, undefined> {
  switch (item.kind) {
    case "folder":
      return yield* ofDetails(item);
    case "file":
      yield* ofDetails(item);
      for (const version of item.versions ?? []) yield* ofVersion(version);
      return;
    case "item":
      yield* ofDetails(item);
      for (const version of item.versions ?? []) yield* ofVersion(version);
      for (const attachment of item.attachments ?? []) yield* given(attachment.author, attachment.modifiedBy);
      return;
    case "list":
      return yield* ofGrants(item.permissions);
    case "group":
      yield* given(item.owner);
      yield* item.members;
      return;
    case "user":
    case "role":
    case "deletion":
    case "problem":
      return;
  }
}

function* ofDetails(item: ItemDetails): Generator<PrincipalRef, void, undefined> {
  yield* ofVersion(item);
  yield* given(item.retentionLabel?.setBy);
  for (const { author } of item.comments ?? []) yield author;
  for (const { initiator, sharedBy, sharedWith } of item.sharing ?? []) {
    yield* given(initiator, sharedBy);
    yield* sharedWith;
  }
  yield* ofGrants(item.permissions ?? []);
}

function* ofVersion({ author, modifiedBy, fields }: VersionDetails): Generator<PrincipalRef, void, undefined> {
  yield* given(author, modifiedBy);
  for (const field of fields ?? []) yield* ofField(field);
}

function* ofField(field: FieldValue): Generator<PrincipalRef, void, undefined> {
  if (field.type === "User") yield field.value;
  if (field.type === "UserMulti") yield* field.value;
}

function* ofGrants(grants: readonly RoleGrant[]): Generator<PrincipalRef, void, undefined> {
  for (const { principal } of grants) yield principal;
}

function* given(...refs: readonly (PrincipalRef | undefined)[]): Generator<PrincipalRef, void, undefined> {
  for (const ref of refs) if (ref !== undefined) yield ref;
}
