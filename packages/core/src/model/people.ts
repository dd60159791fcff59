/** A person, or a group that the directory knows, as a source names it. */
export interface SourceUser {
  readonly kind: "user";
  /**
   * What the source's items name the person by: claims login, UPN, `DOMAIN\name` or SID. Compared without regard to
   * case.
   */
  readonly login: string;
  /** Default: the login. */
  readonly name?: string;
  readonly email?: string;
  /** A group of the directory (Entra, Active Directory), and no SharePoint group. Default: false. */
  readonly isDomainGroup?: boolean;
  readonly isSiteAdmin?: boolean;
  /** The account is gone; the import then spares itself the look-up. Default: false. */
  readonly isDeleted?: boolean;
  /** Base64. Default: of the login in UTF-8, which serves for all who resolve by login. */
  readonly systemId?: string;
  readonly mobilePhone?: string;
  readonly flags?: number;
}

/** A SharePoint group with its members. */
export interface SourceGroup {
  readonly kind: "group";
  /** What items name it by; compared without regard to case. */
  readonly name: string;
  readonly description?: string;
  /** Default: the System Account. */
  readonly owner?: PrincipalRef;
  readonly members: readonly PrincipalRef[];
  readonly onlyAllowMembersViewMembership?: boolean;
  readonly allowMembersEditMembership?: boolean;
  readonly allowRequestToJoinLeave?: boolean;
  readonly autoAcceptRequestToJoinLeave?: boolean;
  readonly requestToJoinLeaveEmailSetting?: string;
}

/** How an item names a user (by login) or a SharePoint group (by name). What was not defined before is a user of that login. */
export type PrincipalRef = string | { readonly group: string };

/** Who a source's user is in the target. */
export type MappedUser =
  /** `login` is a UPN, of a guest too, or a whole claims login. */
  | { readonly to: "user" | "guest"; readonly login: string; readonly name?: string; readonly email?: string }
  /** A group of the directory: its object id, or a whole claims login. */
  | { readonly to: "group"; readonly login: string; readonly name?: string }
  /** Written with `IsDeleted`, under the name and login of the source where none are given. */
  | { readonly to: "deleted"; readonly login?: string; readonly name?: string };

/** Finds a source's user in the target; undefined: it knows nothing of the user. Called once for each user of a run. */
export type UserMap = (user: SourceUser) => MappedUser | undefined | Promise<MappedUser | undefined>;
