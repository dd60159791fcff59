import type {
  Attachment,
  FieldValue,
  FileVersion,
  ItemComment,
  ItemDetails,
  ListItemVersion,
  Moderation,
  PrincipalRef,
  PropertyValue,
  RoleGrant,
  SerializedElement,
  SharingEvent,
  SourceContent,
  SourceFile,
  SourceFolder,
  SourceItem,
  SourceListItem,
  TermValue,
  VersionDetails,
} from "@primepack/core";
import fc from "fast-check";

/** Names that SharePoint takes as they are, with what XML and URLs have to escape. */
const names = ["plain", "R&D #1 100%", "naïve 日本語", "it's <not> here".replace(/[<>]/g, "_"), "a+b=c;d,e", "😀"];

const nastyTexts = [
  "",
  " ",
  "  x  ",
  "<&>\"'",
  "]]>",
  "a\r\nb\tc",
  "\u{1F600}",
  "_x0041_",
  "a;#b",
  "&amp;",
  "é e\u0301",
];
const anyText = () => fc.oneof(fc.constantFrom(...nastyTexts), fc.string({ unit: "grapheme", maxLength: 12 }));
const aWord = () => fc.stringMatching(/^[A-Za-z][A-Za-z0-9 ]{0,9}[A-Za-z0-9]$/);
const seconds = () =>
  fc
    .date({ min: new Date("1900-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true })
    .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000));
const milliseconds = () =>
  fc.date({ min: new Date("1900-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true });
const anyBytes = () => fc.uint8Array({ maxLength: 40 });
const aNumber = () => fc.double({ noNaN: true, noDefaultInfinity: true });
const aGuid = () => fc.uuid({ version: 4 });

/** Logins of the people in a {@link randomSource}: some are defined with all that a user may have, some not at all. */
const logins = [1, 2, 3, 4, 5].map((number) => `i:0#.f|membership|person${number}@contoso.com`);
const domainGroup = "c:0t.c|tenant|aaaaaaaa-0000-4000-8000-00000000000a";
const groups = ["Owners & friends", "Readers"];

/** Makes up a source that uses everything which items may carry: what comes out of a package must be the same. */
export class RandomSource {
  readonly #draw: fc.GeneratorValue;
  readonly #kind: "library" | "list";
  #count = 0;

  constructor(draw: fc.GeneratorValue, kind: "library" | "list") {
    this.#draw = draw;
    this.#kind = kind;
  }

  items(): SourceItem[] {
    const definitions: SourceItem[] = [
      {
        kind: "user",
        login: logins[0] ?? "",
        name: this.#word(),
        email: "person1@contoso.com",
        isSiteAdmin: this.#flag(),
        isDeleted: this.#flag(),
        systemId: "AAAA",
        mobilePhone: "+1 2",
        flags: 144,
      },
      { kind: "user", login: domainGroup, name: "All of them", isDomainGroup: true },
      {
        kind: "group",
        name: groups[0] ?? "",
        description: this.#text(),
        owner: logins[1] ?? "",
        members: [logins[2] ?? "", domainGroup],
        onlyAllowMembersViewMembership: this.#flag(),
        allowMembersEditMembership: this.#flag(),
        allowRequestToJoinLeave: this.#flag(),
        autoAcceptRequestToJoinLeave: this.#flag(),
        requestToJoinLeaveEmailSetting: "a@contoso.com",
      },
      { kind: "group", name: groups[1] ?? "", owner: { group: groups[0] ?? "" }, members: [] },
    ];
    const list: SourceItem[] = this.#flag() ? [{ kind: "list", path: [], permissions: this.#grants() }] : [];
    const deletions: SourceItem[] = this.#flag()
      ? [{ kind: "deletion", of: this.#kind === "list" ? "item" : "file", path: ["gone.txt"], id: this.#guid() }]
      : [];
    return [...definitions, ...list, ...this.#folderContent([], 0), ...deletions];
  }

  #folderContent(path: readonly string[], depth: number): SourceItem[] {
    const items: SourceItem[] = [];
    for (let left = this.#number(0, 3); left > 0; left -= 1) {
      this.#count += 1;
      const name = `${this.#one(names)} ${this.#count}`;
      if (depth < 3 && this.#number(0, 2) === 0) {
        items.push(this.#folder([...path, name]), ...this.#folderContent([...path, name], depth + 1));
      } else if (this.#kind === "list") items.push(this.#listItem([...path, name]));
      else items.push(this.#file([...path, `${name}.txt`]));
    }
    return items;
  }

  #folder(path: readonly string[]): SourceFolder {
    return {
      kind: "folder",
      path,
      ...this.#details(),
      ...this.#maybe("contentTypeId", () => "0x012000ABCDEF"),
      ...this.#maybe("progId", () => "SharePoint.OneNote"),
      ...this.#maybe("properties", () => this.#properties()),
    };
  }

  #file(path: readonly string[]): SourceFile {
    const content = this.#content();
    return {
      kind: "file",
      path,
      ...content,
      ...this.#details(),
      ...this.#sharing(),
      ...this.#maybe("contentTypeId", () => "0x010100ABCDEF"),
      ...this.#maybe("versions", () => this.#versions((): FileVersion => ({ ...this.#content(), ...this.#older() }))),
      ...this.#maybe("checkinComment", () => this.#text()),
      ...this.#maybe("properties", () => this.#properties()),
      ...this.#maybe("webParts", () => [webPart(this.#text())]),
      ...this.#maybe("versionEvents", () => [versionEvent]),
    };
  }

  #listItem(path: readonly string[]): SourceListItem {
    return {
      kind: "item",
      path,
      ...this.#details(),
      ...this.#sharing(),
      ...this.#maybe("contentTypeId", () => "0x0100ABCDEF"),
      ...this.#maybe("versions", () => this.#versions((): ListItemVersion => this.#older())),
      ...this.#maybe("attachments", () => this.#some(2, (index) => this.#attachment(index))),
    };
  }

  /** What every item may carry; dates are always given, as what is missing is made up from the others. */
  #details(): ItemDetails {
    return {
      ...this.#common(),
      created: this.#draw(seconds),
      modified: this.#draw(seconds),
      ...this.#maybe("version", () => `${this.#number(2000, 3000)}.${this.#number(0, 511)}`),
      ...this.#maybe("id", () => this.#guid()),
      ...this.#maybe("listItemId", () => this.#guid()),
      ...this.#maybe("permissions", () => this.#grants()),
      ...this.#maybe("retentionLabel", () => ({
        name: this.#word(),
        setBy: this.#user(),
        setAt: this.#draw(seconds),
        flags: this.#number(0, 5),
      })),
      ...this.#maybe("comments", () => this.#comments()),
      ...this.#maybe("links", () => [link]),
      ...this.#maybe("eventReceivers", () => [eventReceiver]),
    };
  }

  #common(): VersionDetails {
    return {
      ...this.#maybe("author", () => this.#user()),
      ...this.#maybe("modifiedBy", () => this.#user()),
      ...this.#maybe("fields", () => this.#fields()),
      ...this.#maybe("moderation", () => ({
        status: this.#one<Moderation["status"]>(["Approved", "Denied", "Pending", "Draft", "Scheduled"]),
        ...this.#maybe("comment", () => this.#text()),
      })),
    };
  }

  #older(): Pick<FileVersion, "checkinComment" | "properties"> & ListItemVersion {
    return {
      ...this.#common(),
      modified: this.#draw(seconds),
      ...(this.#kind === "list"
        ? {}
        : {
            ...this.#maybe("checkinComment", () => this.#text()),
            ...this.#maybe("properties", () => this.#properties()),
          }),
    };
  }

  /** One or more, with labels that go up or none. */
  #versions<T extends VersionDetails>(make: () => T): T[] {
    return this.#some(3, make).map((version, index) =>
      this.#flag() ? { ...version, version: `${(index + 1) * 7}.${this.#number(0, 511)}` } : version,
    );
  }

  #content(): { size: number; content: SourceContent } {
    const bytes = this.#draw(anyBytes);
    const kind = this.#number(0, 1);
    if (kind === 0) return { size: bytes.length, content: bytes.slice() };
    const chunks = [bytes.slice(0, 7), bytes.slice(7)];
    return {
      size: bytes.length,
      content: {
        async *open() {
          for (const chunk of chunks) yield chunk.slice();
        },
      },
    };
  }

  #attachment(index: number): Attachment {
    return {
      name: `${this.#one(names)} ${index}.bin`,
      ...this.#content(),
      author: this.#user(),
      modifiedBy: this.#user(),
      created: this.#draw(seconds),
      modified: this.#draw(seconds),
    };
  }

  #sharing(): { sharing?: readonly SharingEvent[] } {
    return this.#maybe("sharing", () =>
      this.#some(2, () => ({
        time: this.#draw(milliseconds),
        initiator: this.#user(),
        sharedBy: this.#user(),
        sharedWith: [...new Set(this.#some(2, () => this.#user()))],
      })),
    );
  }

  #comments(): ItemComment[] {
    return this.#some(2, (index) => ({
      id: `${index + 1}`,
      ...(index === 0 ? {} : { parentId: "1" }),
      text: this.#text(),
      author: this.#user(),
      created: this.#draw(milliseconds),
      ...this.#maybe("uiVersion", () => 512),
    }));
  }

  /** Never those of another object, as a scope that doesn't differ from the one above is not written. */
  #grants(): RoleGrant[] {
    this.#count += 1;
    const own: RoleGrant = { principal: this.#principal(), role: { id: 1_900_000_000 + this.#count } };
    return [own, ...this.#some(2, () => ({ principal: this.#principal(), role: this.#one(["Read", "Contribute"]) }))];
  }

  #fields(): FieldValue[] {
    return this.#some(4, (index) => {
      const name = `Column${index}`;
      const noteField = { name: `Note${index}`, fieldId: this.#guid() };
      const listId = this.#guid();
      const field = this.#one<() => FieldValue>([
        () => ({ name, type: this.#one(["Text", "Note", "Choice"]), value: this.#text() }),
        () => ({ name, type: "MultiChoice", value: this.#some(3, () => this.#word()) }),
        () => ({ name, type: this.#one(["Number", "Currency"]), value: this.#draw(aNumber) }),
        () => ({ name, type: this.#one(["Integer", "Counter"]), value: this.#number(-2_147_483_648, 2_147_483_647) }),
        () => ({ name, type: "Boolean", value: this.#flag() }),
        () => ({ name, type: "DateTime", value: this.#draw(seconds) }),
        () => ({
          name,
          type: "URL",
          value: { url: `https://a/${this.#word()}`, ...this.#maybe("description", () => this.#text()) },
        }),
        () => ({ name, type: "User", value: this.#principal() }),
        () => ({ name, type: "UserMulti", value: distinct(this.#some(3, () => this.#principal())) }),
        () => ({ name, type: "Lookup", value: { itemId: this.#number(1, 99), listId } }),
        () => ({ name, type: "LookupMulti", value: { itemIds: this.#some(3, () => this.#number(1, 99)), listId } }),
        () => ({ name, type: "TaxonomyFieldType", value: this.#term(), noteField }),
        () => ({ name, type: "TaxonomyFieldTypeMulti", value: this.#some(3, () => this.#term()), noteField }),
        () => ({ name, type: "raw", fieldType: "Computed", value: this.#text(), value2: this.#text() }),
      ])();
      return { ...field, ...this.#maybe("fieldId", () => this.#guid()) };
    });
  }

  #term(): TermValue {
    return { label: this.#word(), termGuid: this.#guid(), wssId: this.#number(-1, 9) };
  }

  #properties(): PropertyValue[] {
    return this.#some(2, (index) => ({
      name: `vti_${index}`,
      value: this.#text(),
      ...this.#maybe("value2", () => this.#text()),
      ...this.#maybe("type", () => "Integer" as const),
      ...this.#maybe("access", () => "ReadOnly" as const),
    }));
  }

  #user(): string {
    return this.#one(logins);
  }

  #principal(): PrincipalRef {
    return this.#one<PrincipalRef>([...logins, domainGroup, ...groups.map((group) => ({ group }))]);
  }

  /** One to `most`. */
  #some<T>(most: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.#number(1, most) }, (_, index) => make(index));
  }

  #maybe<Name extends string, T>(name: Name, make: () => T): { readonly [name in Name]?: T } {
    return this.#flag() ? ({ [name]: make() } as { readonly [name in Name]: T }) : {};
  }

  #one<T>(values: readonly T[]): T {
    return values[this.#number(0, values.length - 1)] as T;
  }

  #number(min: number, max: number): number {
    return this.#draw(fc.integer, { min, max });
  }

  #flag(): boolean {
    return this.#draw(fc.boolean);
  }

  #text(): string {
    return this.#draw(anyText);
  }

  #word(): string {
    return this.#draw(aWord);
  }

  #guid(): string {
    return this.#draw(aGuid);
  }
}

function distinct(refs: readonly PrincipalRef[]): PrincipalRef[] {
  return [...new Map(refs.map((ref) => [JSON.stringify(ref), ref])).values()];
}

const link: SerializedElement = {
  name: "Link",
  attributes: { TargetId: "dddddddd-0000-4000-8000-00000000000d", TargetUrl: "/a?b&c", IsDirty: "false", Level: "1" },
  children: [],
};

const eventReceiver: SerializedElement = {
  name: "EventReceiver",
  attributes: {
    Id: "eeeeeeee-0000-4000-8000-00000000000e",
    Name: "On add",
    WebId: "a1111111-0000-4000-8000-000000000001",
    HostId: "b2222222-0000-4000-8000-000000000002",
    HostType: "List",
    Synchronization: "Synchronous",
    Type: "ItemAdded",
    SequenceNumber: "10000",
  },
  children: [],
};

const versionEvent: SerializedElement = {
  name: "VersionEvent",
  attributes: { Id: "1", UIVersion: "512", Type: "2", Time: "2024-01-02T03:04:05" },
  children: [],
};

function webPart(text: string): SerializedElement {
  return {
    name: "WebPart",
    attributes: { Id: "ffffffff-0000-4000-8000-00000000000f", Title: text },
    children: [{ name: "Inner", attributes: { a: "1" }, children: [], text: "body" }],
  };
}
