import { EventEmitter } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { exampleTarget, makeTree, temporaryFolder } from "@primepack/test-support";
import { beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "./clock.ts";
import { runCli } from "./run-cli.ts";

const path = temporaryFolder();

const ana = "CONTOSO\\ana";
const bob = "CONTOSO\\bob";
const gone = "CONTOSO\\gone";

const library = [
  { kind: "user", login: ana, name: "Ana", email: "ana@old.example" },
  { kind: "group", name: "Readers", owner: ana, members: [bob] },
  { kind: "list", permissions: [{ principal: { group: "Readers" }, role: "Read" }] },
  { kind: "folder", path: "Plans", permissions: [{ principal: ana, role: "Contribute" }] },
  {
    kind: "file",
    path: "Plans/plan.txt",
    author: ana,
    modifiedBy: bob,
    modified: "2024-03-12T10:45:00Z",
    content: { path: "plan-3.txt" },
    fields: [
      { name: "Stage", type: "Choice", value: "Final" },
      { name: "Due", type: "DateTime", value: "2024-04-01T00:00:00Z" },
      { name: "Reviewer", type: "User", value: gone },
    ],
    versions: [
      { content: { path: "plan-1.txt" }, author: ana, modified: "2024-01-01T00:00:00Z", checkinComment: "first" },
      { content: { base64: "c2Vjb25k" }, author: bob, modified: "2024-02-01T00:00:00Z" },
    ],
  },
  {
    kind: "file",
    path: "Plans/two.txt",
    content: { path: "plan-3.txt" },
    versions: [{ content: { path: "plan-1.txt" } }],
  },
  { kind: "file", path: "z.txt", content: { path: "plan-1.txt" }, author: bob },
];

const list = [
  { kind: "folder", path: "Open" },
  {
    kind: "item",
    path: "Open/a",
    author: ana,
    fields: [{ name: "Title", type: "Text", value: "Mend the roof" }],
    versions: [{ fields: [{ name: "Title", type: "Text", value: "Roof" }], author: bob }],
    attachments: [{ name: "roof.txt", content: { path: "plan-1.txt" } }],
    permissions: [{ principal: ana, role: "Full Control" }],
  },
  { kind: "item", path: "Open/b", fields: [{ name: "Title", type: "Text", value: "Paint" }] },
];

const listTarget = { ...exampleTarget, listTitle: "Tasks", listUrl: "Lists/Tasks", baseTemplate: "GenericList" };

beforeAll(async () => {
  await makeTree(path("contents"), { "plan-1.txt": "first", "plan-3.txt": "the third" });
  await writeFile(path("library.json"), JSON.stringify(exampleTarget));
  await writeFile(path("list.json"), JSON.stringify(listTarget));
  await writeInventory(
    "library.ndjson",
    library.map((item) => JSON.stringify(item)),
  );
  await writeInventory(
    "list.ndjson",
    list.map((item) => JSON.stringify(item)),
  );
  await writeFile(
    path("people.csv"),
    [
      "source,target,kind,name",
      `${ana},ana@contoso.com,user,Ana Contoso`,
      `${bob},bob@contoso.com,boss,`,
      `${gone},,deleted,`,
      "",
    ].join("\r\n"),
  );
});

function writeInventory(name: string, lines: readonly string[]): Promise<void> {
  return writeFile(path(name), `${lines.join("\n")}\n`);
}

async function run(...argv: string[]): Promise<{ exit: number; stdout: string; stderr: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const said = { stdout: "", stderr: "" };
  stdout.on("data", (chunk: Buffer) => {
    said.stdout += chunk;
  });
  stderr.on("data", (chunk: Buffer) => {
    said.stderr += chunk;
  });
  const signals = new EventEmitter();
  const exit = await runCli({ argv, env: {}, stdout, stderr, signals, cwd: path(), clock: systemClock });
  return { exit, ...said };
}

const build = (inventory: string, target: string, out: string, ...more: string[]): string[] => [
  ...["build", "--inventory", inventory, "--content-root", "contents", "--target", target, "--out", out],
  ...["--workers", "0", ...more],
];

async function jsonLines(...names: string[]): Promise<Record<string, unknown>[]> {
  const text = await readFile(path(...names), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const last = (text: string) => JSON.parse(text.trimEnd().split("\n").at(-1) ?? "");

async function manifests(out: string): Promise<string> {
  const read = (name: string) => readFile(path(out, "000001", "manifest", name), "utf8");
  return (await read("Manifest.xml")) + (await read("UserGroup.xml"));
}

describe("primepack build --inventory", () => {
  it("packages versions, people and permissions, which verify finds as the inventory has them", async () => {
    const people = ["--user-map", "people.csv", "--unmapped", "default-author"];
    const built = await run(...build("library.ndjson", "library.json", "library", ...people, "--no-encryption"));
    expect(built.exit, built.stderr).toBe(0);
    expect(built.stdout).toContain("Packaged: 1 folder, 3 files, 3 older versions, permissions of the list\n");
    expect(built.stdout).toMatch(/^Warnings: .*1 USER_MAP_LINE/m);
    expect(built.stdout).toMatch(/^Warnings: .*1 TWO_VERSIONS/m);
    expect(built.stderr).toMatch(/^warning: Cannot use line 3 of the user map as .*"boss" \(USER_MAP_LINE\)$/m);

    const written = await manifests("library");
    expect(written).toContain('Login="i:0#.f|membership|ana@contoso.com"');
    expect(written).toContain('Name="Ana Contoso"');
    expect(written).not.toContain(bob);
    expect(written).toMatch(/<User [^>]*IsDeleted="true"/);

    const source = ["--inventory", "library.ndjson", "--content-root", "contents"];
    const verified = await run("verify", "library", "--target", "library.json", ...source);
    expect(verified, verified.stdout + verified.stderr).toMatchObject({ exit: 0, stderr: "" });
    expect(verified.stdout).toContain("3 files compared with the source");
  });

  it("goes on with a run by the same flags, and counts what it finds finished", async () => {
    const flags = ["--user-map", "people.csv", "--user-fields", "hash"];
    const built = await run(...build("library.ndjson", "library.json", "continued", ...flags, "--json"));
    expect(built.exit, built.stderr).toBe(0);
    const continued = await run(
      ...build("library.ndjson", "library.json", "continued", ...flags, "--json", "--continue"),
    );
    expect(continued.exit, continued.stderr).toBe(0);
    const { kinds, versions, attachments, counts } = last(built.stdout);
    expect(last(continued.stdout)).toMatchObject({ reusedPackages: 1, kinds, versions, attachments, counts });
    const others = await run(...build("library.ndjson", "library.json", "continued", "--continue"));
    expect(others).toMatchObject({ exit: 2, stderr: expect.stringContaining("PLAN_CHANGED") });
  });

  it("packages list items with attachments, and converts them again", async () => {
    const built = await run(...build("list.ndjson", "list.json", "list", "--json"));
    expect(built.exit, built.stderr).toBe(0);
    expect(last(built.stdout)).toMatchObject({
      type: "summary",
      kinds: { folders: 1, files: 0, items: 2, lists: 0 },
      attachments: 1,
      warnings: {},
    });
    const source = ["--inventory", "list.ndjson", "--content-root", "contents"];
    const verified = await run("verify", "list", "--target", "list.json", ...source);
    expect(verified.exit, verified.stdout + verified.stderr).toBe(0);
    const convert = ["convert", "list", "--target", "list.json", "--out", "again", "--workers", "0", "--json"];
    const converted = await run(...convert, "--user-map", "people.csv", "--user-fields", "hash");
    expect(converted.exit, converted.stderr).toBe(0);
    expect(last(converted.stdout)).toMatchObject({ attachments: 1, warnings: { USER_MAP_LINE: 1 } });
  });

  it("names the line of what can't be used, packages the rest, and ends with exit status 1", async () => {
    await writeInventory("bad.ndjson", [
      '{"kind":"file","path":"a.txt","content":{"path":"plan-1.txt"}}',
      "no JSON",
      "",
      '{"kind":"file","path":"b.txt","content":{"path":"missing.txt"}}',
      '{"kind":"file","path":"c.txt","size":-1,"content":{"path":"plan-1.txt"}}',
      '{"kind":"file","path":"a.txt","size":"x","content":{"path":"plan-1.txt"}}',
      '"neither"',
    ]);
    const built = await run(...build("bad.ndjson", "library.json", "bad"));
    expect(built.exit, built.stderr).toBe(1);
    expect(built.stderr).toMatch(/^failed: line 2: Cannot use line 2 of the inventory as /m);
    expect(built.stderr).toMatch(/^failed: line 4: b\.txt: .*ENOENT.*\(SOURCE_GONE\)$/m);
    expect(built.stdout).toContain("1 packaged, 0 renamed, 0 existing, 0 excluded, 0 skipped, 5 failed");
    const failed = (await jsonLines("bad", "items.ndjson")).filter(({ outcome }) => outcome === "failed");
    expect(failed.map(({ line, source }) => [line, source])).toEqual([
      [2, ""],
      [4, "b.txt"],
      [5, "c.txt"],
      [6, "a.txt"],
      [7, ""],
    ]);
    const verified = await run("verify", "bad", "--inventory", "bad.ndjson", "--content-root", "contents");
    expect(verified.exit, verified.stdout).toBe(0);
    expect(verified.stdout).toContain("1 file compared with the source");
  });

  it("writes each of the forms, which verify takes", async () => {
    const forms = [
      ...["--two-versions", "repeat-first", "--version-ids", "distinct", "--no-outer-file-value", "--roles", "omit"],
      ...["--date-fields", "us", "--user-fields", "hash", "--manifest-megabytes", "1", "--archives"],
    ];
    const built = await run(...build("library.ndjson", "library.json", "forms", ...forms));
    expect(built.exit, built.stderr).toBe(0);
    const source = ["--inventory", "library.ndjson", "--content-root", "contents"];
    const verified = await run("verify", "forms", ...source);
    expect(verified.exit, verified.stdout).toBe(0);

    const repeated = ["--two-versions", "current-only", "--attachment-url", "server-relative"];
    const current = await run(...build("library.ndjson", "library.json", "current", ...repeated, "--json"));
    expect(current.exit, current.stderr).toBe(0);
    expect(last(current.stdout)).toMatchObject({ versions: 2 });
    const again = await run("verify", "current", ...source);
    expect(again.exit, again.stdout).toBe(0);
  });

  it("reads CSV with another delimiter, in any order if it is to sort", async () => {
    const rows = ["kind;path;content", "file;b/b.txt;plan-1.txt", "file;a.txt;plan-3.txt", "file;b/a.txt;plan-1.txt"];
    await writeInventory("unsorted.csv", rows);
    const flags = ["--delimiter", "semicolon", "--sort", "--temp", path()];
    const built = await run(...build("unsorted.csv", "library.json", "csv", ...flags));
    expect(built.exit, built.stderr).toBe(0);
    expect(built.stdout).toContain("Items: 4 packaged");
    const verified = await run(
      ...["verify", "csv", "--inventory", "unsorted.csv", "--content-root", "contents", ...flags],
    );
    expect(verified.exit, verified.stdout).toBe(0);
    expect(verified.stdout).toContain("3 files compared");
  });

  it("fetches contents from the origins that are named, and from no other", async () => {
    await writeInventory("urls.ndjson", [
      JSON.stringify({ kind: "file", path: "u.txt", content: { url: "http://127.0.0.1:9/u.txt", length: 4 } }),
    ]);
    const refused = await run(...build("urls.ndjson", "library.json", "no-urls"));
    expect(refused).toMatchObject({ exit: 1, stderr: expect.stringContaining("line 1") });
    const elsewhere = await run(
      ...build("urls.ndjson", "library.json", "other-urls", "--content-origin", "https://files.contoso.com"),
    );
    expect(elsewhere).toMatchObject({ exit: 1, stderr: expect.stringContaining("http://127.0.0.1:9") });
  });

  it.each<[string, string[], string]>([
    ["an inventory that is missing", ["--inventory", "missing"], "Cannot read --inventory as"],
    ["a folder as inventory", ["--inventory", "contents"], "it must be a file"],
    [
      "a folder of contents that is missing",
      ["--inventory", "list.ndjson", "--content-root", "missing"],
      "Cannot read --content-root as",
    ],
    [
      "a file for temporary files",
      ["--inventory", "list.ndjson", "--sort", "--temp", "people.csv"],
      "it must be a folder",
    ],
    ["an inventory beside a folder", ["contents", "--inventory", "list.ndjson"], "as --inventory is the source"],
    ["a user map that is missing", ["contents", "--user-map", "missing"], "USER_MAP_FAILED"],
    ["a user map that is none", ["contents", "--user-map", "list.ndjson"], "USER_MAP_FAILED"],
    ["a container URL with a query", ["--blob-container", "https://a.example/c?x=1"], "without a query"],
    ["blobs of no container", ["--inventory", "list.ndjson", "--blob-container", "c"], "no URL"],
  ])("refuses %s, with exit status 2 and nothing written", async (_, argv, message) => {
    const result = await run("build", ...argv, "--target", "library.json", "--out", "refused");
    expect(result).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringContaining(message) });
    expect(result.stderr).toMatch(/^primepack: [^\n]+\n {2}[^\n]+\([A-Z_]+\)\n$/);
    await expect(readFile(path("refused", "run.json"))).rejects.toThrow("ENOENT");
  });

  it("refuses a CSV without usable columns as input, and says of no command that it goes on", async () => {
    await writeInventory("columns.csv", ["colour;shape", "red;round"]);
    const result = await run(...build("columns.csv", "library.json", "columns"));
    expect(result).toMatchObject({ exit: 2, stderr: expect.stringContaining("INVENTORY_INVALID") });
    expect(result.stderr).not.toContain("--continue");
  });
});

describe("primepack build with what lies beside files", () => {
  it("takes the owner as author, and metadata from sidecars", async () => {
    await makeTree(path("tree"), {
      "a.txt": "a",
      "a.txt.meta.json": JSON.stringify({
        author: "CONTOSO\\ana",
        fields: [{ name: "Title", type: "Text", value: "A" }],
      }),
      "b.txt": "b",
    });
    const flags = [
      "--owners",
      "--sidecar",
      ".meta.json",
      "--user-map",
      "people.csv",
      "--workers",
      "0",
      "--no-encryption",
    ];
    const built = await run("build", "tree", "--target", "library.json", "--out", "tree-out", ...flags);
    expect(built.exit, built.stderr).toBe(0);
    expect(built.stdout).toContain("Items: 2 packaged");
    const written = await manifests("tree-out");
    expect(written).toContain('Login="i:0#.f|membership|ana@contoso.com"');
    // The owner of b.txt is the other one; Windows tells of none.
    if (process.platform !== "win32") expect(written.match(/<User /g)).toHaveLength(2);
    const verified = await run("verify", "tree-out", "--source", "tree", "--sidecar", ".meta.json");
    expect(verified.exit, verified.stdout).toBe(0);
  });
});
