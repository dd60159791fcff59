import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type {
  FieldValue,
  ItemDetails,
  PrincipalRef,
  PropertyValue,
  RoleGrant,
  SerializedElement,
  VersionDetails,
} from "../model/index.ts";
import { Misfit, parseJson } from "../table/index.ts";
import { type ContentReference, type InventoryItem, inventoryItem } from "./inventory-item.ts";

const schema: unknown = JSON.parse(
  readFileSync(new URL("../../schemas/inventory.schema.json", import.meta.url), "utf8"),
);
// The parts of the schema that are put together have their types where they are used.
const fitsSchema = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(schema as object);

/** The reader's item, or why there is none. */
function read(line: string): InventoryItem | Misfit {
  try {
    return inventoryItem(parseJson(line));
  } catch (reason) {
    if (reason instanceof Misfit) return reason;
    throw reason;
  }
}

// What `JSON.stringify` keeps, each with the keys that are there only.
const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 });
const anyText = fc.string({ unit: "binary", maxLength: 8 });
const date = fc.date({
  min: new Date("0000-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59.999Z"),
  noInvalidDate: true,
});
const guid = fc.oneof(
  fc.uuid(),
  fc.uuid().map((id) => `{${id.toUpperCase()}}`),
);
const int32 = fc.integer();
const itemId = fc.integer({ min: 1, max: 2_147_483_647 });
const size = fc.maxSafeNat();
const versionLabel = fc.tuple(fc.nat(9_999_999), fc.nat(511)).map(([major, minor]) => `${major}.${minor}`);
const few = <T>(element: fc.Arbitrary<T>) => fc.array(element, { maxLength: 3 });
const path = fc.array(fc.oneof(anyText, fc.constant("\udc80"), fc.constant("a/b")), { minLength: 1, maxLength: 4 });

const principal: fc.Arbitrary<PrincipalRef> = fc.oneof(name, fc.record({ group: name }));
const grant: fc.Arbitrary<RoleGrant> = fc.record({ principal, role: fc.oneof(name, fc.record({ id: int32 })) });
const elementName = fc.constantFrom("WebPart", "ns:Link", "_a-1.b", "constructor");
function elementOf(depth: number): fc.Arbitrary<SerializedElement> {
  return fc.record(
    {
      name: elementName,
      attributes: fc.dictionary(elementName, anyText, { maxKeys: 3, noNullPrototype: true }),
      children: depth === 0 ? fc.constant([]) : fc.array(elementOf(depth - 1), { maxLength: 2 }),
      text: anyText,
    },
    { requiredKeys: ["name", "attributes", "children"] },
  );
}
const element = elementOf(2);
const term = fc.record({ label: anyText, termGuid: guid, wssId: int32 }, { requiredKeys: ["label", "termGuid"] });
const noteField = fc.record({ name, fieldId: guid }, { requiredKeys: ["name"] });
const decimal = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  fc.constantFrom("-12.50", "123456789012345678901234567890.5", "0"),
);
const values: { readonly [Type in FieldValue["type"]]: fc.Arbitrary<object> } = {
  Text: fc.record({ value: anyText }),
  Note: fc.record({ value: anyText }),
  Choice: fc.record({ value: anyText }),
  MultiChoice: fc.record({ value: few(anyText) }),
  Number: fc.record({ value: decimal }),
  Currency: fc.record({ value: decimal }),
  Integer: fc.record({ value: fc.maxSafeInteger() }),
  Counter: fc.record({ value: fc.maxSafeInteger() }),
  Boolean: fc.record({ value: fc.boolean() }),
  DateTime: fc.record({ value: date }),
  URL: fc.record({ value: fc.record({ url: anyText, description: anyText }, { requiredKeys: ["url"] }) }),
  User: fc.record({ value: principal }),
  UserMulti: fc.record({ value: few(principal) }),
  Lookup: fc.record({ value: fc.record({ itemId, listId: guid }) }),
  LookupMulti: fc.record({ value: fc.record({ itemIds: few(itemId), listId: guid }) }),
  TaxonomyFieldType: fc.record({ value: term, noteField }),
  TaxonomyFieldTypeMulti: fc.record({ value: few(term), noteField }),
  raw: fc.record({ fieldType: anyText, value: anyText, value2: anyText }, { requiredKeys: [] }),
};
const field = fc
  .oneof(...Object.entries(values).map(([type, value]) => fc.tuple(fc.constant(type), value)))
  .chain(([type, value]) =>
    fc
      .record({ name, fieldId: guid }, { requiredKeys: ["name"] })
      .map((base) => ({ ...base, type, ...value }) as FieldValue),
  );
const property: fc.Arbitrary<PropertyValue> = fc.record(
  {
    name,
    value: anyText,
    value2: anyText,
    id: anyText,
    type: fc.constantFrom("String", "Integer", "Time", "LongText", "Empty"),
    access: fc.constantFrom("ReadOnly", "ReadWrite"),
  },
  { requiredKeys: ["name"] },
);

const versionKeys = {
  author: principal,
  modifiedBy: principal,
  fields: few(field),
  version: versionLabel,
  moderation: fc.record(
    { status: fc.constantFrom("Approved", "Denied", "Pending", "Draft", "Scheduled"), comment: anyText },
    { requiredKeys: ["status"] },
  ),
} satisfies { readonly [Key in keyof VersionDetails]-?: fc.Arbitrary<VersionDetails[Key]> };
const detailKeys = {
  ...versionKeys,
  created: date,
  modified: date,
  id: guid,
  listItemId: guid,
  itemId,
  contentTypeId: fc.constantFrom("0x0101", "0x0120D520"),
  permissions: few(grant),
  retentionLabel: fc.record({ name, setBy: principal, setAt: date, flags: int32 }, { requiredKeys: ["name"] }),
  comments: few(
    fc.record(
      { id: name, parentId: name, text: anyText, author: principal, created: date, uiVersion: fc.nat() },
      { requiredKeys: ["id", "text", "author", "created"] },
    ),
  ),
  sharing: few(
    fc.record(
      { time: date, initiator: principal, sharedBy: principal, sharedWith: few(principal) },
      { requiredKeys: ["time", "initiator", "sharedWith"] },
    ),
  ),
  links: few(element),
  eventReceivers: few(element),
  identity: name,
  fingerprint: name,
} satisfies { readonly [Key in keyof ItemDetails]-?: fc.Arbitrary<ItemDetails[Key]> };

const content: fc.Arbitrary<ContentReference> = fc.oneof(
  fc.record({ path: fc.constantFrom("a.txt", "folder/b.txt", "../x", "/etc/passwd") }),
  fc.record(
    {
      url: fc.constantFrom("https://contoso.com/a?sig=1", "http://localhost:8080"),
      offset: size,
      length: size,
      etag: fc.constantFrom('"1"', 'W/"2"'),
    },
    { requiredKeys: ["url"] },
  ),
  fc.record({ blob: name, container: name }, { requiredKeys: ["blob"] }),
  fc.record({ base64: fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString("base64")) }),
);
const contents = { size, content };
const kind = <const Kind extends string>(text: Kind) => ({ kind: fc.constant(text) });
const item: fc.Arbitrary<InventoryItem> = fc.oneof(
  fc.record(
    {
      ...kind("file"),
      path,
      ...contents,
      ...detailKeys,
      versions: few(
        fc.record(
          { ...contents, ...versionKeys, modified: date, checkinComment: anyText, properties: few(property) },
          { requiredKeys: ["content"] },
        ),
      ),
      checkinComment: anyText,
      properties: few(property),
      webParts: few(element),
      versionEvents: few(element),
    },
    { requiredKeys: ["kind", "path", "content"] },
  ),
  fc.record(
    { ...kind("folder"), path, ...detailKeys, progId: anyText, properties: few(property) },
    { requiredKeys: ["kind", "path"] },
  ),
  fc.record(
    {
      ...kind("item"),
      path,
      ...detailKeys,
      versions: few(fc.record({ ...versionKeys, modified: date }, { requiredKeys: [] })),
      attachments: few(
        fc.record(
          { name, ...contents, author: principal, modifiedBy: principal, created: date, modified: date },
          { requiredKeys: ["name", "content"] },
        ),
      ),
    },
    { requiredKeys: ["kind", "path"] },
  ),
  fc.record({ ...kind("list"), path: fc.constant([]), permissions: few(grant) }),
  fc.record(
    { ...kind("deletion"), of: fc.constantFrom("folder", "file", "item"), path, id: guid },
    { requiredKeys: ["kind", "of", "path"] },
  ),
  fc.record(
    {
      ...kind("problem"),
      path,
      outcome: fc.constantFrom("skipped", "failed", "excluded"),
      code: fc.constantFrom("SOURCE_GONE", "NAME_CLASH"),
      message: name,
    },
    { requiredKeys: ["kind", "path", "outcome", "message"] },
  ),
  fc.record(
    {
      ...kind("user"),
      login: name,
      name: anyText,
      email: anyText,
      isDomainGroup: fc.boolean(),
      isSiteAdmin: fc.boolean(),
      isDeleted: fc.boolean(),
      systemId: fc.constantFrom("", "AQID", "AQI="),
      mobilePhone: anyText,
      flags: int32,
    },
    { requiredKeys: ["kind", "login"] },
  ),
  fc.record(
    {
      ...kind("group"),
      name,
      description: anyText,
      owner: principal,
      members: few(principal),
      onlyAllowMembersViewMembership: fc.boolean(),
      allowMembersEditMembership: fc.boolean(),
      allowRequestToJoinLeave: fc.boolean(),
      autoAcceptRequestToJoinLeave: fc.boolean(),
      requestToJoinLeaveEmailSetting: anyText,
    },
    { requiredKeys: ["kind", "name", "members"] },
  ),
  fc.record(
    {
      ...kind("role"),
      name,
      id: int32,
      permMask: fc.constantFrom("0", "18446744073709551615"),
      description: anyText,
      hidden: fc.boolean(),
      order: int32,
      type: int32,
    },
    { requiredKeys: ["kind", "name", "id"] },
  ),
);

/** The same value with one thing about it changed, at a place that `choice` picks. */
function spoil(value: unknown, choice: number, spoiled: unknown): unknown {
  if (typeof value !== "object" || value === null) return spoiled;
  const keys = Object.keys(value);
  const key = keys[choice % (keys.length + 1)];
  const rest = Math.floor(choice / (keys.length + 1));
  if (Array.isArray(value)) {
    if (key === undefined) return rest % 2 === 0 ? spoiled : [...value, spoiled];
    return value.map((element, index) => (String(index) === key ? spoil(element, rest, spoiled) : element));
  }
  const entries = Object.entries(value);
  if (key === undefined) return rest % 2 === 0 ? spoiled : Object.fromEntries([...entries, ["unknown", spoiled]]);
  if (rest % 5 === 0) return Object.fromEntries(entries.filter(([own]) => own !== key));
  return Object.fromEntries(entries.map(([own, inner]) => [own, own === key ? spoil(inner, rest, spoiled) : inner]));
}

describe("inventoryItem", () => {
  it("reads back what JSON makes of any item, and the schema takes the line", () => {
    fc.assert(
      fc.property(item, (given) => {
        const line = JSON.stringify(given);
        expect(read(line)).toEqual(given);
        expect(fitsSchema(JSON.parse(line)), JSON.stringify(fitsSchema.errors)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses what the schema refuses, and nothing else", () => {
    const odd = fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1,
      1.5,
      2 ** 53,
      -2_147_483_649,
      "",
      "a//b",
      "/a",
      "2024-12-31",
      "2024-12-31T23:59:59",
      "2024-02-30T00:00:00Z",
      "2024-12-31T23:59:59Z",
      "1.512",
      "file",
      "x",
      [],
      [[]],
      {},
      { group: "" },
      { path: "a", url: "https://contoso.com" },
      { url: "ftp://contoso.com" },
      { url: "https://user@contoso.com/a" },
      { base64: "A===" },
      { url: "https://contoso.com", etag: "1" },
    );
    let refused = 0;
    fc.assert(
      fc.property(item, fc.nat(), odd, (given, choice, spoiled) => {
        const value = spoil(JSON.parse(JSON.stringify(given)), choice, spoiled);
        const found = read(JSON.stringify(value));
        if (found instanceof Misfit) refused += 1;
        const taken = fitsSchema(value);
        expect(taken, `${JSON.stringify(value)} ${found instanceof Misfit ? found.because : ""}`).toBe(
          !(found instanceof Misfit),
        );
      }),
      { numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });

  it.each([
    [
      '{"kind":"file","path":"a","content":{"base64":""},"size":-1}',
      "size must be an integer from 0 to 9007199254740991: current value is -1",
    ],
    ['{"kind":"file","path":"a"}', "content is missing"],
    ['{"path":"a"}', "kind is missing"],
    [
      '{"kind":"toString","path":"a"}',
      'kind must be file or folder or item or list or deletion or problem or user or group or role: current value is "toString"',
    ],
    ['{"kind":"folder","path":5}', "path must be a text or a list of names: current value is 5"],
    ['{"kind":"folder","path":"a//b"}', 'path must be names joined by /, none of them empty: current value is "a//b"'],
    [
      '{"kind":"folder","path":"a","fields":[{"name":"A","type":"Text","value":""},{"name":"B","type":"Lookup","value":{"itemId":0}}]}',
      "fields[1].value.itemId must be an integer from 1 to 2147483647: current value is 0",
    ],
    [
      '{"kind":"folder","path":"a","permissions":[{"principal":{"group":""},"role":"Read"}]}',
      'permissions[0].principal.group must be a text that isn\'t empty: current value is ""',
    ],
    [
      '{"kind":"folder","path":"a","created":"2023-02-29T00:00:00Z"}',
      'created must be a day that its month has: current value is "2023-02-29T00:00:00Z"',
    ],
    [
      '{"kind":"folder","path":"a","__proto__":{"created":1}}',
      'it has a property that is unknown: current value is "__proto__"',
    ],
    [
      '{"kind":"folder","path":"a","constructor":1}',
      'it has a property that is unknown: current value is "constructor"',
    ],
    [
      '{"kind":"folder","path":"a","links":[{"name":"Link","attributes":{"__proto__":"x"},"children":[]}]}',
      'links[0].attributes has a property that is no name of XML: current value is "__proto__"',
    ],
    [
      '{"kind":"problem","path":"a","outcome":"failed","code":"NO_SUCH","message":"x"}',
      'code must be a code of primepack: current value is "NO_SUCH"',
    ],
    [
      '{"kind":"folder","path":"a","fields":[{"name":"A","type":"Number","value":1e999}]}',
      "fields[0].value must be a number: current value is Infinity",
    ],
    ["[]", "it must be an object: current value is a list of 0"],
    ["7", "it must be an object: current value is 7"],
  ])("says of %s where it is wrong", (line, because) => {
    expect((read(line) as Misfit).because).toBe(because);
  });

  it("quotes neither the query of a URL nor long values", () => {
    const url = "https://user:secret@contoso.com/a?sig=secret";
    const withUrl = read(JSON.stringify({ kind: "file", path: "a", content: { url } })) as Misfit;
    expect(withUrl.because).toBe("content.url must be a URL with https: or http:, without user and password");
    const long = read(JSON.stringify({ kind: "folder", path: "a", created: "x".repeat(100_000) })) as Misfit;
    expect(long.because.length).toBeLessThan(150);
  });

  it("gives no object another prototype", () => {
    const polluted =
      '{"kind":"folder","path":"a","links":[{"name":"L","attributes":{"a":"b"},"children":[],"__proto__":{"x":1}}]}';
    expect((read(polluted) as Misfit).because).toContain("links[0]");
    expect(Object.prototype).not.toHaveProperty("x");
  });
});
