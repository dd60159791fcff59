import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { asUnprivileged, collect, deterministicRandom, exampleTarget, temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { PrimepackError } from "../errors/index.ts";
import type { SourceItem } from "../model/index.ts";
import { type OutputDirectory, openOutputDirectory } from "./output-directory.ts";
import { build } from "./run.ts";
import type { BuildEvent, BuildRun, CommonBuildOptions } from "./types.ts";

const path = temporaryFolder();
const random = deterministicRandom();

async function* files(...names: string[]): AsyncGenerator<SourceItem> {
  for (const name of names) yield { kind: "file", path: [name], size: name.length, content: Buffer.from(name) };
}

function runInto(output: OutputDirectory, ...names: string[]): BuildRun {
  return runWith(output, {}, ...names);
}

function runWith(output: OutputDirectory, more: Partial<CommonBuildOptions>, ...names: string[]): BuildRun {
  return build({
    source: files(...names),
    target: exampleTarget,
    packages: output.packages,
    encryption: output.encryption,
    finished: output.finished,
    clock: output.clock,
    limits: { maxItems: 2 },
    workers: 0,
    packagesInFlight: 1,
    random,
    ...more,
  });
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "resolved",
    (error: unknown) => (error instanceof PrimepackError ? error.code : error),
  );

const lines = async (file: string) => (await readFile(file, "utf8")).trimEnd().split("\n");

describe("openOutputDirectory()", () => {
  it("makes the folder, its key for the owner only, and nothing else that holds the key", async () => {
    const output = await openOutputDirectory(path("new"), { encryption: "key" });
    expect((await readdir(path("new"))).sort()).toEqual(["key", "run.json"]);
    expect((await stat(path("new", "key"))).mode & 0o777).toBe(0o600);
    const key = await readFile(path("new", "key"), "utf8");
    expect(Buffer.from(key, "base64")).toHaveLength(32);
    expect(await readFile(path("new", "run.json"), "utf8")).not.toContain(key.trim());
    expect(JSON.stringify(output)).not.toContain(key.trim());
  });

  it("has no key where each package brings its own, and goes on with no other encryption", async () => {
    const provided = { encryption: "provided", continue: true } as const;
    const output = await openOutputDirectory(path("provided"), provided);
    expect(await readdir(path("provided"))).toEqual(["run.json"]);
    expect(output.encryption).toBe("provided");
    expect((await openOutputDirectory(path("provided"), { ...provided, dryRun: true })).encryption).toBe("provided");
    const open = (name: string, encryption: "key" | "provided" | "none") =>
      codeOf(openOutputDirectory(path(name), { encryption, keyFile: path("new", "key"), continue: true }));
    expect(await open("provided", "key")).toBe("INVALID_KEY");
    expect(await open("provided", "none")).toBe("INVALID_KEY");
    expect(await open("provided", "provided")).toBe("resolved");
    expect(await open("new", "provided")).toBe("INVALID_KEY");
    await openOutputDirectory(path("unencrypted"), { encryption: "none" });
    expect(await open("unencrypted", "provided")).toBe("INVALID_KEY");
  });

  it("names its run, by the same name when it is continued", async () => {
    const options = { encryption: "none", continue: true } as const;
    const { runId } = await openOutputDirectory(path("named"), options);
    expect(runId).toMatch(/^[0-9a-f]{16}$/);
    expect((await openOutputDirectory(path("named"), options)).runId).toBe(runId);
    expect((await openOutputDirectory(path("named"), { ...options, dryRun: true })).runId).toMatch(/^[0-9a-f]{16}$/);
  });

  it("refuses a folder that holds anything", async () => {
    await mkdir(path("full"));
    await writeFile(path("full", "somebody's"), "");
    expect(await codeOf(openOutputDirectory(path("full"), { encryption: "none" }))).toBe("OUTPUT_NOT_EMPTY");
    expect(await codeOf(openOutputDirectory(path("full"), { encryption: "none", continue: true }))).toBe(
      "OUTPUT_NOT_EMPTY",
    );
    expect(await readdir(path("full"))).toEqual(["somebody's"]);
  });

  it("refuses an earlier run's folder unless it is continued, and then another key", async () => {
    await openOutputDirectory(path("earlier"), { encryption: "key" });
    expect(await codeOf(openOutputDirectory(path("earlier"), { encryption: "key" }))).toBe("OUTPUT_NOT_EMPTY");
    expect(await codeOf(openOutputDirectory(path("earlier"), { encryption: "key", continue: true }))).toBe("resolved");
    expect(await codeOf(openOutputDirectory(path("earlier"), { encryption: "none", continue: true }))).toBe(
      "INVALID_KEY",
    );
    await writeFile(path("other-key"), `${Buffer.alloc(32).toString("base64")}\n`);
    const options = { encryption: "key", continue: true, keyFile: path("other-key") } as const;
    expect(await codeOf(openOutputDirectory(path("earlier"), options))).toBe("INVALID_KEY");
  });

  it("goes on with a folder whose run was killed before it was marked", async () => {
    await openOutputDirectory(path("unmarked"), { encryption: "key" });
    await rm(path("unmarked", "run.json"));
    expect(await codeOf(openOutputDirectory(path("unmarked"), { encryption: "key" }))).toBe("OUTPUT_NOT_EMPTY");
    const key = await readFile(path("unmarked", "key"), "utf8");
    expect(await codeOf(openOutputDirectory(path("unmarked"), { encryption: "key", continue: true }))).toBe("resolved");
    expect(await readFile(path("unmarked", "key"), "utf8")).toBe(key);
  });

  it("refuses to lie in or around a source, through links too", async () => {
    await mkdir(path("source", "inner"), { recursive: true });
    await symlink(path("source"), path("link"));
    const open = (directory: string, source: string) =>
      codeOf(openOutputDirectory(directory, { encryption: "none", sources: [source] }));
    expect(await open(path("source", "out"), path("source"))).toBe("OUTPUT_CONTAINS_SOURCE");
    expect(await open(path("source"), path("source"))).toBe("OUTPUT_CONTAINS_SOURCE");
    expect(await open(path("source"), path("source", "inner"))).toBe("OUTPUT_CONTAINS_SOURCE");
    expect(await open(path("link", "out"), path("source"))).toBe("OUTPUT_CONTAINS_SOURCE");
    expect(await open(path("source-beside"), path("source"))).toBe("resolved");
    expect(await readdir(path("source"))).toEqual(["inner"]);
  });

  it("makes the folders above it, and gives up where none can be made", async () => {
    await openOutputDirectory(path("above", "it", "out"), { encryption: "none" });
    expect(await readdir(path("above", "it"))).toEqual(["out"]);
    await writeFile(path("a-file"), "");
    for (const folder of [
      path("a-file"),
      path("a-file", "out"),
      ...(process.platform === "linux" ? ["/proc/out"] : []),
    ]) {
      expect(await codeOf(openOutputDirectory(folder, { encryption: "none" })), folder).toBe("OUTPUT_UNWRITABLE");
    }
  });

  it("says when the folder can't be written", async () => {
    await mkdir(path("closed"));
    await chmod(path("closed"), 0o555);
    await chmod(path(), 0o755);
    const code = await asUnprivileged(() => codeOf(openOutputDirectory(path("closed", "out"), { encryption: "none" })));
    expect(code).toBe("OUTPUT_UNWRITABLE");
  });
});

describe("record()", () => {
  it("writes each item and each package, and passes the events on", async () => {
    const output = await openOutputDirectory(path("records"), { encryption: "key", random });
    const run = runInto(output, "a", "b", "c");
    const events: BuildEvent[] = await collect(output.record(run));
    expect(events.filter(({ type }) => type === "packageFinished")).toHaveLength(2);
    const items = (await lines(path("records", "items.ndjson"))).map((line) => JSON.parse(line));
    expect(items.map(({ source, outcome }) => [source, outcome])).toEqual([
      ["a", "packaged"],
      ["b", "packaged"],
      ["c", "packaged"],
    ]);
    const packages = (await lines(path("records", "packages.ndjson"))).map((line) => JSON.parse(line));
    expect(packages.map(({ name, files: count, containers }) => [name, count, containers.content])).toEqual([
      ["000001", 2, { kind: "directory", path: "000001/content" }],
      ["000002", 1, { kind: "directory", path: "000002/content" }],
    ]);
  });

  it("makes both records for a run without packages", async () => {
    const output = await openOutputDirectory(path("empty-run"), { encryption: "none" });
    await collect(output.record(runInto(output)));
    expect((await readdir(path("empty-run"))).sort()).toEqual(["items.ndjson", "packages.ndjson", "run.json"]);
  });

  it("continues after a kill in the middle of a line: keeps what is whole, drops the rest", async () => {
    const options = { encryption: "key", random, continue: true } as const;
    const first = await openOutputDirectory(path("cut"), options);
    await collect(first.record(runInto(first, "a", "b", "c")));
    const [line1, line2 = ""] = await lines(path("cut", "packages.ndjson"));
    await writeFile(path("cut", "packages.ndjson"), `${line1}\n${line2.slice(0, 40)}`);
    const items = await lines(path("cut", "items.ndjson"));
    await writeFile(path("cut", "items.ndjson"), `${items.slice(0, 2).join("\n")}\n${items[2]?.slice(0, 30)}`);

    const second = await openOutputDirectory(path("cut"), options);
    const events: BuildEvent[] = await collect(second.record(runInto(second, "a", "b", "c", "d")));
    expect(events.flatMap((event) => (event.type === "packageReused" ? [event.record.name] : []))).toEqual(["000001"]);
    const outcomes = (await lines(path("cut", "items.ndjson"))).map((line) => JSON.parse(line).source);
    expect(outcomes).toEqual(["a", "b", "c", "d"]);
    expect((await lines(path("cut", "packages.ndjson"))).map((line) => JSON.parse(line).name)).toEqual([
      "000001",
      "000002",
    ]);
  });

  it("continues after a kill in the middle of the first package's line", async () => {
    const options = { encryption: "none", continue: true } as const;
    const first = await openOutputDirectory(path("cut-first"), options);
    await collect(first.record(runInto(first, "a", "b", "c")));
    const [line = ""] = await lines(path("cut-first", "packages.ndjson"));
    await writeFile(path("cut-first", "packages.ndjson"), line.slice(0, 40));
    const second = await openOutputDirectory(path("cut-first"), options);
    await collect(second.record(runInto(second, "a", "b", "c")));
    expect((await lines(path("cut-first", "packages.ndjson"))).map((text) => JSON.parse(text).name)).toEqual([
      "000001",
      "000002",
    ]);
  });

  it("ends the run when the records can't be written", async () => {
    const output = await openOutputDirectory(path("no-records"), { encryption: "none" });
    await mkdir(path("no-records", "items.ndjson"));
    const run = runInto(output, ...Array.from({ length: 50 }, (_, index) => `f${index}`));
    expect(await codeOf(collect(output.record(run)))).toBe("OUTPUT_UNWRITABLE");
    expect(await run.result).toMatchObject({ status: "interrupted" });
  });

  it.each(["{", "null", "{}", '{"schemaVersion":2}', '{"schemaVersion":1,"runId":"../..","startedAt":"2024-01-01"}'])(
    "refuses the folder of a run that says %s of itself",
    async (text) => {
      await openOutputDirectory(path("damaged"), { encryption: "none", continue: true });
      const told = await readFile(path("damaged", "run.json"), "utf8");
      await writeFile(path("damaged", "run.json"), text);
      expect(await codeOf(openOutputDirectory(path("damaged"), { encryption: "none", continue: true }))).toBe(
        "RECORDS_INVALID",
      );
      await writeFile(path("damaged", "run.json"), told);
    },
  );

  it("refuses to go on when finished packages would be planned otherwise, or no more", async () => {
    const options = { encryption: "none", continue: true } as const;
    const first = await openOutputDirectory(path("changed"), options);
    await collect(first.record(runInto(first, "a", "b", "c")));
    const other = await openOutputDirectory(path("changed"), options);
    expect(await codeOf(collect(other.record(runInto(other, "a", "x", "c"))))).toBe("PLAN_CHANGED");
    const fewer = await openOutputDirectory(path("changed"), options);
    expect(await codeOf(collect(fewer.record(runInto(fewer, "a", "b"))))).toBe("PLAN_CHANGED");
    const same = await openOutputDirectory(path("changed"), options);
    expect(await codeOf(collect(same.record(runInto(same, "a", "b", "c"))))).toBe("resolved");
  });

  it("refuses to go on with another author, source type or form, which finished packages don't have", async () => {
    const options = { encryption: "none", continue: true } as const;
    const first = await openOutputDirectory(path("other-settings"), options);
    await collect(first.record(runInto(first, "a", "b", "c")));
    const defaultAuthor = { name: "Ann", login: "ann@contoso.com" };
    for (const more of [{ defaultAuthor }, { sourceType: "Box" }, { sourceType: { other: "Tape" } }] as const) {
      const output = await openOutputDirectory(path("other-settings"), options);
      expect(await codeOf(collect(output.record(runWith(output, more, "a", "b", "c"))))).toBe("PLAN_CHANGED");
    }
    const output = await openOutputDirectory(path("other-settings"), options);
    const { packages, encryption, finished, clock } = output;
    const common = { source: files("a", "b", "c"), target: exampleTarget, packages, finished, clock, workers: 0 };
    const otherForm = build({
      ...common,
      encryption,
      limits: { maxItems: 2 },
      forms: { attachmentUrl: "serverRelative" },
    });
    expect(await codeOf(collect(output.record(otherForm)))).toBe("PLAN_CHANGED");
    const same = await openOutputDirectory(path("other-settings"), options);
    const fileShare = runWith(same, { sourceType: "FileShare" }, "a", "b", "c");
    expect(await codeOf(collect(same.record(fileShare)))).toBe("resolved");
  });

  it("writes the outcomes of a dry run beside the run's, and no package", async () => {
    const output = await openOutputDirectory(path("dry"), { encryption: "key", dryRun: true });
    const run = build({
      source: files("a", "b:c"),
      target: exampleTarget,
      packages: output.packages,
      encryption: output.encryption,
      dryRun: true,
    });
    await collect(output.record(run));
    expect(await readdir(path("dry"))).toEqual(["dry-run-items.ndjson"]);
    const items = (await lines(path("dry", "dry-run-items.ndjson"))).map((line) => JSON.parse(line));
    expect(items).toMatchObject([{ source: "a" }, { source: "b:c", renamed: { to: "b_x003A_c" } }]);
    expect(await codeOf(openOutputDirectory(path("dry"), { encryption: "key" }))).toBe("resolved");
  });
});
