import { systemAccount, systemAccountId } from "../site/site-people.ts";
import type { SiteState } from "../site/site-state.ts";
import type { Principal } from "../site/types.ts";
import { demand, Fault, fatal } from "./fault.ts";
import { refuseChild, validate, validateAttributes } from "./schema.ts";
import { group, user, userGroupNamespace } from "./side-schemas.ts";
import { isTrue } from "./simple-types.ts";
import { childrenNamed, type Element, readXml } from "./xml-reader.ts";

/** A warning on the way. */
export type Warn = (message: string, about?: { readonly id?: string; readonly objectType?: string }) => void;

interface PendingGroup {
  readonly id: number;
  readonly element: Element;
}

const integer = /^[+-]?\d+$/;
const settingNames = [
  ...["Description", "OnlyAllowMembersViewMembership", "AllowMembersEditMembership"],
  ...["AllowRequestToJoinLeave", "AutoAcceptRequestToJoinLeave", "RequestToJoinLeaveEmailSetting"],
];

/** The user map of a package: whom its ids stand for. */
export class JobPeople {
  readonly #byId = new Map<number, Principal>([[systemAccountId, systemAccount]]);
  readonly #userIds = new Set<number>([systemAccountId]);
  readonly #logins = new Set<string>();
  readonly #groups: PendingGroup[] = [];
  readonly #unknown = new Set<string>();
  readonly #warn: Warn;

  private constructor(warn: Warn) {
    this.#warn = warn;
  }

  /** Reads `UserGroup.xml` and makes its people and groups known to the site. */
  static async read(bytes: AsyncIterable<Uint8Array>, name: string, site: SiteState, warn: Warn): Promise<JobPeople> {
    const people = new JobPeople(warn);
    let root: Element | undefined;
    for await (const part of readXml(bytes, 3, name)) {
      if (part.type === "open") {
        if (part.depth === 1) root = part.element;
        people.#container(part.element, part.depth, root);
      } else await people.#record(part.element, part.parents[1], site);
    }
    for (const pending of people.#groups) await people.#makeGroup(pending, site);
    return people;
  }

  /** Whom an `Author`, `ModifiedBy` and the like name; an id that the map lacks is credited to who runs the import. */
  author(id: string | undefined): Principal | undefined {
    if (id === undefined || id === "") return undefined;
    const known = this.find(id);
    if (known) return known;
    if (!this.#unknown.has(id)) {
      this.#unknown.add(id);
      this.#warn(`The user '${id}' is not in the user map; falling back to ${systemAccount.name}.`);
    }
    return systemAccount;
  }

  find(id: string): Principal | undefined {
    return integer.test(id.trim()) ? this.#byId.get(Number(id)) : undefined;
  }

  #container(element: Element, depth: number, root: Element | undefined): void {
    const isRoot = depth === 1;
    if (isRoot && (element.name !== "UserGroupMap" || element.namespace !== userGroupNamespace)) {
      throw fatal(`The '${element.namespace}:${element.name}' element is not declared.`, "schema");
    }
    const isKnown = isRoot || (["Users", "Groups"].includes(element.name) && element.namespace === userGroupNamespace);
    if (!isKnown) refuseChild(root ?? element, element);
    validateAttributes(element, { attributes: {}, content: { kind: "empty" } }, userGroupNamespace);
  }

  async #record(element: Element, container: Element | undefined, site: SiteState): Promise<void> {
    const expected = container?.name === "Users" ? "User" : "Group";
    if (element.name !== expected || element.namespace !== userGroupNamespace)
      refuseChild(container ?? element, element);
    validate(element, expected === "User" ? user : group, userGroupNamespace);
    const id = this.#newId(element);
    if (expected === "Group") this.#groups.push({ id, element });
    else await this.#makeUser(id, element, site);
  }

  #newId(element: Element): number {
    const text = element.attributes.Id ?? "";
    if (!integer.test(text.trim())) throw fatal(`Input string was not in a correct format: Id '${text}'.`, "format");
    const id = Number(text);
    if (this.#byId.has(id) || this.#groups.some((pending) => pending.id === id)) {
      throw fatal(`An item with the same key has already been added: Id ${id} of the user map.`, "argument");
    }
    return id;
  }

  async #makeUser(id: number, element: Element, site: SiteState): Promise<void> {
    const { Login = "", SystemId, IsDomainGroup } = element.attributes;
    if (SystemId === undefined) {
      throw fatal(`DeserializeUserGroupMap: The required attribute 'SystemId' is missing: user '${Login}'.`);
    }
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(SystemId)) {
      throw fatal(`The input is not a valid Base-64 string: SystemId of user '${Login}'.`, "format");
    }
    const person = personOf(Login, isTrue(IsDomainGroup));
    if (this.#logins.has(person)) {
      throw fatal(`The user '${Login}' appears more than once in the user map.`, "argument");
    }
    this.#logins.add(person);
    this.#userIds.add(id);
    this.#byId.set(id, await this.#ensured(id, SystemId !== "", element, site));
  }

  async #ensured(id: number, hasSystemId: boolean, element: Element, site: SiteState): Promise<Principal> {
    const { Name = "", Login = "", Email = "", IsDeleted, IsDomainGroup, IsSiteAdmin } = element.attributes;
    if (Login.toLowerCase() === "sharepoint\\system") return systemAccount;
    if (!isResolvable(Login) && !isTrue(IsDeleted)) {
      const about = { id: `${id}`, objectType: "" };
      if (!hasSystemId) {
        this.#warn(`Failed to ensure user '${Login}'`, about);
        return systemAccount;
      }
      const fallback = "attributes from the SiteUsers; falling back to passed in values";
      this.#warn(`Failed to retrieve user '${Login}' ${fallback}`, about);
    }
    await site.ensureUser({
      title: Name,
      login: Login,
      email: Email,
      isDeleted: isTrue(IsDeleted),
      isDomainGroup: isTrue(IsDomainGroup),
      isSiteAdmin: isTrue(IsSiteAdmin),
    });
    return { kind: "user", login: Login, name: Name, ...(Email === "" ? {} : { email: Email }) };
  }

  async #makeGroup({ id, element }: PendingGroup, site: SiteState): Promise<void> {
    const { Name = "", Owner = "", OwnerIsUser } = element.attributes;
    if (/^SharingLinks\.|^Limited Access System Group/.test(Name)) {
      this.#warn(`The group '${Name}' is made by the system and is not imported.`, { id: `${id}`, objectType: "" });
      return;
    }
    this.#byId.set(id, { kind: "group", name: Name });
    try {
      const members = childrenNamed(element, "Member").map((member) =>
        this.#member(member.attributes.UserId ?? "", Name),
      );
      const ownerIsKnown = isTrue(OwnerIsUser)
        ? this.#userIds.has(Number(Owner))
        : this.#groups.some((other) => `${other.id}` === Owner.trim());
      demand(ownerIsKnown, `The owner '${Owner}' of the group '${Name}' is not in the user map.`);
      const owner = this.find(Owner) ?? this.#groupNamed(Owner);
      const settings = Object.fromEntries(
        settingNames.flatMap((name) => {
          const value = element.attributes[name];
          return value === undefined ? [] : [[name, value]];
        }),
      );
      await site.ensureGroup({ name: Name, owner, members, settings });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      throw fatal(`DeserializeUserGroupMap: ${error.message}`, "sharePoint", error);
    }
  }

  #groupNamed(id: string): Principal {
    const pending = this.#groups.find((other) => `${other.id}` === id.trim());
    return { kind: "group", name: pending?.element.attributes.Name ?? "" };
  }

  #member(id: string, group: string): Principal {
    const principal = this.find(id);
    demand(
      principal !== undefined && this.#userIds.has(Number(id)),
      `The member '${id}' of the group '${group}' is not a user of the user map.`,
    );
    return principal;
  }
}

/** Accounts of the directory have claims logins; the directory of the emulator knows all of these. */
function isResolvable(login: string): boolean {
  return /^[ic]:0/i.test(login);
}

/** Two logins of one person share the name that stands after the last `|`. */
function personOf(login: string, isDomainGroup: boolean): string {
  const name = login.slice(login.lastIndexOf("|") + 1).toLowerCase();
  return !isDomainGroup && name.includes("@") ? name : login.toLowerCase();
}
