import { createCipheriv, createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { collect, specFolder, specIsMissing, temporaryFolder } from "@primepack/test-support";
import { beforeEach, describe, expect, it } from "vitest";
import { MemoryContainer } from "../container/memory.ts";
import { Secret } from "../errors/index.ts";
import type { SourceFile, SourceItem } from "../model/index.ts";
import { containerContent, directoryContent } from "./content.ts";
import { type ExportSourceOptions, exportSource } from "./export-source.ts";

const folder = temporaryFolder();
const web = "aaaaaaaa-0000-4000-8000-000000000001";
const list = "aaaaaaaa-0000-4000-8000-000000000002";
const guid = (number: number) => `bbbbbbbb-0000-4000-8000-${String(number).padStart(12, "0")}`;
const key = new Secret<Uint8Array>(new Uint8Array(32).fill(7));

let container: MemoryContainer;
beforeEach(() => {
  container = new MemoryContainer();
});

async function put(name: string, body: string | Uint8Array, encrypted = false): Promise<void> {
  let bytes = Buffer.from(body);
  const iv = Buffer.alloc(16, name.length);
  if (encrypted) {
    const cipher = createCipheriv("aes-256-cbc", key.reveal(), iv);
    bytes = Buffer.concat([cipher.update(bytes), cipher.final()]);
  }
  const md5 = createHash("md5").update(bytes).digest("base64");
  await container.putBlob(name, bytes, { md5, ...(encrypted && { iv: iv.toString("base64") }) });
}

const library = `<SPObject Id="${list}" ObjectType="SPDocumentLibrary" ParentWebUrl="/sites/a">
  <DocumentLibrary Id="${list}" Title="Documents" BaseTemplate="101" RootFolderUrl="/sites/a/Shared Documents" ParentWebId="${web}" Description="dropped" EnableVersioning="true"><Fields><Field Name="x"/></Fields></DocumentLibrary>
</SPObject>`;
const tasks = `<SPObject Id="${list}" ObjectType="SPList" ParentWebUrl="/sites/a">
  <List Id="${list}" Title="Tasks" BaseTemplate="107" RootFolderUrl="/sites/a/Lists/Tasks" ParentWebId="${web}"/>
</SPObject>`;

const spFile = (number: number, url: string, attributes = "", children = "") =>
  `<SPObject Id="${guid(number)}" ObjectType="SPFile" ParentWebUrl="/sites/a" Url="/sites/a/${url}"><File Id="${guid(number)}" Url="${url}" Name="${url.split("/").at(-1)}" ${attributes}>${children}</File></SPObject>`;
const spFolder = (number: number, url: string, attributes = "") =>
  `<SPObject Id="${guid(number)}" ObjectType="SPFolder" ParentWebUrl="/sites/a"><Folder Id="${guid(number)}" Url="${url}" Name="${url.split("/").at(-1)}" ${attributes}/></SPObject>`;
const spItem = (number: number, url: string, attributes = "", children = "") =>
  `<SPObject Id="${guid(500 + number)}" ObjectType="SPListItem" ParentWebUrl="/sites/a" Url="/sites/a/Shared Documents/Forms/DispForm.aspx?ID=1"><ListItem Id="${guid(500 + number)}" DocId="${guid(number)}" IntId="${number}" FileUrl="${url}" ${attributes}>${children}</ListItem></SPObject>`;
const manifest = (...objects: string[]) =>
  `<?xml version="1.0" encoding="utf-8"?><SPObjects xmlns="urn:deployment-manifest-schema">${objects.join("\n")}</SPObjects>`;
const systemData = (...names: string[]) =>
  `<SystemData xmlns="urn:deployment-systemdata-schema"><SchemaVersion Version="15.0.0.0"/><ManifestFiles>${names
    .map((name) => `<ManifestFile Name="${name}"/>`)
    .join("")}</ManifestFiles><SystemObjects/></SystemData>`;
const users = `<UserGroupMap xmlns="urn:deployment-usergroupmap-schema"><Users>
  <User Id="11" Name="Ana" Login="i:0#.f|membership|ana@contoso.com" Email="ana@contoso.com" SystemId="AA==" IsDomainGroup="false" IsSiteAdmin="true"/>
  <User Id="12" Name="Ben" Login="i:0#.f|membership|ben@contoso.com" SystemId="AB==" IsDeleted="true"/>
</Users><Groups><Group Id="13" Name="Readers" Owner="11" OwnerIsUser="true"><Member UserId="12"/><Member UserId="99"/></Group></Groups></UserGroupMap>`;
const ana = "i:0#.f|membership|ana@contoso.com";
const ben = "i:0#.f|membership|ben@contoso.com";

function convert(options: Partial<ExportSourceOptions> = {}) {
  return exportSource({ from: container, temporaryDirectory: folder(), ...options });
}

const bytes = (text: string) => ({ content: Buffer.from(text), size: Buffer.byteLength(text) });
const anyContent = () => bytes("content");

async function itemsOf(options: Partial<ExportSourceOptions> = {}): Promise<SourceItem[]> {
  return collect(convert({ content: anyContent, ...options }));
}

const entriesOf = (items: readonly SourceItem[]) =>
  items.flatMap((item) => ("path" in item ? [`${item.kind} ${item.path.join("/")}`] : []));

describe("exportSource()", () => {
  it("joins the parts of items, whatever their order and file, and yields them depth first", async () => {
    await put("job/SystemData.xml", systemData("Manifest.xml", "Manifest1.xml"));
    await put("job/UserGroup.xml", users);
    await put(
      "job/Manifest.xml",
      manifest(
        spItem(4, "Shared Documents/a/deep.txt", 'Author="11"', '<Fields><Field Name="Title" Value="Deep"/></Fields>'),
        spFile(
          3,
          "Shared Documents/a-b.txt",
          'Author="11" ModifiedBy="12" Version="2.0" TimeLastModified="2024-03-02T03:04:05"',
        ),
        spFile(5, "Shared Documents/b.txt"),
      ),
    );
    await put(
      "job/Manifest1.xml",
      manifest(
        spFile(4, "Shared Documents/a/deep.txt", 'TimeCreated="2024-01-02T03:04:05Z"'),
        spFolder(2, "Shared Documents/a"),
        library,
      ),
    );
    const items = await itemsOf();
    expect(items.map(({ kind }) => kind)).toEqual(["user", "user", "group", "folder", "file", "file", "file"]);
    expect(entriesOf(items)).toEqual(["folder a", "file a/deep.txt", "file a-b.txt", "file b.txt"]);
    expect(items[0]).toEqual({
      kind: "user",
      login: ana,
      name: "Ana",
      email: "ana@contoso.com",
      isSiteAdmin: true,
      systemId: "AA==",
    });
    expect(items[2]).toEqual({ kind: "group", name: "Readers", owner: ana, members: [ben] });
    expect(items[4]).toMatchObject({
      id: guid(4),
      listItemId: guid(504),
      author: ana,
      created: new Date("2024-01-02T03:04:05Z"),
      fields: [{ name: "Title", type: "raw", value: "Deep" }],
      size: 7,
    });
    expect(items[4]).not.toHaveProperty("itemId");
    expect(items[5]).toMatchObject({
      author: ana,
      modifiedBy: ben,
      version: "2.0",
      modified: new Date("2024-03-02T03:04:05Z"),
    });
  });

  it("sorts on disk what doesn't fit into memory, and gives the same", async () => {
    const objects = Array.from({ length: 300 }, (_, index) => {
      const url = `Shared Documents/${String(index % 7)}/${String((index * 7919) % 300)}.txt`;
      return [spItem(index, url), spFile(index, url)];
    });
    await put(
      "Manifest.xml",
      manifest(library, ...objects.map(([item]) => item ?? ""), ...objects.map(([, file]) => file ?? "")),
    );
    const items = await itemsOf({ memoryBytes: 10_000 });
    expect(items).toHaveLength(300);
    expect(await itemsOf()).toEqual(items);
    const paths = entriesOf(items);
    expect(paths).toEqual([...paths].sort((one, other) => (one < other ? -1 : 1)));
    expect(items.every((item) => "listItemId" in item && "id" in item)).toBe(true);
  });

  it("decodes what EncodedAttributes names, and counts what it leaves out", async () => {
    await put(
      "Manifest.xml",
      manifest(
        library,
        '<SPObject ObjectType="SPWeb" Id="1"><Web/></SPObject>',
        spFile(
          3,
          "Shared Documents_x002F_q_x0026_a_x005F_.txt",
          'EncodedAttributes="Url,Version" Version="_x0031_.0" StreamId="4"',
          "<Personalizations/>",
        ),
      ),
    );
    const source = convert({ content: anyContent });
    const items = await collect(source);
    expect(entriesOf(items)).toEqual(["file q&a_.txt"]);
    expect(items[0]).toMatchObject({ version: "1.0" });
    expect(source.report).toEqual({
      list: "/sites/a/Shared Documents",
      packages: 1,
      manifests: 1,
      hasUsers: false,
      dropped: [
        { what: "attribute File/@StreamId", count: 1 },
        { what: "attribute List/@Description", count: 1 },
        { what: "attribute List/@EnableVersioning", count: 1 },
        { what: "element File/Personalizations", count: 1 },
        { what: "element List/Fields", count: 1 },
        { what: "element SPWeb/Web", count: 1 },
        { what: "object SPWeb", count: 1 },
      ],
    });
  });

  it("carries versions with their columns, and asks for the content of each", async () => {
    const asked: unknown[] = [];
    const version = (label: string, more = "") =>
      `<File Id="${guid(3)}" Url="Shared Documents/a.txt" Version="${label}" FileSize="${label.length}" ${more}/>`;
    await put("UserGroup.xml", users);
    await put(
      "Manifest.xml",
      manifest(
        library,
        spFile(
          3,
          "Shared Documents/a.txt",
          'Version="3.0" FileSize="9"',
          `<Properties><Property Name="vti_x" Type="Integer" Value="1"/></Properties><Versions>${version("3.0")}${version("2.0", 'ModifiedBy="12" CheckinComment="second"')}${version("1.0", 'TimeLastModified="2024-01-01T00:00:00"')}</Versions>`,
        ),
        spItem(
          3,
          "Shared Documents/a.txt",
          'Version="3.0" ModerationStatus="Draft"',
          `<Versions><ListItem Version="1.0" ModerationStatus="Approved" ModerationComment="fine"><Fields><Field Name="Who" Value="12;UserInfo"/></Fields></ListItem></Versions>`,
        ),
      ),
    );
    const [file] = (
      await itemsOf({
        content: (request) => {
          asked.push(request);
          return bytes(request.version ?? "current");
        },
      })
    ).filter(({ kind }) => kind === "file") as SourceFile[];
    expect(file?.versions).toEqual([
      {
        version: "1.0",
        ...bytes("1.0"),
        modified: new Date("2024-01-01T00:00:00Z"),
        fields: [{ name: "Who", type: "User", value: ben }],
        moderation: { status: "Approved", comment: "fine" },
      },
      { version: "2.0", ...bytes("2.0"), modifiedBy: ben, checkinComment: "second" },
    ]);
    expect(file).toMatchObject({
      version: "3.0",
      moderation: { status: "Draft" },
      properties: [{ name: "vti_x", type: "Integer", value: "1" }],
    });
    expect(asked).toEqual([
      { fileId: guid(3), url: "/sites/a/Shared Documents/a.txt", path: ["a.txt"], size: 9 },
      { fileId: guid(3), url: "/sites/a/Shared Documents/a.txt", path: ["a.txt"], size: 3, version: "1.0" },
      { fileId: guid(3), url: "/sites/a/Shared Documents/a.txt", path: ["a.txt"], size: 3, version: "2.0" },
    ]);
    const [current] = (await itemsOf({ versions: "current" })).filter(({ kind }) => kind === "file");
    expect(current).not.toHaveProperty("versions");
  });

  it("keeps the dates of the export for contents that are files, whose own dates are those of the copy", async () => {
    const dated = 'Version="2.0" TimeLastModified="2020-01-02T03:04:05"';
    const versions = '<Versions><File Version="1.0" TimeLastModified="2019-01-02T03:04:05"/></Versions>';
    await put(
      "Manifest.xml",
      manifest(
        library,
        spFile(1, "Shared Documents/a.txt", dated, versions),
        spFile(2, "Shared Documents/undated.txt"),
      ),
    );
    const items = await itemsOf({ content: () => ({ content: { path: "/a/copy" }, size: 1 }) });
    expect(items).toMatchObject([
      {
        content: { path: "/a/copy", keepsDates: true },
        versions: [{ content: { path: "/a/copy", keepsDates: true } }],
      },
      { content: { path: "/a/copy" } },
    ]);
    expect((items[1] as SourceFile).content).not.toHaveProperty("keepsDates");
  });

  it("leaves out what closed elements may not have, and keeps their item", async () => {
    const children = `<Links><Link TargetId="${guid(1)}" TargetUrl="x" IsDirty="false" WebPartId="" New="1"><Any/></Link><Link TargetId="x"/></Links>
      <VersionEvents><VersionEvent Id="1" Extra="1"/></VersionEvents>`;
    await put("Manifest.xml", manifest(library, spFile(1, "Shared Documents/a.txt", "", children)));
    const source = convert({ content: anyContent });
    expect(await collect(source)).toMatchObject([
      {
        kind: "file",
        links: [{ name: "Link", attributes: { TargetId: guid(1), TargetUrl: "x", IsDirty: "false" }, children: [] }],
        versionEvents: [{ name: "VersionEvent", attributes: { Id: "1" }, children: [] }],
      },
    ]);
    expect(source.report.dropped.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        "attribute Link/@New",
        "element Link/Any",
        "element Links/Link",
        "attribute VersionEvent/@Extra",
      ]),
    );
  });

  it("joins the links of a file and of its list item", async () => {
    const link = (target: string) =>
      `<Links><Link TargetId="${guid(1)}" TargetUrl="${target}" IsDirty="false"/></Links>`;
    await put(
      "Manifest.xml",
      manifest(
        library,
        spFile(1, "Shared Documents/a.txt", "", link("of-file")),
        spItem(1, "Shared Documents/a.txt", "", link("of-item")),
      ),
    );
    const [file] = (await itemsOf()) as SourceFile[];
    expect(file?.links?.map(({ attributes }) => attributes.TargetUrl)).toEqual(["of-item", "of-file"]);
  });

  it("counts all that it knows and has no use for", async () => {
    await put(
      "Manifest.xml",
      manifest(
        library,
        spFolder(1, "Shared Documents", 'WelcomePageUrl="a.aspx"'),
        spFolder(2, "Shared Documents/f", 'WelcomePageUrl="a.aspx"'),
        spItem(2, "Shared Documents/f", 'DocType="Folder"', '<Versions><ListItem Version="0.5"/></Versions>'),
        spFile(
          3,
          "Shared Documents/a.txt",
          'SetupPath="x" IsGhosted="false"',
          '<Versions><File Version="1.0"/><File Version="2.0"><Links><Link TargetId="1" TargetUrl="x" IsDirty="false"/></Links></File></Versions>',
        ),
        spItem(
          3,
          "Shared Documents/a.txt",
          'Version="1.0" GroupName="g" ProgId="p"',
          '<Attachments><Attachment Name="b"/></Attachments><Versions><ListItem Version="3.0"/></Versions>',
        ),
      ),
    );
    const source = convert({ content: anyContent, versions: "current" });
    await collect(source);
    expect(source.report.dropped.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        "root folder of the list",
        "attribute Folder/@WelcomePageUrl",
        "older version of a folder",
        "attribute File/@SetupPath",
        "element Version/Links",
        "older version",
        "attribute ListItem/@GroupName",
        "attribute ListItem/@ProgId",
        "attachment of a document",
        "older version of a list item without its file",
      ]),
    );
  });

  it("keeps the moderation of minor versions, whatever it is", async () => {
    const versions = '<Versions><File Version="0.1"/><File Version="1.0"/></Versions>';
    const states = '<Versions><ListItem Version="0.1" ModerationStatus="Approved"/></Versions>';
    await put(
      "Manifest.xml",
      manifest(
        library,
        spFile(1, "Shared Documents/a.txt", 'Version="1.0"', versions),
        spItem(1, "Shared Documents/a.txt", 'Version="1.0" ModerationStatus="Approved"', states),
      ),
    );
    const [file] = (await itemsOf()) as SourceFile[];
    expect(file?.moderation).toBeUndefined();
    expect(file?.versions?.[0]?.moderation).toEqual({ status: "Approved" });
  });

  it("gives items of lists with attachments, comments, sharing and passed elements", async () => {
    await put("UserGroup.xml", users);
    await put(
      "Manifest.xml",
      manifest(
        tasks,
        spFile(90, "Lists/Tasks/AllItems.aspx"),
        spFolder(91, "Lists/Tasks/Attachments"),
        spItem(
          7,
          "Lists/Tasks/Sub/7_.000",
          'Version="2.0" ContentTypeId="0x0100AB"',
          `
          <Fields><Field Name="Boss" Type="UserMulti" Value="11;#;#12;#;UserInfo"/><Field Name="Due" Type="DateTime" Value="04/28/2020 23:00:00" DisplayName="x"/></Fields>
          <Versions><ListItem Version="1.0" Author="12"/></Versions>
          <Attachments><Attachment Name="photo.jpg" Url="Lists/Tasks/Attachments/7/photo.jpg" Author="11"/></Attachments>
          <Links><Link TargetId="${guid(1)}" TargetUrl="x" IsDirty="false"/></Links>
          <EventReceivers><EventReceiver Id="${guid(2)}" WebId="${web}" HostId="${list}" HostType="List" Name="r" Type="ItemAdded" SequenceNumber="1"/></EventReceivers>
          <SharedWithEvents><SharedWithEvent SharedTime="2024-01-02T03:04:05.1234567Z" SharingInitiatorId="11" SharedById="99"><SharedWithMembers><SharedWithMember SharedWithId="13"/></SharedWithMembers></SharedWithEvent></SharedWithEvents>
          <Comments><Comment Id="1" Text="aGVsbG8=" ParentId="0" UserId="12" Created="2024-01-02T03:04:05.678Z" UIVersion="1024"/></Comments>`,
        ),
      ),
    );
    const target = { webId: guid(901), listId: guid(902) };
    const items = await itemsOf({ itemIds: "keep", ids: "new", target });
    expect(entriesOf(items)).toEqual(["item Sub/7_.000"]);
    const item = items.at(-1);
    expect(item).toEqual({
      kind: "item",
      path: ["Sub", "7_.000"],
      itemId: 7,
      identity: guid(7),
      version: "2.0",
      contentTypeId: "0x0100AB",
      fields: [
        { name: "Boss", type: "UserMulti", value: [ana, ben] },
        { name: "Due", type: "raw", fieldType: "DateTime", value: "04/28/2020 23:00:00" },
      ],
      versions: [{ version: "1.0", author: ben }],
      attachments: [{ name: "photo.jpg", ...bytes("content"), author: ana }],
      links: [{ name: "Link", attributes: { TargetId: guid(1), TargetUrl: "x", IsDirty: "false" }, children: [] }],
      eventReceivers: [
        {
          name: "EventReceiver",
          attributes: {
            Id: expect.not.stringContaining(guid(2)),
            WebId: target.webId,
            HostId: target.listId,
            HostType: "List",
            Name: "r",
            Type: "ItemAdded",
            SequenceNumber: "1",
          },
          children: [],
        },
      ],
      sharing: [{ time: new Date("2024-01-02T03:04:05.123Z"), initiator: ana, sharedWith: [{ group: "Readers" }] }],
      comments: [
        { id: "1", text: "hello", author: ben, created: new Date("2024-01-02T03:04:05.678Z"), uiVersion: 1024 },
      ],
    });
  });

  it("grants what role assignments say to the list, folders and files that they name", async () => {
    await put("UserGroup.xml", users);
    const scope = (url: string, ...assignments: string[]) =>
      `<RoleAssignment ScopeId="${guid(1)}" ObjectUrl="${url}" ObjectType="2" ObjectId="${guid(1)}">${assignments.join("")}</RoleAssignment>`;
    const grant = (role: number, principal: number) => `<Assignment RoleId="${role}" PrincipalId="${principal}"/>`;
    await put(
      "Manifest.xml",
      manifest(
        `<SPObject ObjectType="DeploymentRoleAssignments" Id="${guid(70)}"><RoleAssignments>
          ${scope("sites/a/Shared Documents", grant(1073741829, 11))}
          ${scope("/sites/a/Shared Documents/A.txt", grant(1073742000, 13), grant(1073741826, 99))}
          ${scope("sites/a/Shared Documents/gone.txt", grant(1073741826, 11))}
          ${scope("sites/a", grant(1073741826, 11))}
        </RoleAssignments></SPObject>`,
        `<SPObject ObjectType="DeploymentRoles" Id="${guid(71)}"><Roles><Role RoleId="1073742000" Title="Own" PermMask="5" Hidden="false" RoleOrder="9" Type="0"/><Role RoleId="1073742001" Title="Other" PermMask="5" Hidden="false"/></Roles></SPObject>`,
        library,
        spFile(3, "Shared Documents/a.txt"),
      ),
    );
    const source = convert({ content: anyContent, roles: { other: 1073745555 } });
    const items = await collect(source);
    expect(items.filter(({ kind }) => kind === "role")).toEqual([
      { kind: "role", name: "Own", id: 1073742000, permMask: "5", order: 9, type: 0 },
      { kind: "role", name: "Other", id: 1073745555 },
    ]);
    expect(items.filter(({ kind }) => kind === "list")).toEqual([
      { kind: "list", path: [], permissions: [{ principal: ana, role: { id: 1073741829 } }] },
    ]);
    expect(items.at(-1)).toMatchObject({
      kind: "file",
      permissions: [{ principal: { group: "Readers" }, role: "Own" }],
    });
    expect(source.report.dropped).toContainEqual({ what: "grant to an unknown principal", count: 1 });
    expect(source.report.dropped).toContainEqual({
      what: "role assignment of an object that is not exported",
      count: 1,
    });
    expect(source.report.dropped).toContainEqual({ what: "object outside of the list", count: 1 });
  });

  it("gives deletions last, and a file with its list item as one", async () => {
    const deleted = (type: string, number: number, url: string) =>
      `<SPObject Id="${guid(number)}" ObjectType="${type}" IsDeleted="true" ParentWebUrl="/sites/a" Url="/sites/a/${url}"/>`;
    await put(
      "Manifest.xml",
      manifest(
        deleted("SPListItem", 8, "Shared Documents/old.txt"),
        deleted("SPFile", 9, "Shared Documents/old.txt"),
        deleted("SPFolder", 10, "Shared Documents/zz"),
        library,
        spFile(3, "Shared Documents/z.txt"),
      ),
    );
    expect((await itemsOf()).slice(1)).toEqual([
      { kind: "deletion", of: "file", path: ["old.txt"], id: guid(9) },
      { kind: "deletion", of: "folder", path: ["zz"], id: guid(10) },
    ]);
  });

  it("fails deletions of list items that don't tell which", async () => {
    const url = "/sites/a/Lists/Tasks/DispForm.aspx?ID=5";
    const gone = `<SPObject Id="${guid(9)}" ObjectType="SPListItem" IsDeleted="true" ParentWebUrl="/sites/a" Url="${url}"/>`;
    await put("Manifest.xml", manifest(tasks, gone));
    expect(await itemsOf()).toMatchObject([{ kind: "problem", outcome: "failed", code: "SOURCE_INVALID_ITEM" }]);
  });

  it("gives event receivers new ids with all others, the same in each run", async () => {
    const receiver = `<EventReceivers><EventReceiver Id="${guid(7)}" Name="r" WebId="${web}" HostId="${list}" HostType="List" Type="ItemAdded" SequenceNumber="1"/></EventReceivers>`;
    await put("Manifest.xml", manifest(library, spFile(3, "Shared Documents/a.txt", "", receiver)));
    const target = { webId: guid(70), listId: guid(71) };
    const idOf = async (ids: "keep" | "new") => {
      const [file] = (await itemsOf({ ids, target })) as SourceFile[];
      return file?.eventReceivers?.[0]?.attributes.Id;
    };
    expect(await idOf("keep")).toBe(guid(7));
    const id = await idOf("new");
    expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-5/);
    expect(id).not.toBe(guid(7));
    expect(await idOf("new")).toBe(id);
  });

  it("says of what looks encrypted that its IV is missing", async () => {
    await put("SystemData.xml", Buffer.alloc(64, 0xfe));
    await expect(itemsOf()).rejects.toMatchObject({
      code: "XML_ENCODING",
      hint: expect.stringContaining("IV is lost"),
    });
    await put("SystemData.xml", Buffer.alloc(65, 0xfe));
    await expect(itemsOf()).rejects.toMatchObject({ hint: expect.not.stringContaining("IV is lost") });
  });

  it("fails objects whose ids differ in braces and case only, and says where what can't be read is", async () => {
    const id = guid(1);
    const file = (own: string, name: string, children = "") =>
      `<SPObject ObjectType="SPFile" ParentWebUrl="/sites/a"><File Id="${own}" Url="Shared Documents/${name}">${children}</File></SPObject>`;
    await put(
      "Manifest.xml",
      manifest(
        library,
        file(`{${id.toUpperCase()}}`, "a.txt"),
        file(id, "b.txt"),
        file(guid(2), "c.txt", '<Properties><Property Value="1"/></Properties>'),
      ),
    );
    expect(entriesOf(await itemsOf())).toEqual([
      "problem sites/a/Shared Documents/c.txt",
      "file a.txt",
      "problem b.txt",
    ]);
  });

  it("takes the packages' own contents, encrypted with everything else", async () => {
    await put(
      "Manifest.xml",
      manifest(library, spFile(3, "Shared Documents/a.txt", 'FileValue="00000001.dat" FileSize="5"')),
      true,
    );
    await put("00000001.dat", "hello", true);
    const items = await collect(convert({ key, content: containerContent(container, key) }));
    const [file] = items as SourceFile[];
    if (file === undefined || !("open" in file.content)) throw new Error("no content to open");
    const chunks = await collect(await file.content.open(new AbortController().signal));
    expect(Buffer.concat(chunks).toString()).toBe("hello");
    expect(file.size).toBe(5);
    await expect(collect(convert())).rejects.toMatchObject({ code: "KEY_MISSING" });
  });

  it("takes contents from a folder, older versions and attachments beside their items", async () => {
    const root = folder("contents");
    await mkdir(join(root, "sub/a.txt.versions"), { recursive: true });
    await mkdir(join(root, "7_.000.attachments"), { recursive: true });
    await writeFile(join(root, "sub/a.txt"), "current");
    await writeFile(join(root, "sub/a.txt.versions/1.0"), "old");
    await writeFile(join(root, "7_.000.attachments/b.txt"), "attached");
    const content = directoryContent(root);
    const base = { url: "/x", fileId: guid(1) };
    expect(await content({ ...base, path: ["sub", "a.txt"] })).toEqual({
      content: { path: join(root, "sub/a.txt") },
      size: 7,
    });
    expect(await content({ ...base, path: ["sub", "a.txt"], version: "1.0" })).toMatchObject({ size: 3 });
    expect(await content({ ...base, path: ["7_.000"], attachment: "b.txt" })).toMatchObject({ size: 8 });
    for (const path of [["sub"], ["gone"], ["..", "x"], ["sub", "..", "sub", "a.txt"], ["a\\b"], [], ["x\0y"]]) {
      expect(await content({ ...base, path })).toBeUndefined();
    }
    expect(await content({ ...base, path: ["sub", "a.txt"], version: "../../sub/a.txt" })).toBeUndefined();
  });

  describe("with hostile or incomplete exports", () => {
    it("fails the entries whose places can't be, and goes on", async () => {
      const names = [
        "Shared Documents/../../etc/passwd",
        "Shared Documents/./x",
        "Shared Documents//x",
        "Shared Documents/a\\b",
      ];
      await put(
        "Manifest.xml",
        manifest(library, ...names.map((url, index) => spFile(index, url)), spFile(9, "Shared Documents/ok.txt")),
      );
      const items = await itemsOf();
      expect(items.filter(({ kind }) => kind === "problem")).toHaveLength(4);
      expect(items.filter((item) => item.kind === "problem" && item.code !== "SOURCE_INVALID_ITEM")).toEqual([]);
      expect(items.at(-1)).toMatchObject({ path: ["ok.txt"] });
    });

    it("fails second objects of one place, and takes repeated ones once", async () => {
      await put(
        "Manifest.xml",
        manifest(
          library,
          spFile(3, "Shared Documents/a.txt"),
          spFile(3, "Shared Documents/A.TXT"),
          spFile(4, "Shared Documents/a.txt"),
          spFolder(5, "Shared Documents/a.txt"),
          spFolder(6, "Shared Documents/B"),
          spFolder(6, "Shared Documents/b"),
          spFile(7, "Shared Documents/b/c.txt"),
        ),
      );
      const source = convert({ content: anyContent });
      const items = await collect(source);
      expect(entriesOf(items)).toEqual(["problem a.txt", "problem a.txt", "file a.txt", "folder B", "file B/c.txt"]);
      expect(source.report.dropped).toContainEqual({ what: "repeated file", count: 1 });
      expect(source.report.dropped).toContainEqual({ what: "repeated folder", count: 1 });
    });

    it("fails objects whose id another place has, unless they get new ones", async () => {
      await put(
        "Manifest.xml",
        manifest(
          library,
          spFile(3, "Shared Documents/b.txt"),
          spItem(3, "Shared Documents/b.txt"),
          spFile(3, "Shared Documents/a.txt"),
          spFolder(3, "Shared Documents/c"),
          spFile(4, "Shared Documents/c/d.txt"),
        ),
      );
      const items = await itemsOf();
      expect(entriesOf(items)).toEqual(["problem a.txt", "file b.txt", "problem c", "file c/d.txt"]);
      expect(items[0]).toMatchObject({ code: "SOURCE_DUPLICATE" });
      expect(entriesOf(await itemsOf({ ids: "new" }))).toEqual([
        "file a.txt",
        "file b.txt",
        "folder c",
        "file c/d.txt",
      ]);
    });

    it("fails what has no content, no file, or no usable versions", async () => {
      const version = `<File Version="1.0"/>`;
      await put(
        "Manifest.xml",
        manifest(
          library,
          spFile(1, "Shared Documents/a.txt"),
          spItem(2, "Shared Documents/b.txt"),
          spFile(3, "Shared Documents/c.txt", 'Version="2.0"', `<Versions>${version}${version}</Versions>`),
          spFile(4, "Shared Documents/d.txt", 'Version="2.0"', `<Versions><File Version="x"/></Versions>`),
          spFile(5, "Shared Documents/e.txt", "", `<Properties><Property Value="1"/></Properties>`),
        ),
      );
      const items = await collect(convert({ content: ({ path }) => (path[0] === "a.txt" ? undefined : bytes("x")) }));
      expect(items.map((item) => item.kind === "problem" && item.code)).toEqual([
        "SOURCE_INVALID_ITEM",
        "CONTENT_UNRESOLVED",
        "SOURCE_INVALID_ITEM",
        "SOURCE_INVALID_ITEM",
        "SOURCE_INVALID_ITEM",
      ]);
    });

    it("needs neither users nor parents, nor anything of a list's settings", async () => {
      await put(
        "Manifest.xml",
        manifest(library, spFile(1, "Shared Documents/x/y/z.txt", 'Author="5" ModifiedBy="6"')),
      );
      const source = convert({ content: anyContent });
      expect(await collect(source)).toMatchObject([{ kind: "file", path: ["x", "y", "z.txt"] }]);
      expect(source.report).toMatchObject({ hasUsers: false });
      expect(source.report.dropped).toContainEqual({ what: "unknown user", count: 2 });
    });

    it("refuses what is no export, or of several lists, and says which there are", async () => {
      await expect(collect(convert())).rejects.toMatchObject({ code: "EXPORT_UNREADABLE" });
      await put("SystemData.xml", systemData("Manifest.xml"));
      await expect(collect(convert())).rejects.toMatchObject({ code: "EXPORT_UNREADABLE" });
      await put("Manifest.xml", manifest(library, tasks, spFile(1, "Shared Documents/a.txt")));
      await expect(collect(convert())).rejects.toMatchObject({
        code: "INVALID_OPTION",
        message: expect.stringContaining("/sites/a/Lists/Tasks"),
      });
      await expect(collect(convert({ list: "Nothing" }))).rejects.toMatchObject({ code: "INVALID_OPTION" });
      for (const list of ["documents", "/sites/a/shared documents/", "Shared Documents"]) {
        expect(await itemsOf({ list })).toHaveLength(1);
      }
      await put("Manifest.xml", "<SPObjects xmlns='urn:deployment-manifest-schema'><SPObject>");
      await expect(collect(convert())).rejects.toMatchObject({ code: "XML_MALFORMED" });
      await put("other/SystemData.xml", systemData("Manifest.xml"));
      await expect(collect(convert({ jobId: "nothing" }))).rejects.toMatchObject({ code: "EXPORT_UNREADABLE" });
    });

    it("keeps no memory of any number of different names that it leaves out", async () => {
      const files = ["X", "Y"].map((letter, number) => {
        const attributes = Array.from({ length: 800 }, (_, index) => `${letter}${index}="1"`).join(" ");
        return spFile(number, `Shared Documents/${letter}.txt`, attributes);
      });
      await put("Manifest.xml", manifest(library, ...files));
      const source = convert({ content: anyContent });
      await collect(source);
      expect(source.report.dropped.length).toBeLessThanOrEqual(1001);
      expect(source.report.dropped[0]).toMatchObject({ what: "others" });
    });

    it("ends with ABORTED", async () => {
      await put("Manifest.xml", manifest(library, spFile(1, "Shared Documents/a.txt")));
      const signal = AbortSignal.abort();
      await expect(collect(convert({ signal }))).rejects.toMatchObject({ code: "ABORTED" });
    });
  });

  describe.skipIf(specIsMissing)("on the specification's samples (skipped where ../shared is missing)", () => {
    it("reads a package of web, list, folder, file with versions and scope", async () => {
      const from = join(specFolder, "xsd/samples/valid");
      const items = await collect(
        exportSource({ from, temporaryDirectory: folder(), content: ({ version }) => bytes(version ?? "3.0") }),
      );
      expect(entriesOf(items)).toEqual(["folder 2024", "file 2024/a.txt"]);
      const reader = "i:0#.f|membership|ana@contoso.com";
      expect(items.at(-1)).toMatchObject({
        version: "3.0",
        versions: [{ version: "1.0", checkinComment: "first" }, { version: "2.0" }],
        permissions: [{ principal: reader, role: "Read" }],
      });
      expect(await readFile(join(from, "Manifest.xml"), "utf8")).toContain("SPDocumentLibrary");
    });
  });
});
