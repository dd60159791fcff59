/** `userIdentity` and `groupIdentity`, as far as cross-organization migration uses them. */
export interface CrossOrganizationIdentity {
  readonly id?: string | null;
  readonly userPrincipalName?: string | null;
  readonly mailNickname?: string | null;
  readonly [property: string]: unknown;
}

/** `sharePointMigrationTaskParameters`: the base and what the derived types add. */
export interface SharePointMigrationTaskParameters {
  readonly "@odata.type": string;
  readonly targetOrganizationId?: string | null;
  readonly targetOrganizationHost?: string | null;
  readonly targetDataLocationCode?: string | null;
  readonly preferredStartDateTime?: string | null;
  readonly preferredLatestStartDateTime?: string | null;
  readonly validateOnly?: boolean | null;
  readonly sourceSiteUrl?: string | null;
  readonly targetSiteUrl?: string | null;
  readonly sourceUserIdentity?: CrossOrganizationIdentity | null;
  readonly targetUserIdentity?: CrossOrganizationIdentity | null;
  readonly sourceGroupIdentity?: CrossOrganizationIdentity | null;
  readonly targetGroupIdentity?: CrossOrganizationIdentity | null;
  readonly [property: string]: unknown;
}

/** `sharePointMigrationTask`; members that don't apply yet are absent, whether they can be null is unknown. */
export interface SharePointMigrationTask {
  readonly id?: string | null;
  readonly status?: string | null;
  readonly parameters?: SharePointMigrationTaskParameters | null;
  readonly startedDateTime?: string | null;
  readonly lastUpdatedDateTime?: string | null;
  readonly finishedDateTime?: string | null;
  /** `publicError`. */
  readonly error?: SharePointPublicError | null;
  readonly [property: string]: unknown;
}

export interface SharePointPublicError {
  readonly code?: string | null;
  readonly message?: string | null;
  readonly target?: string | null;
  readonly details?: readonly unknown[] | null;
  readonly innerError?: unknown;
}

/** `sharePointUserIdentityMapping` and `sharePointGroupIdentityMapping`; of a delta's removal `@removed` and the source identity. */
export interface SharePointIdentityMapping {
  readonly "@removed"?: { readonly reason: "deleted" };
  /** Opaque. */
  readonly id?: string | null;
  readonly sourceOrganizationId?: string | null;
  readonly userType?: string | null;
  readonly sourceUserIdentity?: CrossOrganizationIdentity | null;
  readonly targetUserIdentity?: CrossOrganizationIdentity | null;
  readonly targetUserMigrationData?: { readonly email?: string | null } | null;
  readonly groupType?: string | null;
  readonly sourceGroupIdentity?: CrossOrganizationIdentity | null;
  readonly targetGroupIdentity?: CrossOrganizationIdentity | null;
  readonly targetGroupMigrationData?: { readonly mailNickname?: string | null } | null;
  /** In answers, of a mapping that was deleted: `{"state":"deleted"}`. */
  readonly deleted?: { readonly state?: string | null } | null;
  readonly [property: string]: unknown;
}

/** Body of a delta update, and its answer (which has `@odata.context` in place of `@context`). */
export interface SharePointIdentityMappingDelta {
  readonly "@context"?: "#$delta";
  readonly value: readonly SharePointIdentityMapping[];
}
