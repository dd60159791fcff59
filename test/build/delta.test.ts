import { appendFile, cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import type { ItemOutcome, LedgerEntry } from "@primepack/core";
import { openLmdbLedger } from "@primepack/store-lmdb";
import {
  type CliOptions,
  type CliResult,
  collectLedger,
  exampleTarget,
  makeTree,
  manyFiles,
  runCliProcess,
  temporaryFolder,
} from "@primepack/test-support";
import { beforeAll, describe, expect, it } from "vitest";

const path = temporaryFolder();
const { listId } = exampleTarget;

beforeAll(async () => {
  await writeFile(path("target.json"), JSON.stringify(exampleTarget));
});

const tree = {
  "a.txt": "text of a",
  "b.txt": "text of b",
  "folder/c.txt": "text of c",
  "folder/sub/d.txt": "text of d",
};

/** A case of its own: a source, a ledger, and outputs of builds of it. */
class Case {
  readonly #name: string;
  #outputs = 0;

  constructor(name: string) {
    this.#name = name;
  }

  at(...names: string[]): string {
    return path(this.#name, ...names);
  }

  /** A case with the tree built and confirmed. */
  static async begun(name: string, files: Parameters<typeof makeTree>[1] = tree): Promise<Case> {
    const one = new Case(name);
    await makeTree(one.at("source"), files);
    await one.confirm(await one.build());
    return one;
  }

  async run(args: readonly string[], options?: CliOptions): Promise<CliResult> {
    return runCliProcess([...args, "--ledger", this.at("ledger"), "--json"], options);
  }

  buildArguments(out: string, ...more: string[]): string[] {
    const output = ["--out", this.at(out), "--target", path("target.json")];
    return ["build", this.at("source"), ...output, "--workers", "0", ...more];
  }

  /** Builds into the next output, whose name it gives. */
  async build(...more: string[]): Promise<string> {
    this.#outputs += 1;
    const out = `out-${this.#outputs}`;
    const { exit, stdout, stderr } = await this.run(this.buildArguments(out, ...more));
    expect(exit, stdout + stderr).toBe(0);
    return out;
  }

  async confirm(out: string, ...more: string[]): Promise<void> {
    const { exit, stdout, stderr } = await this.run(["ledger", "confirm", this.at(out), ...more]);
    expect(exit, stdout + stderr).toBe(0);
  }

  /** By outcome and source path; without what is random, or of the machine. */
  async outcomes(out: string): Promise<ReadonlyMap<string, ItemOutcome>> {
    const lines = (await readFile(this.at(out, "items.ndjson"), "utf8")).split("\n").filter(Boolean);
    const outcomes = lines.map((line) => ({ ...JSON.parse(line), md5: undefined, identity: undefined }) as ItemOutcome);
    return new Map(outcomes.map((outcome) => [`${outcome.outcome} ${outcome.source}`, outcome]));
  }

  async outcomeNames(out: string): Promise<string[]> {
    return [...(await this.outcomes(out)).keys()].sort();
  }

  async packages(out: string): Promise<string[]> {
    return (await readdir(this.at(out))).filter((name) => /^\d+$/.test(name));
  }

  async entries(): Promise<ReadonlyMap<string, LedgerEntry>> {
    const ledger = await openLmdbLedger({ path: this.at("ledger"), listId, readOnly: true });
    const entries = collectLedger(ledger);
    await ledger.close();
    return new Map(entries.map((entry) => [entry.source.join("/"), entry]));
  }

  async verify(out: string): Promise<void> {
    const { exit, stdout, stderr } = await runCliProcess(["verify", this.at(out)]);
    expect(exit, stdout + stderr).toBe(0);
  }
}

describe("primepack build --ledger", () => {
  it("packages nothing of a tree that was confirmed and has not changed", async () => {
    const one = await Case.begun("unchanged");
    const out = await one.build();
    expect(await one.packages(out)).toEqual([]);
    expect(await one.outcomeNames(out)).toEqual([
      "unchanged a.txt",
      "unchanged b.txt",
      "unchanged folder",
      "unchanged folder/c.txt",
      "unchanged folder/sub",
      "unchanged folder/sub/d.txt",
    ]);
  });

  it("packages again, with the same ids, what was not confirmed", async () => {
    const one = new Case("unconfirmed");
    await makeTree(one.at("source"), tree);
    const first = await one.outcomes(await one.build());
    const second = await one.outcomes(await one.build());
    expect(second).toEqual(first);
  });

  it("packages again what an import failed for", async () => {
    const one = new Case("failed");
    await makeTree(one.at("source"), tree);
    const out = await one.build();
    const id = (await one.entries()).get("b.txt")?.id ?? "";
    await writeFile(one.at("failed"), `{${id.toUpperCase()}}\r\n\n`);
    await one.confirm(out, "--except-file", one.at("failed"));
    expect((await one.outcomeNames(await one.build())).filter((name) => name.startsWith("packaged"))).toEqual([
      "packaged b.txt",
    ]);
  });

  it("packages what is changed or new alone, the changed with its ids", async () => {
    const one = await Case.begun("changed");
    const before = await one.entries();
    await appendFile(one.at("source/folder/c.txt"), " and more");
    await writeFile(one.at("source/folder/new.txt"), "new");
    const out = await one.build();
    const outcomes = await one.outcomes(out);
    const { id, listItemId, itemId } = before.get("folder/c.txt") as LedgerEntry;
    expect(outcomes.get("packaged folder/c.txt")).toMatchObject({ id, listItemId, itemId });
    // Numbers go on behind those of the run before.
    expect(outcomes.get("packaged folder/new.txt")).toMatchObject({ itemId: before.size + exampleTarget.firstItemId });
    for (const name of ["a.txt", "b.txt", "folder/sub", "folder/sub/d.txt"]) {
      expect(outcomes.get(`unchanged ${name}`)).toMatchObject({ id: before.get(name)?.id });
    }
    await one.verify(out);
    await one.confirm(out);
    expect(await one.packages(await one.build())).toEqual([]);
  });

  it("keeps the ids of renamed files and folders, and of all that is in these", async () => {
    const one = await Case.begun("renamed");
    const before = await one.entries();
    await rename(one.at("source/a.txt"), one.at("source/renamed.txt"));
    await rename(one.at("source/folder"), one.at("source/other"));
    const out = await one.build("--delete-missing");
    const outcomes = await one.outcomes(out);
    const moves = { "a.txt": "renamed.txt", folder: "other", "folder/c.txt": "other/c.txt" };
    for (const [from, to] of Object.entries(moves)) {
      const { id, listItemId, itemId } = before.get(from) as LedgerEntry;
      const movedFrom = from.split("/");
      expect(outcomes.get(`packaged ${to}`), to).toMatchObject({ id, listItemId, itemId, movedFrom });
    }
    expect([...outcomes.keys()].filter((name) => name.startsWith("deletion"))).toEqual([]);
    await one.verify(out);
    await one.confirm(out);
    expect([...(await one.entries()).keys()].sort()).toEqual([
      "b.txt",
      "other",
      "other/c.txt",
      "other/sub",
      "other/sub/d.txt",
      "renamed.txt",
    ]);
    expect(await one.packages(await one.build("--delete-missing"))).toEqual([]);
  });

  it("gives a new file at the path of a moved one an id of its own", async () => {
    const one = await Case.begun("replaced");
    const before = await one.entries();
    await rename(one.at("source/b.txt"), one.at("source/a-moved.txt"));
    await writeFile(one.at("source/b.txt"), "another text");
    const out = await one.build();
    const outcomes = await one.outcomes(out);
    const moved = outcomes.get("packaged a-moved.txt");
    const fresh = outcomes.get("packaged b.txt");
    expect(moved).toMatchObject({ id: before.get("b.txt")?.id, movedFrom: ["b.txt"] });
    expect(fresh).toMatchObject({ generation: 1 });
    expect(fresh).not.toMatchObject({ id: before.get("b.txt")?.id });
    await one.verify(out);
    await one.confirm(out);
    expect(await one.packages(await one.build())).toEqual([]);
    expect((await one.entries()).get("b.txt")).toMatchObject({ generation: 1 });
  });

  it("deletes what is gone if that is asked for, until it is confirmed", async () => {
    const one = await Case.begun("gone");
    await rm(one.at("source/a.txt"));
    await rm(one.at("source/folder/sub"), { recursive: true });
    const deletions = async (out: string): Promise<string[]> =>
      (await one.outcomeNames(out)).filter((name) => name.startsWith("deletion"));
    expect(await deletions(await one.build())).toEqual([]);
    const gone = ["deletion a.txt", "deletion folder/sub", "deletion folder/sub/d.txt"];
    expect(await deletions(await one.build("--delete-missing"))).toEqual(gone);
    const out = await one.build("--delete-missing");
    expect(await deletions(out)).toEqual(gone);
    await one.verify(out);
    await one.confirm(out);
    expect([...(await one.entries()).keys()].sort()).toEqual(["b.txt", "folder", "folder/c.txt"]);
    expect(await one.packages(await one.build("--delete-missing"))).toEqual([]);
  });

  it("doesn't take what is left out for gone", async () => {
    const one = await Case.begun("left-out");
    const out = await one.build("--delete-missing", "--exclude", "folder");
    expect((await one.outcomeNames(out)).filter((name) => name.startsWith("deletion"))).toEqual([]);
  });

  it("writes nothing to the ledger in a dry run, and says what a build would do", async () => {
    const one = await Case.begun("dry");
    await appendFile(one.at("source/a.txt"), "!");
    const before = await one.entries();
    const dry = await one.run(one.buildArguments("dry-out", "--dry-run"));
    expect(dry.exit, dry.stderr).toBe(0);
    expect(dry.stdout).toContain('"unchanged":5');
    expect(await one.entries()).toEqual(before);
    const none = new Case("dry-none");
    await makeTree(none.at("source"), tree);
    expect((await none.run(none.buildArguments("out", "--dry-run"))).exit).toBe(0);
    expect(await readdir(none.at())).not.toContain("ledger");
  });

  it("refuses a ledger that another process has open for the list, before anything is written", async () => {
    const one = await Case.begun("in-use");
    const ledger = await openLmdbLedger({ path: one.at("ledger"), listId });
    const refused = await one.run(one.buildArguments("refused"));
    await ledger.close();
    expect(refused.exit).toBe(2);
    expect(refused.stdout).toContain("LEDGER_IN_USE");
    expect(await readdir(one.at())).not.toContain("refused");
  });

  it("refuses a ledger in the source, and deletions without a ledger", async () => {
    const one = await Case.begun("refused");
    const inSource = ["--ledger", one.at("source/folder/ledger")];
    const build = one.buildArguments("never");
    expect(await runCliProcess([...build, ...inSource])).toMatchObject({ exit: 2 });
    expect(await runCliProcess([...build, "--delete-missing"])).toMatchObject({ exit: 2 });
    expect(await readdir(one.at("source/folder"))).not.toContain("ledger");
  });
});

describe("primepack ledger", () => {
  it("confirms single packages, and refuses what isn't the run's or the ledger's", async () => {
    const one = new Case("confirm");
    await makeTree(one.at("source"), manyFiles(2, 10));
    const out = await one.build("--max-items", "10");
    const [first = "", ...others] = await one.packages(out);
    expect(others.length).toBeGreaterThan(0);
    await one.confirm(out, first);
    const received = [...(await one.entries()).values()].filter((entry) => entry.received !== undefined);
    expect(new Set(received.map((entry) => entry.built.package.split("/")[1]))).toEqual(new Set([first]));
    const unknown = await one.run(["ledger", "confirm", one.at(out), "000999"]);
    expect(unknown.exit).toBe(2);
    expect(unknown.stdout).toContain("LEDGER_PACKAGE_UNKNOWN");
    const plain = new Case("confirm-plain");
    await makeTree(plain.at("source"), tree);
    const build = plain.buildArguments("out");
    expect(await runCliProcess(build)).toMatchObject({ exit: 0 });
    const foreign = await one.run(["ledger", "confirm", plain.at("out")]);
    expect(foreign.stdout).toContain("LEDGER_PACKAGE_UNKNOWN");
    expect((await plain.run(["ledger", "confirm", plain.at("out")])).stdout).toContain("LEDGER_MISSING");
  });

  it("shows what the ledger holds of each list", async () => {
    const one = await Case.begun("show");
    const text = await runCliProcess(["ledger", "show", "--ledger", one.at("ledger")]);
    expect(text.stdout).toMatch(`List ${listId}: 6 items, highest item id`);
    expect(text.stdout).toContain("received 6, received in an earlier state 0, built only 0");
    const { exit, stdout } = await one.run(["ledger", "show"]);
    expect(exit).toBe(0);
    const [list, summary] = stdout.split("\n").map((line) => JSON.parse(line));
    expect(list).toMatchObject({ type: "list", listId, items: 6, received: 6, runs: [{ packages: 1, received: 6 }] });
    expect(summary).toEqual({ type: "summary", lists: 1, exitCode: 0 });
    const other = await one.run(["ledger", "show", "--list", "d4444444-0000-4000-8000-000000000004"]);
    expect(other.stdout).toContain("LEDGER_MISSING");
  });
});

describe("primepack build --ledger that was killed", () => {
  const packages = ["--max-items", "10"];

  /** Starts the build and kills it when so many packages are finished; gives how many of those it was told. */
  async function kill(one: Case, out: string, after: number, ...more: string[]): Promise<number> {
    let finished = 0;
    const killed = await one.run(one.buildArguments(out, ...packages, ...more), {
      onLine: (line, child) => {
        if ((JSON.parse(line) as { type: string }).type === "packageFinished") finished += 1;
        if (finished >= after) child.kill("SIGKILL");
      },
    });
    expect(killed.exit).toBe("SIGKILL");
    return finished;
  }

  async function finish(one: Case, out: string, ...more: string[]): Promise<ReadonlyMap<string, ItemOutcome>> {
    const { exit, stdout, stderr } = await one.run(one.buildArguments(out, ...packages, "--continue", ...more));
    expect(exit, stdout + stderr).toBe(0);
    return one.outcomes(out);
  }

  /** Every package that is recorded is in the ledger with all of its items, and the ledger has no package in part. */
  async function expectConsistent(one: Case, out: string): Promise<void> {
    const { runId } = JSON.parse(await readFile(one.at(out, "run.json"), "utf8")) as { runId: string };
    const records = (await readFile(one.at(out, "packages.ndjson"), "utf8")).split("\n").slice(0, -1);
    const entries = [...(await one.entries()).values()];
    for (const line of records) {
      const { name, folders, files, deletions } = JSON.parse(line) as Record<string, number>;
      const packageId = `${runId}/${name}`;
      const held = entries.filter(({ built, deletedBy }) => built.package === packageId || deletedBy === packageId);
      expect(held).toHaveLength((folders ?? 0) + (files ?? 0) + (deletions ?? 0));
    }
  }

  it("leaves the ledger consistent, and is continued with the ids of an undisturbed run", async () => {
    const files = manyFiles(12, 8);
    const undisturbed = new Case("undisturbed");
    await makeTree(undisturbed.at("source"), files);
    const expected = await undisturbed.outcomes(await undisturbed.build(...packages));
    const one = new Case("killed");
    await makeTree(one.at("source"), files);
    await kill(one, "out", 2);
    await expectConsistent(one, "out");
    await kill(one, "out", 3, "--continue");
    await expectConsistent(one, "out");
    expect(await finish(one, "out")).toEqual(expected);
    await expectConsistent(one, "out");
    await one.verify("out");
    expect((await one.entries()).size).toBe(expected.size);
    await one.confirm("out");
    expect(await one.packages(await one.build())).toEqual([]);
  }, 180_000);

  it("plans a delta with moves, replaced paths and deletions alike when it is continued, confirmed in part or not", async () => {
    const one = await Case.begun("killed-delta", manyFiles(12, 8));
    const source = (...names: string[]): string => one.at("source", ...names);
    await rename(source("folder 3"), source("folder 0 moved"));
    await rename(source("folder 5/sub 2/file 1.txt"), source("a file.txt"));
    await mkdir(source("folder 5b"));
    await rename(source("folder 5/sub 2/file 2.txt"), source("folder 5b/file 2.txt"));
    await writeFile(source("folder 5/sub 2/file 1.txt"), "in place of the moved one");
    for (let folder = 6; folder < 12; folder += 1) {
      for (let file = 0; file < 6; file += 1) {
        await appendFile(source(`folder ${folder}/sub ${folder % 3}/file ${file}.txt`), "more");
      }
    }
    await rm(source("folder 4"), { recursive: true });
    await cp(one.at("ledger"), one.at("ledger-before"), { recursive: true });

    const expected = await one.outcomes(await one.build(...packages, "--delete-missing"));
    expect([...expected.values()].filter((outcome) => outcome.outcome === "deletion")).toHaveLength(10);
    for (const confirms of [false, true]) {
      await rm(one.at("ledger"), { recursive: true });
      await cp(one.at("ledger-before"), one.at("ledger"), { recursive: true });
      const out = confirms ? "confirmed" : "continued";
      await kill(one, out, 2, "--delete-missing");
      await expectConsistent(one, out);
      if (confirms) await one.confirm(out);
      await kill(one, out, 2, "--continue", "--delete-missing");
      const outcomes = await finish(one, out, "--delete-missing");
      expect(outcomes).toEqual(expected);
      await one.verify(out);
      await one.confirm(out);
      expect(await one.packages(await one.build("--delete-missing"))).toEqual([]);
    }
  }, 180_000);
});
