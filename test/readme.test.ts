import { execFile } from "node:child_process";
import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  type EmulatorProcess,
  exampleTarget,
  makeTree,
  runCliProcess,
  startEmulatorProcess,
  temporaryFolder,
} from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "./workspace/root.ts";

const path = temporaryFolder();
const readme = await readFile(join(root, "README.md"), "utf8");

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocks: readonly Block[] = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
  ([, language = "", text = ""]) => ({
    language,
    text,
  }),
);
const inLanguage = (language: string) => blocks.filter((block) => block.language === language).map(({ text }) => text);
const commandsOf = (text: string) =>
  text
    .replace(/ *#.*$/gm, "")
    .replace(/ \\\n */g, " ")
    .trim()
    .split("\n");

/** A library with one file, as SharePoint exports it. */
const exportedManifest = `<SPObjects xmlns="urn:deployment-manifest-schema">
<SPObject Id="aaaaaaaa-0000-4000-8000-000000000002" ObjectType="SPDocumentLibrary">
<DocumentLibrary Id="aaaaaaaa-0000-4000-8000-000000000002" Title="Old" RootFolderUrl="/sites/old/Docs"/></SPObject>
<SPObject Id="aaaaaaaa-0000-4000-8000-000000000003" ObjectType="SPFile" ParentWebUrl="/sites/old">
<File Id="aaaaaaaa-0000-4000-8000-000000000003" Url="Docs/Plans/a.txt"/></SPObject>
</SPObjects>`;

/** Lies within this package, so that examples find `@primepack/core` as a user's program does: the built one. */
let programs: string;
/** Stands for the site of the examples. */
let emulator: EmulatorProcess;

beforeAll(async () => {
  emulator = await startEmulatorProcess(path("site"));
  programs = await mkdtemp(join(root, "test", "node_modules", ".readme-"));
  await makeTree(path("source"), { "a.txt": "a", "folder/b.txt": "b", "folder/c.tmp": "c" });
  const item = { kind: "file", path: "a.txt", author: "CONTOSO\\ana", content: { path: "contents/Plans/a.txt" } };
  await makeTree(path(), {
    "items.ndjson": JSON.stringify(item),
    "people.csv": "source,target\nCONTOSO\\ana,ana@contoso.com\n",
    "users.csv": "sourceUserPrincipalName,targetUserPrincipalName\nana@fabrikam.com,ana@contoso.com\n",
    "moves.csv": "kind,source,target\nuser,ana@fabrikam.com,ana@contoso.com\n",
    "export/Manifest.xml": exportedManifest,
    "contents/Plans/a.txt": "a",
  });
});

afterAll(async () => {
  await emulator?.stop();
  await rm(programs, { recursive: true, force: true });
});

/** The words of a command, with the emulator in place of the site and of whom it would ask. */
function emulated(command: string): readonly string[] {
  const args = command
    .replace(/ --(?:tenant|client-id|certificate) \S+/g, "")
    .replace("https://contoso.sharepoint.com/sites/archive", emulator.siteUrl)
    .split(" ");
  if (args[1] === "tenant") args.push("--graph-url", emulator.graphBetaUrl);
  const isWatching = args[1] === "migrate" || args.includes("--batch");
  return isWatching ? [...args, "--poll-running", "0.2", "--poll-queued", "0.2"] : args;
}

describe("README.md", () => {
  it("begins with the two commands, which the root package.json has", async () => {
    const [first = ""] = inLanguage("sh");
    expect(blocks[0]?.language).toBe("sh");
    expect(commandsOf(first)).toEqual([
      expect.stringMatching(/^git clone \S.* primepack$/),
      "cd primepack",
      "npm start",
      "npm test",
    ]);
    const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(["start", "test", "build"]));
  });

  it("shows a target that works, and shell commands that run with it", async () => {
    const [target = ""] = inLanguage("json");
    expect(JSON.parse(target)).toEqual(exampleTarget);
    await writeFile(path("target.json"), target);
    const commands = inLanguage("sh").slice(1).flatMap(commandsOf);
    expect(commands.length).toBeGreaterThanOrEqual(2);
    for (const command of commands) {
      const [program, ...args] = emulated(command);
      expect(program).toBe("primepack");
      const result = await runCliProcess(args, { cwd: path() });
      expect(result.exit, `${command}\n${result.stderr}`).toBe(0);
    }
  });

  it.each(inLanguage("js").map((text, index) => [index, text] as const))(
    "has example %i, which runs",
    async (index, text) => {
      await writeFile(path("target.json"), JSON.stringify(exampleTarget));
      const program = join(programs, `example-${index}.mjs`);
      await writeFile(program, text);
      const { stdout } = await promisify(execFile)(process.execPath, [program], { cwd: path() });
      expect(stdout.trim().split("\n").at(-1)).toBe(index === 0 ? "complete 3" : "complete 1");
    },
  );

  it("links to files that exist", async () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = ""]) => link);
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) await access(join(root, link));
  });
});
