import type { PathArgument } from "./odata-path.ts";
import type { ODataValue } from "./odata-reply.ts";

/** A thing that URLs lead to: an entity with properties, and what lies behind it. */
export interface EntityResource {
  readonly kind: "entity";
  /** `SP.List`. */
  readonly type: string;
  /** Relative to `_api`: `Web/Lists(guid'...')`. */
  readonly path: string;
  /** Shown unasked. */
  readonly properties: Readonly<Record<string, ODataValue>>;
  /** Shown if `$select` names them. */
  readonly onRequest?: Readonly<Record<string, ODataValue>>;
  /** By name in lower case: navigation properties and functions. */
  readonly members: Readonly<Record<string, (args: readonly PathArgument[]) => Resource | undefined>>;
}

export interface CollectionResource {
  readonly kind: "collection";
  readonly type: string;
  readonly path: string;
  entities(): Iterable<EntityResource>;
  /** `lists(guid'...')`, `items(5)`. */
  byKey(key: string): EntityResource | undefined;
  readonly members: Readonly<Record<string, (args: readonly PathArgument[]) => Resource | undefined>>;
  /**
   * Items of a list come in pages, in the order of this property, whatever is asked for. Others come whole unless
   * `$top` says so.
   */
  readonly pagedBy?: string;
  /** Names that `$select` may give, so that wrong ones are told of while there is nothing to show yet. */
  readonly fields?: readonly string[];
}

export type Resource = EntityResource | CollectionResource;
