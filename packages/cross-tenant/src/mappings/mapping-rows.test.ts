import { describe, expect, it } from "vitest";
import { mappingForms } from "./mapping-forms.ts";
import { duplicateFinding, type MappingRow, mappingRowReader, mappingTableRows } from "./mapping-rows.ts";
import type { MappingFileOptions } from "./mapping-run-types.ts";
import type { MappingKind } from "./mapping-types.ts";

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function read(kind: MappingKind, text: string, more: Partial<MappingFileOptions> = {}) {
  const read = mappingRowReader(mappingForms[kind], more.sourceOrganizationId);
  const rows: MappingRow[] = [];
  const file: MappingFileOptions = { format: "csv", ...more, file: bytes(text) };
  for await (const batch of mappingTableRows(mappingForms[kind], file, undefined)) rows.push(...batch.map(read));
  return rows;
}

const organization = "00000000-0000-0000-0000-00000000000a";

describe("mappingRowReader()", () => {
  it("reads hostile CSV of users: byte order mark, CRLF, quotes, columns in any case and order", async () => {
    const rows = await read(
      "users",
      '\ufeffUSERTYPE,"sourceUserPrincipalName",targetuserprincipalname,targetEmail,removed,SourceOrganizationId\r\n' +
        `GUESTUSER,"o'neil@south.example", ana@north.example ,"a.b+c@mail.north.example",FALSE,{${organization.toUpperCase()}}\r\n` +
        "\r\n" +
        ",bo_south.example#EXT#@south.example,,,true,\r\n",
    );
    expect(rows).toEqual([
      {
        ...{ line: 2, key: "o'neil@south.example", isRemoval: false },
        members: {
          ...{ source: "o'neil@south.example", organization, type: "guestUser" },
          ...{ target: "ana@north.example", contact: "a.b+c@mail.north.example" },
        },
      },
      {
        ...{ line: 4, key: "bo_south.example#ext#@south.example", isRemoval: true },
        members: { source: "bo_south.example#EXT#@south.example" },
      },
    ]);
  });

  it("composes UPNs, and gives rows the organization that they don't name", async () => {
    const [row, removal] = await read(
      "users",
      '{"sourceUserPrincipalName":"Jose\u0301@south.example","userType":"none"}\n{"sourceUserPrincipalName":"b@c.de","removed":true}\n',
      { format: "ndjson", sourceOrganizationId: organization },
    );
    expect(row).toMatchObject({
      key: "jos\u00e9@south.example",
      members: { source: "Jos\u00e9@south.example", organization, type: "none" },
    });
    expect(removal).toMatchObject({ isRemoval: true, members: { source: "b@c.de" } });
  });

  it("reads groups", async () => {
    const [source, target] = ["10000000-0000-4000-8000-00000000000a", "20000000-0000-4000-8000-00000000000b"];
    const text = `sourceGroupObjectId,targetGroupObjectId,targetMailNickname,groupType\n{${source.toUpperCase()}},${target},ops-new,m365group\n`;
    expect(await read("groups", text)).toEqual([
      {
        ...{ line: 2, key: source, isRemoval: false },
        members: { source, target, contact: "ops-new", type: "m365Group" },
      },
    ]);
  });

  const long = (length: number) => "x".repeat(length);
  it.each([
    ["", "it must have a sourceUserPrincipalName"],
    ["ana", 'sourceUserPrincipalName must be a user principal name like ana@contoso.com: current value is "ana"'],
    ["@south.example", "must be a user principal name"],
    ["ana@", "must be a user principal name"],
    ["ana@bo@south.example", "must be a user principal name"],
    ["ana maria@south.example", "must be a user principal name"],
    ["ana\u0007@south.example", "must be a user principal name"],
    ["i:0#.f|membership|ana@south.example", "must be a user principal name"],
    [`${long(65)}@south.example`, "at most 64 characters before its @"],
    [`ana@${long(44)}.info`, "48 behind it"],
  ])("finds fault with the UPN %j", async (upn, because) => {
    const [row] = await read("users", `sourceUserPrincipalName,userType\n"${upn}",none\n`);
    expect(row?.finding).toMatchObject({ line: 2, code: "MAPPING_INVALID" });
    expect(row?.finding?.message).toContain("Cannot use line 2 of the mapping file as ");
    expect(row?.finding?.message).toContain(because);
  });

  it("takes UPNs of the longest parts", async () => {
    const upn = `${long(64)}@${long(40)}.example`;
    expect((await read("users", `sourceUserPrincipalName,userType\n${upn},none\n`))[0]).toMatchObject({ key: upn });
  });

  it.each([
    ["users", "targetUserPrincipalName", "bo", "must be a user principal name"],
    ["users", "targetEmail", "ana@", "must be a mail address"],
    ["users", "targetEmail", "a b@c.de", "must be a mail address"],
    ["users", "targetEmail", `a@${long(250)}.de`, "of at most 254 characters"],
    ["users", "userType", "robot", "must be one of none, regularUser, adminUser, guestUser"],
    ["users", "userType", "unknownFutureValue", "must be one of"],
    ["users", "sourceOrganizationId", "contoso", "must be a GUID"],
    ["users", "sourceOrganizationId", "00000000-0000-0000-0000-000000000000", "not the empty one"],
    ["users", "removed", "yes", "must be one of true, false"],
    ["groups", "targetGroupObjectId", "x", "must be a GUID"],
    ["groups", "targetMailNickname", "a@b", "must be a mail nickname"],
    ["groups", "groupType", "regularUser", "must be one of none, regularGroup, m365Group"],
  ] as const)("finds fault with a value of %s: %s %s", async (kind, column, value, because) => {
    const source = kind === "users" ? "ana@south.example" : organization;
    const [row] = await read(kind, `${mappingForms[kind].names.source},${column}\n${source},${value}\n`);
    expect(row).toMatchObject({ source, finding: { line: 2, code: "MAPPING_INVALID" } });
    expect(row?.finding?.message).toContain(because);
  });

  it("finds fault with removals that set something, and with rows that set nothing", async () => {
    const [removal, nothing] = await read(
      "users",
      "sourceUserPrincipalName,targetEmail,userType,removed\nana@south.example,a@b.de,none,true\nbo@south.example,,,false\n",
      { sourceOrganizationId: organization },
    );
    expect(removal?.finding?.message).toBe(
      "Cannot use line 2 of the mapping file as a removal must name its source only: current value has userType, targetEmail",
    );
    expect(nothing?.finding?.message).toBe(
      "Cannot use line 3 of the mapping file as it must set something, or have removed true",
    );
  });

  it("tells all faults of a line at once, cut short and without secrets", async () => {
    const secret = "https://contoso.example/?sig=AbCdEfGhIjKlMnOpQrStUvWxYz0123456789";
    const [row] = await read("users", `sourceUserPrincipalName,userType\n${secret},${long(5000)}\n`);
    expect(row?.finding?.message).toMatch(/^Cannot use line 2 .*; and userType must be one of .*x…"$/);
    expect(row?.finding?.message.length).toBeLessThan(400);
    expect(JSON.stringify(row)).not.toContain("AbCdEfGhIj");
  });

  it("loses one line to a quote that doesn't end", async () => {
    const text = 'sourceUserPrincipalName,userType\n"ana@south.example,none\nbo@south.example,none\n';
    const rows = await read("users", text);
    expect(rows.map(({ line, finding }) => [line, finding?.code])).toEqual([
      [2, "MAPPING_INVALID"],
      [3, undefined],
    ]);
  });

  it("refuses a source organization that is no GUID", () => {
    expect(() => mappingRowReader(mappingForms.users, "contoso")).toThrow("must be a GUID");
  });
});

describe("duplicateFinding()", () => {
  it("names both lines", () => {
    expect(duplicateFinding(9, "ana@south.example", 4)).toEqual({
      ...{ line: 9, code: "MAPPING_DUPLICATE" },
      message:
        'Cannot use line 9 of the mapping file as line 4 has the same source: current value is "ana@south.example"',
    });
  });
});
