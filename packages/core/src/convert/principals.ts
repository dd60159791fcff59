import type { PrincipalRef, SourceGroup, SourceUser } from "../model/index.ts";
import type { XmlElement } from "../xml/index.ts";
import { defined } from "./defined.ts";
import type { Dropped } from "./dropped.ts";

/** May be used without an entry in UserGroup.xml (package format, 6). */
const SYSTEM_ACCOUNT_ID = "1073741823";
const SYSTEM_ACCOUNT_LOGIN = "SHAREPOINT\\system";

/**
 * Whom the numbers of an export's UserGroup.xml mean.
 *
 * The packages of a run number alike, so that their users are kept once; where a number means another in one of them,
 * that one keeps its own meaning. Memory grows with the users and groups.
 */
export class Principals {
  readonly #dropped: Dropped;
  /** With the package that gave the number first. */
  readonly #shared: Map<string, { readonly ref: PrincipalRef; readonly place: number }> = new Map([
    [SYSTEM_ACCOUNT_ID, { ref: SYSTEM_ACCOUNT_LOGIN, place: -1 }],
  ]);
  readonly #own: Map<number, Map<string, PrincipalRef>> = new Map();
  readonly #users: Map<string, SourceUser> = new Map();
  readonly #groups: Map<string, () => SourceGroup> = new Map();

  constructor(dropped: Dropped) {
    this.#dropped = dropped;
  }

  /** Takes the records of one UserGroup.xml. `place` is the number of its package. */
  async read(records: AsyncIterable<XmlElement>, place: number): Promise<void> {
    for await (const { name, children } of records) {
      for (const element of children) {
        if (name === "Users" && element.name === "User") this.#user(element, place);
        else if (name === "Groups" && element.name === "Group") this.#group(element, place);
        else this.#dropped.add(`element ${name}/${element.name}`);
      }
    }
  }

  /** Undefined for a number that the package doesn't tell of. */
  find(id: string, place: number): PrincipalRef | undefined {
    return this.#own.get(place)?.get(id) ?? this.#shared.get(id)?.ref;
  }

  users(): Iterable<SourceUser> {
    return this.#users.values();
  }

  *groups(): Generator<SourceGroup, void, undefined> {
    for (const group of this.#groups.values()) yield group();
  }

  #user({ attributes }: XmlElement, place: number): void {
    const { Id: id, Login: login, Name: name, Email: email, SystemId: systemId, MobilePhone: mobilePhone } = attributes;
    if (!id || !login) {
      this.#dropped.add("user without Id or Login");
      return;
    }
    if (!this.#remember(id, copied(login), place)) return;
    const key = login.toLowerCase();
    if (this.#users.has(key)) return;
    const flags = Number(attributes.Flags);
    this.#users.set(
      copied(key),
      copied(
        defined<SourceUser>({
          kind: "user",
          login,
          name: name || undefined,
          email: email || undefined,
          isDomainGroup: isTrue(attributes.IsDomainGroup) || undefined,
          isSiteAdmin: isTrue(attributes.IsSiteAdmin) || undefined,
          isDeleted: isTrue(attributes.IsDeleted) || undefined,
          systemId: systemId || undefined,
          mobilePhone: mobilePhone || undefined,
          flags: Number.isSafeInteger(flags) && flags !== 0 ? flags : undefined,
        }),
      ),
    );
  }

  #group({ attributes, children }: XmlElement, place: number): void {
    const { Id: id, Name: name } = attributes;
    if (!id || !name) {
      this.#dropped.add("group without Id or Name");
      return;
    }
    if (!this.#remember(id, copied({ group: name }), place)) return;
    const key = name.toLowerCase();
    if (this.#groups.has(key)) return;
    const kept = copied({ attributes, members: children.map((member) => member.attributes.UserId ?? "") });
    // Owners and members may come after the group.
    this.#groups.set(copied(key), () => this.#groupOf(kept.attributes, kept.members, place));
  }

  #groupOf(attributes: Readonly<Record<string, string>>, memberIds: readonly string[], place: number): SourceGroup {
    const members: PrincipalRef[] = [];
    for (const id of memberIds) {
      const member = this.find(id, place);
      if (member === undefined) this.#dropped.add("unknown member of a group");
      else members.push(member);
    }
    const owner = attributes.Owner === SYSTEM_ACCOUNT_ID ? undefined : this.find(attributes.Owner ?? "", place);
    return defined<SourceGroup>({
      kind: "group",
      name: attributes.Name ?? "",
      description: attributes.Description || undefined,
      owner,
      members,
      onlyAllowMembersViewMembership: booleanOf(attributes.OnlyAllowMembersViewMembership),
      allowMembersEditMembership: booleanOf(attributes.AllowMembersEditMembership),
      allowRequestToJoinLeave: booleanOf(attributes.AllowRequestToJoinLeave),
      autoAcceptRequestToJoinLeave: booleanOf(attributes.AutoAcceptRequestToJoinLeave),
      requestToJoinLeaveEmailSetting: attributes.RequestToJoinLeaveEmailSetting || undefined,
    });
  }

  /** False if the package gave the number to another before. */
  #remember(id: string, ref: PrincipalRef, place: number): boolean {
    const shared = this.#shared.get(id);
    if (shared === undefined) {
      this.#shared.set(copied(id), { ref, place });
      return true;
    }
    const own = this.#own.get(place);
    const before = own?.get(id) ?? shared.ref;
    if (isSame(before, ref)) return true;
    if (shared.place === place || own?.has(id)) {
      this.#dropped.add("second user or group of one Id");
      return false;
    }
    this.#own.set(place, (own ?? new Map<string, PrincipalRef>()).set(copied(id), ref));
    return true;
  }
}

/** A value that shares no memory with the text that it was read from. */
function copied<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function isSame(one: PrincipalRef, other: PrincipalRef): boolean {
  return JSON.stringify(one).toLowerCase() === JSON.stringify(other).toLowerCase();
}

function isTrue(text: string | undefined): boolean {
  return booleanOf(text) === true;
}

function booleanOf(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  const lower = text.trim().toLowerCase();
  if (lower === "true" || lower === "1") return true;
  return lower === "false" || lower === "0" ? false : undefined;
}
