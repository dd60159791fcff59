import { execFile } from "node:child_process";
import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type EmulatorProcess, runCliProcess, startEmulatorProcess, temporaryFolder } from "@primepack/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../workspace/root.ts";

const path = temporaryFolder();
const docs = await readFile(join(root, "docs/cross-tenant.md"), "utf8");
const readme = await readFile(join(root, "packages/cross-tenant/README.md"), "utf8");

interface Block {
  readonly language: string;
  /** What stands behind the language: the name of a file. */
  readonly name: string;
  readonly text: string;
}

const blocksOf = (text: string): readonly Block[] =>
  [...text.matchAll(/^```(\w+) ?(\S*)\n(.*?)^```$/gms)].map(([, language = "", name = "", body = ""]) => ({
    language,
    name,
    text: body,
  }));
const blocks = blocksOf(docs);
const commands = blocks.filter(({ language }) => language === "sh").flatMap(({ text }) => text.trim().split("\n"));
const programOf = (text: string) => blocksOf(text).find(({ language }) => language === "js")?.text ?? "";

let emulator: EmulatorProcess;
/** Lies within this package, so that examples find the packages as a user's program does: the built ones. */
let programs: string;

beforeAll(async () => {
  emulator = await startEmulatorProcess(path("emulator"), ["--move-ms", "300", "--start-delay-ms", "50"]);
  programs = await mkdtemp(join(root, "test", "node_modules", ".docs-"));
  for (const { name, text } of blocks) if (name !== "") await writeFile(path(name), text);
});

afterAll(async () => {
  await emulator?.stop();
  await rm(programs, { recursive: true, force: true });
});

async function run(name: string, program: string): Promise<string> {
  await writeFile(join(programs, name), program);
  const env = { ...process.env, GRAPH_URL: emulator.graphBetaUrl, NORTH_TOKEN: "north", SOUTH_TOKEN: "south" };
  const { stdout } = await promisify(execFile)(process.execPath, [join(programs, name)], { cwd: path(), env });
  return stdout.trim();
}

describe("docs/cross-tenant.md", () => {
  it("shows commands that run one after another, with the files that it shows", async () => {
    expect(commands.length).toBeGreaterThanOrEqual(5);
    for (const command of commands) {
      const [program, ...args] = command.replace("http://127.0.0.1:8791", emulator.graphBetaUrl).split(" ");
      expect(program).toBe("primepack");
      const result = await runCliProcess(args, { cwd: path() });
      expect(result.exit, `${command}\n${result.stderr}`).toBe(0);
    }
    const moves = await readFile(path("run/report/moves.csv"), "utf8");
    expect(moves.match(/completed/g)?.length).toBeGreaterThanOrEqual(4);
  });

  it.each([
    ["groups", "groups.csv", { added: 1, removed: 1 }],
    ["users", "users.ndjson", { added: 1, removed: 1 }],
  ])("shows a file of %s that can be used: %s", async (kind, file, counts) => {
    const { exit, stdout, stderr } = await runCliProcess(["tenant", "map", kind, file, "--dry-run", "--json"], {
      cwd: path(),
    });
    expect(exit, stderr).toBe(0);
    expect(JSON.parse(stdout.split("\n").at(-1) ?? "")).toMatchObject({ findings: 0, counts });
  });

  it("has a program that maps users and moves what a file lists", async () => {
    await writeFile(
      path("moves.csv"),
      "kind,source,target\ngroup,docs,docs-new\nuser,bo@south.example,bo@north.example\n",
    );
    await writeFile(
      path("users.csv"),
      "sourceUserPrincipalName,targetUserPrincipalName\nbo@south.example,bo@north.example\n",
    );
    const fresh = await startEmulatorProcess(path("fresh"), ["--move-ms", "300", "--start-delay-ms", "50"]);
    try {
      await writeFile(join(programs, "batch.mjs"), programOf(docs));
      const env = { ...process.env, GRAPH_URL: fresh.graphBetaUrl };
      const { stdout } = await promisify(execFile)(process.execPath, [join(programs, "batch.mjs")], {
        cwd: path(),
        env,
      });
      expect(stdout).toContain("bo@south.example added\n");
      expect(stdout.trim().split("\n").at(-1)).toBe("complete 2");
    } finally {
      await fresh.stop();
    }
  });

  it("links to files and headings that exist", async () => {
    const links = [...docs.matchAll(/\]\(([^):]+)\)/g)].map(([, link = ""]) => link);
    expect(links.length).toBeGreaterThan(4);
    for (const link of links) {
      const [file = "", heading] = link.split("#");
      const target = file === "" ? join(root, "docs/cross-tenant.md") : join(root, "docs", file);
      await access(target);
      if (heading === undefined) continue;
      const headings = [...(await readFile(target, "utf8")).matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) => text);
      const anchors = headings.map((text) =>
        text
          .toLowerCase()
          .replace(/[^\w -]/g, "")
          .replaceAll(" ", "-"),
      );
      expect(anchors, `${dirname(target)}: ${link}`).toContain(heading);
    }
  });
});

it("the example of packages/cross-tenant/README.md maps a user and moves them", async () => {
  const stdout = await run("single.mjs", programOf(readme));
  expect(stdout).toMatch(/^set \{/);
  expect(stdout.split("\n").at(-1)).toBe("completed");
});
