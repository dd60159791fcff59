import { isDeepStrictEqual } from "node:util";
import { type Code, PrimepackError } from "../errors/index.ts";
import type {
  MappedUser,
  PlannedGroup,
  PlannedUser,
  PrincipalId,
  PrincipalRef,
  SourceGroup,
  SourceUser,
} from "../model/index.ts";
import { caseFold } from "./fold.ts";
import { isGroupClaim, isSystemAccount, isSystemGroup, personKey, targetLogin } from "./logins.ts";
import { groupFault, userFault } from "./principal-faults.ts";
import type { ResolvedPlanOptions } from "./types.ts";
import { UserMapping } from "./user-mapping.ts";

/** Something about a user or group that the caller should know of. */
export interface PeopleWarning {
  readonly code: Code;
  readonly message: string;
}

/** The number that stands for the System Account without an entry; no one else gets it. */
const SYSTEM_ACCOUNT: PrincipalId = 1073741823;

const DEFAULT_AUTHOR: PrincipalId = 1;

/**
 * The users and groups of a run: who they are in the target, and their numbers.
 *
 * - A person has one number, whatever forms of the login the source uses ({@link personKey}), and one with all others
 *   whom the user map makes the same user of the target; the first of them gives name and address.
 * - Numbers count from 1, the default author, in the order of first use, with a group's owner and members right behind
 *   it. The same source and options give the same numbers.
 * - A user who was not defined is one of that login; a group that was not defined has no members, and a warning tells.
 * - What SharePoint makes itself (groups of sharing links, Limited Access System Groups) has no number, and a warning
 *   tells of each once.
 * - Members of a group are users (and groups of the directory). SharePoint groups hold no others: such a member is left
 *   out, and a warning tells. Groups may own each other and themselves.
 * - Users whom the user map doesn't know become what `people.unmapped` says, and a warning tells of each once, if there
 *   is a map. The System Account is asked of too, but stays itself, as each target has it.
 *
 * Memory grows with the number of people, and not of items.
 */
export class People {
  readonly defaultAuthorId: PrincipalId = DEFAULT_AUTHOR;
  readonly #unmapped: ResolvedPlanOptions["people"]["unmapped"];
  readonly #mapping: UserMapping | undefined;
  /** By {@link personKey} of the source's login. */
  readonly #definedUsers = new Map<string, SourceUser>();
  readonly #userIds = new Map<string, PrincipalId>();
  /** By login as it is written, since items name the same few people over and over. */
  readonly #writtenIds = new Map<string, PrincipalId>();
  /** By {@link personKey} of the target's login. */
  readonly #targetIds = new Map<string, PrincipalId>();
  /** By folded name. */
  readonly #definedGroups = new Map<string, SourceGroup>();
  readonly #groupIds = new Map<string, PrincipalId>();
  /** Groups whose members were asked of. */
  readonly #prepared = new Set<string>();
  readonly #users = new Map<PrincipalId, PlannedUser>();
  readonly #groups = new Map<PrincipalId, PlannedGroup>();
  readonly #systemGroups = new Set<string>();
  /** Users for whom another person stands, and whether it was told that they are granted nothing. */
  readonly #standIns = new Map<string, { told: boolean }>();
  #nextId: PrincipalId = DEFAULT_AUTHOR;
  #warnings: PeopleWarning[] = [];

  constructor(options: Pick<ResolvedPlanOptions, "defaultAuthor" | "people">) {
    const { defaultAuthor, people } = options;
    this.#unmapped = people.unmapped;
    this.#mapping = people.map === undefined ? undefined : new UserMapping(people.map);
    this.#number({
      name: defaultAuthor.name,
      login: targetLogin(defaultAuthor.login),
      ...(defaultAuthor.email === undefined ? {} : { email: defaultAuthor.email }),
    });
  }

  /**
   * Takes up a user or group of the source. The text says why it can't: the definition is faulty, differs from an earlier
   * one, or comes after something that names whom it defines.
   */
  define(definition: SourceUser | SourceGroup): string | undefined {
    return definition.kind === "user" ? this.#defineUser(definition) : this.#defineGroup(definition);
  }

  /**
   * Asks the user map of all who are named and were not asked of before, members and owners of groups included; to be
   * called before {@link id}. Undefined: there is nothing to wait for.
   *
   * @throws PrimepackError USER_MAP_FAILED, also as a rejection.
   */
  prepare(refs: Iterable<PrincipalRef>): Promise<void> | undefined {
    const mapping = this.#mapping;
    if (mapping === undefined) return undefined;
    const users = new Map<string, SourceUser>();
    const open = [...refs];
    for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
      if (typeof ref === "string") {
        if (this.#writtenIds.has(ref)) continue;
        const key = personKey(ref);
        if (!isSystemGroup(ref) && !mapping.isAnswered(key)) users.set(key, this.#sourceUser(key, ref));
      } else {
        for (const named of this.#namedBy(ref.group)) open.push(named);
      }
    }
    return users.size === 0 ? undefined : mapping.ask(users);
  }

  /** The number of a user or group, given at first use; undefined for a group that SharePoint makes itself. */
  id(ref: PrincipalRef): PrincipalId | undefined {
    if (typeof ref === "string") return this.#writtenIds.get(ref) ?? this.#userId(ref);
    const opened: [PrincipalId, SourceGroup][] = [];
    const id = this.#groupId(ref.group, opened);
    // The list grows while groups are found that own those in it.
    for (const [groupId, group] of opened) this.#groups.set(groupId, this.#planGroup(groupId, group, opened));
    return id;
  }

  /**
   * {@link id} of whom something is granted, or who is in a group. Undefined also for an unmapped user for whom another
   * person stands: who signs for the unmapped must not come to their rights.
   */
  grantee(ref: PrincipalRef): PrincipalId | undefined {
    const id = this.id(ref);
    const standIn = typeof ref === "string" ? this.#standIns.get(personKey(ref)) : undefined;
    if (standIn === undefined) return id;
    if (!standIn.told) {
      standIn.told = true;
      this.#warn(
        "GRANTEE_UNMAPPED",
        `Cannot grant anything to a user for whom another person stands as the rights would be that person's: current value is ${JSON.stringify(ref)}`,
      );
    }
    return undefined;
  }

  /** These users and groups and all whom the groups name, in turn; each list in the order of the numbers. */
  closure(ids: Iterable<PrincipalId>): { users: PlannedUser[]; groups: PlannedGroup[] } {
    const found = new Set(ids);
    const users: PlannedUser[] = [];
    const groups: PlannedGroup[] = [];
    // A set that is walked gives what is added on the way too.
    for (const id of found) {
      const user = this.#users.get(id);
      const group = this.#groups.get(id);
      if (user !== undefined) users.push(user);
      else if (group === undefined) throw unknownId(id);
      else {
        groups.push(group);
        if (group.owner !== undefined) found.add(group.owner);
        for (const member of group.members) found.add(member);
      }
    }
    return { users: users.sort(byId), groups: groups.sort(byId) };
  }

  /** What there is to tell since the last call. */
  takeWarnings(): readonly PeopleWarning[] {
    const warnings = this.#warnings;
    this.#warnings = [];
    return warnings;
  }

  #defineUser(user: SourceUser): string | undefined {
    const fault = userFault(user);
    if (fault !== undefined) return fault;
    const key = personKey(user.login);
    const before = this.#definedUsers.get(key);
    if (before !== undefined) return isSame(before, user) ? undefined : differs("user", user.login);
    if (this.#userIds.has(key) || this.#mapping?.has(key)) return late("user", user.login);
    this.#definedUsers.set(key, user);
    return undefined;
  }

  #defineGroup(group: SourceGroup): string | undefined {
    const fault = groupFault(group);
    if (fault !== undefined) return fault;
    if (isSystemGroup(group.name)) return undefined;
    const key = caseFold(group.name);
    const before = this.#definedGroups.get(key);
    if (before !== undefined) return isSame(before, group) ? undefined : differs("group", group.name);
    if (this.#groupIds.has(key) || this.#prepared.has(key)) return late("group", group.name);
    this.#definedGroups.set(key, group);
    return undefined;
  }

  /** Those whom a group names whose members were not asked of before. */
  #namedBy(name: string): readonly PrincipalRef[] {
    const key = caseFold(name);
    if (this.#prepared.has(key) || isSystemGroup(name)) return [];
    this.#prepared.add(key);
    const group = this.#definedGroups.get(key);
    if (group === undefined) return [];
    const users = group.members.filter((member) => typeof member === "string");
    return group.owner === undefined ? users : [...users, group.owner];
  }

  #userId(login: string): PrincipalId | undefined {
    if (isSystemGroup(login)) return this.#dropSystemGroup(login);
    const key = personKey(login);
    const id = this.#userIds.get(key) ?? this.#targetId(key, this.#sourceUser(key, login));
    this.#userIds.set(key, id);
    this.#writtenIds.set(login, id);
    return id;
  }

  #targetId(key: string, source: SourceUser): PrincipalId {
    const mapped = this.#mapping?.answer(key);
    if (mapped !== undefined) return this.#number(fromMapped(mapped, source));
    if (isSystemAccount(source.login)) return this.#number(asItIs(source));
    const unmapped = this.#unmapped;
    if (this.#mapping !== undefined) this.#warnUnmapped(source.login);
    if (unmapped === "keep") return this.#number(asItIs(source));
    if (unmapped === "defaultAuthor" || unmapped.login !== undefined) this.#standIns.set(key, { told: false });
    if (unmapped === "defaultAuthor") return DEFAULT_AUTHOR;
    // All unmapped become this one user, who has nothing of the first of them.
    const { login } = unmapped;
    return this.#number(fromMapped(unmapped, login === undefined ? source : { kind: "user", login }));
  }

  #sourceUser(key: string, login: string): SourceUser {
    return this.#definedUsers.get(key) ?? { kind: "user", login };
  }

  /** The number of the user of this login in the target, who is made if there is none. */
  #number(user: Omit<PlannedUser, "id" | "systemId"> & { readonly systemId?: string }): PrincipalId {
    const key = personKey(user.login);
    const known = this.#targetIds.get(key);
    if (known !== undefined) return known;
    const id = this.#next();
    this.#targetIds.set(key, id);
    this.#users.set(id, { ...user, id, systemId: user.systemId ?? Buffer.from(user.login).toString("base64") });
    return id;
  }

  /** The number of a group; a new one goes to `opened`, to be planned. */
  #groupId(name: string, opened: [PrincipalId, SourceGroup][]): PrincipalId | undefined {
    if (isSystemGroup(name)) return this.#dropSystemGroup(name);
    const key = caseFold(name);
    const known = this.#groupIds.get(key);
    if (known !== undefined) return known;
    const id = this.#next();
    this.#groupIds.set(key, id);
    opened.push([id, this.#definedGroups.get(key) ?? this.#emptyGroup(name)]);
    return id;
  }

  #emptyGroup(name: string): SourceGroup {
    this.#warn(
      "GROUP_UNDEFINED",
      `Cannot tell the members of a group as the source doesn't define it: current value is ${JSON.stringify(name)}`,
    );
    return { kind: "group", name, members: [] };
  }

  #planGroup(id: PrincipalId, group: SourceGroup, opened: [PrincipalId, SourceGroup][]): PlannedGroup {
    const { owner: ref, members } = group;
    const owner = typeof ref === "object" ? this.#groupId(ref.group, opened) : this.#ownerId(ref);
    const ids = members.map((member) => this.#memberId(member, group)).filter((member) => member !== undefined);
    return {
      id,
      name: group.name,
      ...(owner === undefined ? {} : { owner }),
      ownerIsUser: owner === undefined || typeof ref === "string",
      members: [...new Set(ids)],
      ...settingsOf(group),
    };
  }

  #ownerId(login: string | undefined): PrincipalId | undefined {
    return login === undefined ? undefined : this.grantee(login);
  }

  #memberId(member: PrincipalRef, group: SourceGroup): PrincipalId | undefined {
    if (typeof member === "string") return this.grantee(member);
    if (isSystemGroup(member.group)) return this.#dropSystemGroup(member.group);
    this.#warn(
      "GROUP_MEMBER_DROPPED",
      `Cannot make ${JSON.stringify(member.group)} a member of a group as SharePoint groups hold no others: current value is ${JSON.stringify(group.name)}`,
    );
    return undefined;
  }

  #dropSystemGroup(name: string): undefined {
    const key = caseFold(name);
    if (this.#systemGroups.has(key)) return undefined;
    this.#systemGroups.add(key);
    this.#warn(
      "SYSTEM_GROUP_DROPPED",
      `Cannot package a group as SharePoint makes it itself: current value is ${JSON.stringify(name)}`,
    );
    return undefined;
  }

  #warnUnmapped(login: string): void {
    const unmapped = this.#unmapped;
    const instead =
      unmapped === "keep"
        ? "the login is kept"
        : unmapped === "defaultAuthor"
          ? "the default author stands for it"
          : `it becomes ${unmapped.login === undefined ? "a deleted account" : JSON.stringify(unmapped.login)}`;
    this.#warn(
      "USER_UNMAPPED",
      `Cannot map a user as the user map doesn't know it (${instead}): current value is ${JSON.stringify(login)}`,
    );
  }

  #warn(code: Code, message: string): void {
    this.#warnings.push({ code, message });
  }

  #next(): PrincipalId {
    const id = this.#nextId;
    this.#nextId = id + 1 === SYSTEM_ACCOUNT ? id + 2 : id + 1;
    return id;
  }
}

type UnnumberedUser = Omit<PlannedUser, "id" | "systemId"> & { readonly systemId?: string };

/** A user of the source as one of the target. */
function asItIs(source: SourceUser): UnnumberedUser {
  const { login, name, email, isDomainGroup = isGroupClaim(login), isDeleted, systemId, flags } = source;
  return {
    name: name || login,
    login: targetLogin(login, isDomainGroup),
    ...(email === undefined ? {} : { email }),
    ...(isDomainGroup ? { isDomainGroup } : {}),
    ...(isDeleted === undefined ? {} : { isDeleted }),
    ...(systemId === undefined ? {} : { systemId }),
    ...(flags === undefined ? {} : { flags }),
    ...ofThePerson(source),
  };
}

/** What the source knows of the account (address, system id, flags, deletion) is not so of the target's. */
function fromMapped(mapped: MappedUser, source: SourceUser): UnnumberedUser {
  if (mapped.to === "deleted") {
    const { systemId: _, ...moved } = source;
    const kept = asItIs(mapped.login === undefined ? source : { ...moved, login: mapped.login });
    return { ...kept, name: mapped.name ?? (source.name || source.login), isDeleted: true };
  }
  const isDomainGroup = mapped.to === "group" || isGroupClaim(mapped.login);
  return {
    name: mapped.name ?? (source.name || mapped.login),
    login: targetLogin(mapped.login, isDomainGroup),
    ...("email" in mapped && mapped.email !== undefined ? { email: mapped.email } : {}),
    ...(isDomainGroup ? { isDomainGroup } : {}),
    ...ofThePerson(source),
  };
}

function ofThePerson({ isSiteAdmin, mobilePhone }: SourceUser): Pick<PlannedUser, "isSiteAdmin" | "mobilePhone"> {
  return {
    ...(isSiteAdmin === undefined ? {} : { isSiteAdmin }),
    ...(mobilePhone === undefined ? {} : { mobilePhone }),
  };
}

function settingsOf(group: SourceGroup): Omit<PlannedGroup, "id" | "name" | "owner" | "ownerIsUser" | "members"> {
  const { description, requestToJoinLeaveEmailSetting } = group;
  const { onlyAllowMembersViewMembership, allowMembersEditMembership } = group;
  const { allowRequestToJoinLeave, autoAcceptRequestToJoinLeave } = group;
  return {
    ...(description === undefined ? {} : { description }),
    ...(onlyAllowMembersViewMembership === undefined ? {} : { onlyAllowMembersViewMembership }),
    ...(allowMembersEditMembership === undefined ? {} : { allowMembersEditMembership }),
    ...(allowRequestToJoinLeave === undefined ? {} : { allowRequestToJoinLeave }),
    ...(autoAcceptRequestToJoinLeave === undefined ? {} : { autoAcceptRequestToJoinLeave }),
    ...(requestToJoinLeaveEmailSetting === undefined ? {} : { requestToJoinLeaveEmailSetting }),
  };
}

function isSame(one: SourceUser | SourceGroup, other: SourceUser | SourceGroup): boolean {
  return isDeepStrictEqual(one, other);
}

function differs(what: string, name: string): string {
  return `another definition of the ${what} came before: current value is ${JSON.stringify(name)}`;
}

function late(what: string, name: string): string {
  return `something named the ${what} before its definition: current value is ${JSON.stringify(name)}`;
}

function unknownId(id: PrincipalId): PrimepackError {
  return new PrimepackError(
    "INTERNAL",
    `Cannot look up a user or group as numbers are given by People: current value is ${id}`,
  );
}

function byId(one: { readonly id: PrincipalId }, other: { readonly id: PrincipalId }): number {
  return one.id - other.id;
}
