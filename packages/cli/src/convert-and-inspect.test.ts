import { EventEmitter } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { exampleTarget, temporaryFolder } from "@primepack/test-support";
import { beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "./clock.ts";
import { runCli } from "./run-cli.ts";

const path = temporaryFolder();
const list = "aaaaaaaa-0000-4000-8000-000000000002";
const guid = (number: number) => `bbbbbbbb-0000-4000-8000-${String(number).padStart(12, "0")}`;

const exported = `<SPObjects xmlns="urn:deployment-manifest-schema">
<SPObject Id="${list}" ObjectType="SPDocumentLibrary"><DocumentLibrary Id="${list}" Title="Old" RootFolderUrl="/sites/old/Docs" Description="x"/></SPObject>
<SPObject Id="${guid(1)}" ObjectType="SPFile" ParentWebUrl="/sites/old"><File Id="${guid(1)}" Url="Docs/a/b.txt" Version="2.0" Author="7"><Versions><File Version="2.0"/><File Version="1.0"/></Versions></File></SPObject>
<SPObject Id="${guid(2)}" ObjectType="SPFile" ParentWebUrl="/sites/old"><File Id="${guid(2)}" Url="Docs/gone.txt"/></SPObject>
</SPObjects>`;
const users = `<UserGroupMap xmlns="urn:deployment-usergroupmap-schema"><Users><User Id="7" Name="Ana" Login="i:0#.f|membership|ana@contoso.com" SystemId="AA=="/></Users></UserGroupMap>`;

beforeAll(async () => {
  await mkdir(path("export"));
  await writeFile(path("export", "Manifest.xml"), exported);
  await writeFile(path("export", "UserGroup.xml"), users);
  await mkdir(path("content", "a", "b.txt.versions"), { recursive: true });
  await writeFile(path("content", "a", "b.txt"), "second");
  await writeFile(path("content", "a", "b.txt.versions", "1.0"), "first");
  await writeFile(path("target.json"), JSON.stringify(exampleTarget));
});

async function run(...argv: string[]): Promise<{ exit: number; stdout: string; stderr: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const written: Record<"out" | "err", string> = { out: "", err: "" };
  stdout.on("data", (chunk: Buffer) => {
    written.out += chunk;
  });
  stderr.on("data", (chunk: Buffer) => {
    written.err += chunk;
  });
  const signals = new EventEmitter();
  const exit = await runCli({ argv, env: {}, stdout, stderr, signals, cwd: path(), clock: systemClock });
  return { exit, stdout: written.out, stderr: written.err };
}

const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("primepack convert and inspect", () => {
  it("build packages of an export, which read and convert again", async () => {
    const common = ["--target", "target.json", "--workers", "0", "--json"];
    const first = await run("convert", "export", "--out", "first", "--content", "content", ...common);
    expect(first.stderr).toBe("");
    expect(first.exit).toBe(1);
    const events = jsonLines(first.stdout);
    expect(events.at(-2)).toMatchObject({
      type: "converted",
      list: "/sites/old/Docs",
      dropped: [{ what: "attribute List/@Description", count: 1 }],
    });
    expect(events.at(-1)).toMatchObject({ type: "summary", counts: { packaged: 2, failed: 1 } });
    const items = jsonLines(await readFile(path("first", "items.ndjson"), "utf8"));
    expect(items.find(({ source }) => source === "gone.txt")).toMatchObject({ code: "CONTENT_UNRESOLVED" });
    expect(items.find(({ source }) => source === "a/b.txt")).toMatchObject({ id: guid(1), outcome: "packaged" });
    expect(await readFile(path("first", "run.json"), "utf8")).toContain("{");

    const again = await run("convert", "first", "--out", "second", ...common);
    expect(again.stderr).toBe("");
    expect(again.exit).toBe(0);
    expect(jsonLines(again.stdout).at(-1)).toMatchObject({ counts: { packaged: 2, failed: 0 } });

    const inspected = await run("inspect", "second", "--json");
    expect(jsonLines(inspected.stdout)).toMatchObject([
      { type: "inspection", encrypted: true, tree: { counts: { folders: 1, files: 1, versions: 1, bytes: 11 } } },
    ]);
    const verified = await run("verify", "second", "--json");
    expect(jsonLines(verified.stdout).at(-1)).toMatchObject({ ok: true });
  }, 60_000);

  it("show for people what packages hold, and refuse what is none", async () => {
    const shown = await run("inspect", "export");
    expect(shown).toMatchObject({ exit: 0, stderr: "" });
    expect(shown.stdout).toContain(
      "    Docs/  2 files, 1 older version, 3 of unknown size\n      a/  1 file, 1 older version",
    );
    expect(shown.stdout).toContain("List: /sites/old/Docs");
    expect(await run("inspect", "content")).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("EXPORT_UNREADABLE"),
    });
    expect(await run("inspect")).toMatchObject({ exit: 2 });
    expect(await run("convert", "export", "--target", "target.json")).toMatchObject({ exit: 2 });
    const into = await run("convert", "export", "--target", "target.json", "--out", "export/out");
    expect(into).toMatchObject({ exit: 2, stderr: expect.stringContaining("OUTPUT_CONTAINS_SOURCE") });
  });
});
