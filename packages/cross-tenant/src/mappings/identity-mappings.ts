import { PrimepackError } from "@primepack/core/errors";
import { isMembers, type OpenedConnection, odataLiteral, ServiceError } from "@primepack/core/http";
import type { SharePointIdentityMappingDelta } from "@primepack/core/wire";
import { type CrossTenantOptions, MIGRATIONS_ROOT, openCrossTenant } from "../connection.ts";
import { shownValue } from "../shown-value.ts";
import { mappingFault } from "./mapping-fault.ts";
import { type MappingForm, mappingForms, membersOf } from "./mapping-forms.ts";
import {
  type ChangeAnswer,
  type GroupMapping,
  type IdentityMappings,
  MAX_DELTA_ENTRIES,
  type MappingChange,
  type MappingKind,
  type StoredMapping,
  type UserMapping,
} from "./mapping-types.ts";
import { changeAnswers, holdsMapping, sourceIn, storedMapping, wireEntry } from "./mapping-wire.ts";

/** Characters of a source that a message quotes: all of a UPN. */
const SHOWN_LENGTH = 113;

/**
 * The calls about users' mappings (`crossOrganizationUserMappings`). Which organization they go to isn't documented;
 * everything points to the target. Nothing is sent before the first call.
 *
 * @throws INVALID_OPTION if Graph's URL is none, or not https: for a host that is not this machine
 */
export function userMappings(options: CrossTenantOptions): IdentityMappings<UserMapping> {
  return new GraphMappings<UserMapping>(mappingForms.users, options);
}

/** The calls about groups' mappings (`crossOrganizationGroupMappings`); all else as {@link userMappings}. */
export function groupMappings(options: CrossTenantOptions): IdentityMappings<GroupMapping> {
  return new GraphMappings<GroupMapping>(mappingForms.groups, options);
}

class GraphMappings<Mapping extends UserMapping | GroupMapping> implements IdentityMappings<Mapping> {
  readonly kind: MappingKind;
  readonly #form: MappingForm;
  readonly #path: string;
  readonly #connection: OpenedConnection;

  constructor(form: MappingForm, options: CrossTenantOptions) {
    this.kind = form.kind;
    this.#form = form;
    this.#path = `${MIGRATIONS_ROOT}/${form.collection}`;
    this.#connection = openCrossTenant(options);
  }

  async find(source: string, signal?: AbortSignal): Promise<StoredMapping<Mapping> | undefined> {
    const { noun, names } = this.#form;
    const doing = `look up the mapping of a ${noun}`;
    if (source === "") throw invalid(doing, "its source must be named", "an empty text");
    let body: unknown;
    try {
      ({ body } = await this.#connection.client.send({
        method: "GET",
        url: `${this.#path}(${names.source}=${odataLiteral(source)})`,
        doing,
        ...(signal === undefined ? {} : { signal }),
      }));
    } catch (error) {
      if (error instanceof ServiceError && error.status === 404) return undefined;
      throw mappingFault(error, "find");
    }
    if (!isMembers(body) || !holdsMapping(body)) return undefined;
    const found = sourceIn(this.#form, body);
    if (found !== undefined && this.#form.keyOf(found) !== this.#form.keyOf(source)) {
      throw new ServiceError(
        "SERVICE_REPLY_INVALID",
        `Cannot ${doing} as the reply must be about ${shownValue(source, SHOWN_LENGTH)}: current value is ${shownValue(found, SHOWN_LENGTH)}`,
      );
    }
    return storedMapping(this.#form, body, source);
  }

  async update(
    changes: readonly MappingChange<Mapping>[],
    signal?: AbortSignal,
  ): Promise<readonly ChangeAnswer<Mapping>[]> {
    const doing = `update mappings of ${this.kind}`;
    const members = changes.map(({ mapping }) => membersOf(this.#form, mapping));
    const sources = members.map(({ source }) => source);
    this.#check(sources, doing);
    const body: SharePointIdentityMappingDelta = {
      "@context": "#$delta",
      value: changes.map(({ type }, index) =>
        wireEntry(this.#form, members[index] ?? { source: "" }, type === "remove"),
      ),
    };
    const reply = await this.#connection.client
      .send({
        method: "PATCH",
        url: this.#path,
        body,
        doing,
        repeat: "once",
        ...(signal === undefined ? {} : { signal }),
      })
      .catch((error: unknown) => {
        throw mappingFault(error, "update");
      });
    return changeAnswers(this.#form, sources, reply.body);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #check(sources: readonly string[], doing: string): void {
    if (sources.length < 1 || sources.length > MAX_DELTA_ENTRIES) {
      throw invalid(doing, `a request holds 1 to ${MAX_DELTA_ENTRIES} entries`, String(sources.length));
    }
    if (sources.includes("")) throw invalid(doing, "each entry must name its source", "an empty text");
    const keys = new Set<string>();
    for (const source of sources) {
      const key = this.#form.keyOf(source);
      // What the service makes of two entries of one source is unknown.
      if (keys.has(key)) throw invalid(doing, "a request holds each source once", source);
      keys.add(key);
    }
  }
}

function invalid(doing: string, constraint: string, value: string): PrimepackError {
  return new PrimepackError("INVALID_OPTION", `Cannot ${doing} as ${constraint}: current value is ${value}`);
}
