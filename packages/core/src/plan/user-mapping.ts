import { PrimepackError } from "../errors/index.ts";
import type { MappedUser, SourceUser, UserMap } from "../model/index.ts";
import { shown } from "./shown.ts";

/** Calls of the user map that may wait at once, for one call of {@link UserMapping.ask}. */
const LANES = 8;

/** What the user map answered: each user is asked of once. */
export class UserMapping {
  readonly #map: UserMap;
  readonly #answers = new Map<string, MappedUser | undefined>();
  /** Of those who are being asked of. */
  readonly #waiting = new Map<string, Promise<void>>();

  constructor(map: UserMap) {
    this.#map = map;
  }

  /** Whether the user was asked of, answered or not. */
  has(key: string): boolean {
    return this.#answers.has(key) || this.#waiting.has(key);
  }

  isAnswered(key: string): boolean {
    return this.#answers.has(key);
  }

  /** Undefined: the map doesn't know the user. */
  answer(key: string): MappedUser | undefined {
    if (this.#answers.has(key)) return this.#answers.get(key);
    throw new PrimepackError(
      "INTERNAL",
      `Cannot number a user as the user map is asked before: current value is ${JSON.stringify(key)}`,
    );
  }

  /**
   * Asks of those who were not asked of before; undefined if all answers were had at once.
   *
   * @throws PrimepackError USER_MAP_FAILED, also as a rejection, with what the map threw as its cause.
   */
  ask(users: ReadonlyMap<string, SourceUser>): Promise<void> | undefined {
    const others = [...users].flatMap(([key]) => this.#waiting.get(key) ?? []);
    const fresh = [...users].filter(([key]) => !this.has(key));
    for (const [index, [key, user]] of fresh.entries()) {
      const answer = this.#call(user);
      if (isPromiseLike(answer)) return this.#wait(key, user, answer, fresh.slice(index + 1), others);
      this.#take(key, user, answer);
    }
    return others.length === 0 ? undefined : Promise.all(others).then(() => undefined);
  }

  #wait(
    key: string,
    user: SourceUser,
    answer: PromiseLike<MappedUser | undefined>,
    rest: readonly (readonly [string, SourceUser])[],
    others: readonly Promise<void>[],
  ): Promise<void> {
    const finished = this.#lanes(this.#settle(key, user, answer), rest);
    for (const waiting of [key, ...rest.map(([next]) => next)]) this.#waiting.set(waiting, finished);
    return Promise.all([finished, ...others]).then(() => undefined);
  }

  /** Ends after the last call has, even if one fails. */
  async #lanes(first: Promise<void>, rest: readonly (readonly [string, SourceUser])[]): Promise<void> {
    const queue = rest.values();
    const failures: unknown[] = [];
    const lane = async (before?: Promise<void>): Promise<void> => {
      try {
        await before;
        for (const [key, user] of queue) {
          if (failures.length > 0) return;
          await this.#settle(key, user, this.#call(user));
        }
      } catch (reason) {
        failures.push(reason);
      }
    };
    await Promise.all([lane(first), ...Array.from({ length: LANES - 1 }, () => lane())]);
    if (failures.length > 0) throw failures[0];
  }

  async #settle(
    key: string,
    user: SourceUser,
    answer: MappedUser | undefined | PromiseLike<MappedUser | undefined>,
  ): Promise<void> {
    try {
      this.#take(key, user, await answer);
      this.#waiting.delete(key);
    } catch (reason) {
      throw PrimepackError.from(reason, "USER_MAP_FAILED", `map ${JSON.stringify(user.login)}`);
    }
  }

  #call(user: SourceUser): ReturnType<UserMap> {
    try {
      return this.#map(user);
    } catch (reason) {
      throw PrimepackError.from(reason, "USER_MAP_FAILED", `map ${JSON.stringify(user.login)}`);
    }
  }

  #take(key: string, user: SourceUser, answer: MappedUser | null | undefined): void {
    const fault = answer === undefined || answer === null ? undefined : mappedUserFault(answer);
    if (fault !== undefined) {
      throw new PrimepackError(
        "USER_MAP_FAILED",
        `Cannot map ${JSON.stringify(user.login)} as ${fault.because}: current value is ${fault.value}`,
      );
    }
    this.#answers.set(key, answer ?? undefined);
  }
}

/** Why an answer of a user map can't be used, whatever its type promises; undefined if it can. */
export function mappedUserFault(mapped: MappedUser): { readonly because: string; readonly value: string } | undefined {
  if (typeof mapped !== "object" || mapped === null) return fault("the answer is an object", mapped);
  if (!kinds.includes(mapped.to)) return fault(`its "to" is one of ${kinds.join(", ")}`, mapped.to);
  if (mapped.login === undefined ? mapped.to !== "deleted" : !isText(mapped.login)) {
    return fault("its login is a text that isn't empty", mapped.login);
  }
  if (mapped.name !== undefined && !isText(mapped.name))
    return fault("its name is a text that isn't empty", mapped.name);
  if ("email" in mapped && mapped.email !== undefined && typeof mapped.email !== "string") {
    return fault("its email is a text", mapped.email);
  }
  return undefined;
}

const kinds: readonly unknown[] = ["user", "guest", "group", "deleted"] satisfies MappedUser["to"][];

function fault(because: string, value: unknown): { readonly because: string; readonly value: string } {
  return { because, value: shown(value) };
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}

function isPromiseLike(answer: ReturnType<UserMap>): answer is Promise<MappedUser | undefined> {
  return typeof answer === "object" && answer !== null && "then" in answer;
}
