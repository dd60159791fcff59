/** A user by their UPN, or by their object id; both sides of a move name theirs the same way. */
export type MovedUsers =
  | {
      readonly source: { readonly userPrincipalName: string; readonly id?: never };
      readonly target: { readonly userPrincipalName: string; readonly id?: never };
    }
  | {
      readonly source: { readonly id: string; readonly userPrincipalName?: never };
      readonly target: { readonly id: string; readonly userPrincipalName?: never };
    };

/**
 * Which organization a move goes to: by a host of it (root, admin or my-site host of the geo instance), or by its Entra
 * id, then with a geo code where it isn't the default geo. Whether the service takes both at once is unknown.
 */
export type TargetOrganization =
  | {
      /** `https://contoso-my.sharepoint.com`; all published samples name the my-site host, for sites and groups as well. */
      readonly targetOrganizationHost: string;
      readonly targetOrganizationId?: never;
      readonly targetDataLocationCode?: never;
    }
  | {
      /** GUID. */
      readonly targetOrganizationId: string;
      /** `JPN`, `NAM`; null (default): the default geo. */
      readonly targetDataLocationCode?: string | null;
      readonly targetOrganizationHost?: never;
    };

/** When a move may start, and whether it is only checked. */
export interface MoveTimes {
  /** ISO 8601 with its offset; not before this. Default: as soon as possible. Whether a past one is taken is unknown. */
  readonly preferredStartDateTime?: string;
  /** ISO 8601 with its offset, later than the preferred start: the service cancels a task that hasn't started by then. */
  readonly preferredLatestStartDateTime?: string;
  /** Check only: the answer has no id, and no task is left behind. Default: false. */
  readonly validateOnly?: boolean;
}

/** One user's OneDrive. */
export type UserMove = { readonly kind: "user" } & MovedUsers & TargetOrganization & MoveTimes;

/** One site that is connected to no group. */
export type SiteMove = {
  readonly kind: "site";
  readonly source: { readonly siteUrl: string };
  readonly target: { readonly siteUrl: string };
} & TargetOrganization &
  MoveTimes;

/** The site of one Microsoft 365 group. By object id of the group: undocumented, so not offered. */
export type GroupMove = {
  readonly kind: "group";
  readonly source: { readonly mailNickname: string };
  readonly target: { readonly mailNickname: string };
} & TargetOrganization &
  MoveTimes;

/** What one task moves (`sharePointMigrationTaskParameters` and its three kinds). */
export type Move = UserMove | SiteMove | GroupMove;

/** How a task is found. If there are several of one source, which one the service gives is unknown. */
export type TaskLookup =
  | { readonly taskId: string }
  | { readonly sourceUserPrincipalName: string }
  | { readonly sourceSiteUrl: string }
  | { readonly sourceGroupMailNickname: string };

/** `sharePointMigrationTaskStatus`; others may come. */
export type MigrationTaskStatus = "notStarted" | "inProgress" | "completed" | "cancelled" | "failed";

/** `publicError`, redacted; its codes are unknown. */
export interface MigrationTaskError {
  readonly code?: string;
  /** With those of its details and its inner error; one line, at most 500 characters. */
  readonly message?: string;
  readonly target?: string;
}

/** A task as the service shows it (`sharePointMigrationTask`). */
export interface MigrationTask {
  /** GUID; undefined for the answer to a validation. */
  readonly id: string | undefined;
  /** One of {@link MigrationTaskStatus} in whatever case it came (draft pages' `success` is `completed`); an unknown one as it stands, redacted; empty: none came. */
  readonly status: MigrationTaskStatus | (string & {});
  /** The move that its parameters describe; undefined where they don't describe any that is documented. */
  readonly move: Move | undefined;
  /** As they came. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** ISO 8601 UTC, also where the service writes another form; undefined: not yet, or no date. */
  readonly startedDateTime: string | undefined;
  readonly lastUpdatedDateTime: string | undefined;
  readonly finishedDateTime: string | undefined;
  readonly error: MigrationTaskError | undefined;
  /** Milliseconds that the answer asks to wait before the next look (`Retry-After`); absent: it doesn't ask. */
  readonly retryAfterMs?: number;
}

/** The calls of the source organization about tasks. Errors are ServiceErrors; docs/cross-tenant.md lists their codes. */
export interface CrossTenantTasks {
  /**
   * Creates the task, or validates the move. Never sent a second time once the service may have taken it: rejects with
   * SERVICE_ANSWER_LOST then, and a look-up by the source tells whether there is a task. (A validation is.)
   *
   * @throws INVALID_OPTION for a move that the documentation rules out
   */
  create(move: Move, signal?: AbortSignal): Promise<MigrationTask>;
  /** Rejects with MIGRATION_TASK_NOT_FOUND if there is none. */
  get(lookup: TaskLookup, signal?: AbortSignal): Promise<MigrationTask>;
  /** Undefined: there is none. */
  find(lookup: TaskLookup, signal?: AbortSignal): Promise<MigrationTask | undefined>;
  /**
   * Cancels a task that hasn't started. Rejects with MIGRATION_TASK_IN_PROGRESS if it has, MIGRATION_TASK_NOT_FOUND if
   * there is none. What cancelling twice does is unknown.
   */
  cancel(taskId: string, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Bounds and patience of watching. */
export interface WatchTasksOptions {
  readonly tasks: CrossTenantTasks;
  /** Milliseconds between two looks at a task under way. Default: 60,000. */
  readonly pollRunningMs?: number;
  /** Milliseconds between two looks at a task that hasn't started. Default: 300,000; less when its preferred start is nearer. */
  readonly pollNotStartedMs?: number;
  /** Looks a minute, over all tasks. Default: 300. */
  readonly requestsPerMinute?: number;
  /** Looks in a row that find no task until it counts as lost. Default: 5; how long the service keeps tasks is unknown. */
  readonly missingLooks?: number;
  /** Default: the machine's. */
  readonly now?: () => Date;
  readonly timer?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
  readonly signal?: AbortSignal;
}

/** What a look at a task showed that the look before didn't. */
export type TaskChange =
  | { readonly type: "changed"; readonly taskId: string; readonly task: MigrationTask }
  /** Completed, cancelled or failed: it is looked at no more. */
  | { readonly type: "ended"; readonly taskId: string; readonly task: MigrationTask }
  /** The service shows it no more. */
  | { readonly type: "lost"; readonly taskId: string }
  /** A look failed for good (access, say): the task is looked at no more. */
  | { readonly type: "failed"; readonly taskId: string; readonly error: Error };

/** Watches many tasks at once; what is watched already goes on. Holds a small record of each task. */
export interface TaskWatcher extends AsyncIterable<TaskChange> {
  /** `task`: as it was last seen, for when to look next. */
  add(taskId: string, task?: MigrationTask): void;
  /** No more are added: the iteration ends with the last task. */
  end(): void;
}
