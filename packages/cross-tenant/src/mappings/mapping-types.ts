/** `users`: sharePointUserIdentityMapping. `groups`: sharePointGroupIdentityMapping. */
export type MappingKind = "users" | "groups";

/** `sharePointIdentityMappingUserType`, written as documented; others may come from the service. */
export type MappedUserType = "none" | "regularUser" | "adminUser" | "guestUser";
/** `sharePointIdentityMappingGroupType`. */
export type MappedGroupType = "none" | "regularGroup" | "m365Group";

/** A user's mapping. All but the source is optional in a change: what isn't sent keeps its value in the service. */
export interface UserMapping {
  /** The key, compared without regard to case. */
  readonly sourceUserPrincipalName: string;
  /** GUID. */
  readonly sourceOrganizationId?: string;
  readonly userType?: MappedUserType | (string & {});
  readonly targetUserPrincipalName?: string;
  /** `targetUserMigrationData.email`. */
  readonly targetEmail?: string;
}

/** A group's mapping. */
export interface GroupMapping {
  /** The key: GUID, lower case. */
  readonly sourceGroupObjectId: string;
  readonly sourceOrganizationId?: string;
  readonly groupType?: MappedGroupType | (string & {});
  /** GUID. */
  readonly targetGroupObjectId?: string;
  /** `targetGroupMigrationData.mailNickname`. */
  readonly targetMailNickname?: string;
}

/** A mapping as the service shows it. */
export type StoredMapping<Mapping> = Mapping & {
  /** Opaque. */
  readonly id: string | undefined;
  /** The service says that it was deleted. */
  readonly isDeleted: boolean;
};

/** One entry of a delta update. */
export type MappingChange<Mapping> =
  | { readonly type: "set"; readonly mapping: Mapping }
  /** Of the mapping only its source is sent. */
  | { readonly type: "remove"; readonly mapping: Mapping };

/** What the service answered for one entry of a delta update. */
export type ChangeAnswer<Mapping> =
  | { readonly type: "set"; readonly mapping: StoredMapping<Mapping> }
  | { readonly type: "removed"; readonly mapping: StoredMapping<Mapping> }
  /** The entry carries an error. */
  | { readonly type: "refused"; readonly code: string | undefined; readonly message: string }
  /** The answer names no such source. */
  | { readonly type: "unanswered" };

/** Most entries of one delta update (pages of both mapping updates). */
export const MAX_DELTA_ENTRIES = 50;

/** The calls about mappings of one kind. That they go to the target organization is inferred, not documented. */
export interface IdentityMappings<Mapping> {
  readonly kind: MappingKind;
  /** Undefined: there is none (404, which is not documented either). `source`: UPN, or object id of the group. */
  find(source: string, signal?: AbortSignal): Promise<StoredMapping<Mapping> | undefined>;
  /**
   * One PATCH of 1 to 50 entries, with one answer per entry in their order. Never sent a second time once the service may
   * have acted: rejects with SERVICE_ANSWER_LOST then. Whether a refused one changed anything is unknown.
   *
   * @throws INVALID_OPTION
   */
  update(changes: readonly MappingChange<Mapping>[], signal?: AbortSignal): Promise<readonly ChangeAnswer<Mapping>[]>;
  close(): Promise<void>;
}
