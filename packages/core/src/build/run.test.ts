import { collect, deterministicRandom, exampleTarget } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { memoryPackageStore } from "../container/memory.ts";
import { PrimepackError, Secret } from "../errors/index.ts";
import type { Ledger, PackagePlan, PackageRecord, PackageStore, SourceItem } from "../model/index.ts";
import { planHash } from "../plan/plan-json.ts";
import { memoryLedger } from "./memory-ledger.ts";
import { build } from "./run.ts";
import type { BuildEvent, BuildOptions, CommonBuildOptions, EncryptionOptions } from "./types.ts";

const random = deterministicRandom();
const key = new Secret(random(32, "key"));

function file(name: string, text = name): SourceItem {
  return { kind: "file", path: name.split("/"), size: text.length, content: Buffer.from(text) };
}

async function* items(...all: SourceItem[]): AsyncGenerator<SourceItem> {
  yield* all;
}

function options(changes: Partial<BuildOptions> = {}): BuildOptions {
  return {
    source: items(file("a.txt"), file("b/c.txt")),
    target: exampleTarget,
    packages: memoryPackageStore(),
    encryption: key,
    workers: 0,
    random,
    clock: () => new Date("2026-01-01T00:00:00Z"),
    ...changes,
  };
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "resolved",
    (error: unknown) => (error instanceof PrimepackError ? error.code : error),
  );

/** In the order of their numbers. */
const entriesOf = (store: Ledger) => [...store.entries()].sort((one, other) => one.itemId - other.itemId);

/** A gate that opens by hand. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe("build()", () => {
  it("works when nobody reads its events", async () => {
    const packages = memoryPackageStore();
    const summary = await build(options({ packages })).result;
    expect(summary).toMatchObject({ status: "complete", packages: 1, nextItemId: 4, bytes: 12 });
    const none = { renamed: 0, deletion: 0, unchanged: 0, existing: 0, excluded: 0, skipped: 0, failed: 0 };
    expect(summary.counts).toEqual({ packaged: 3, ...none });
    expect([...packages.packages.keys()]).toEqual(["000001"]);
  });

  it("tells of each item before its package, and of the end of the source", async () => {
    const events = await collect(build(options()));
    expect(events.map((event) => event.type)).toEqual([
      ...["packageStarted", "scanned", "item", "item", "item", "packageFinished"],
    ]);
    const outcomes = events.flatMap((event) => (event.type === "item" ? [event.outcome] : []));
    expect(outcomes).toMatchObject([
      { source: "a.txt", outcome: "packaged", itemId: 1, url: "/sites/archive/Shared Documents/a.txt", size: 5 },
      { source: "b", outcome: "packaged", itemId: 2, kind: "folder" },
      { source: "b/c.txt", outcome: "packaged", itemId: 3, blob: "00000002.dat", package: "000001" },
    ]);
  });

  it("tells of each package that is planned, in order, and waits before it executes it", async () => {
    const packages = memoryPackageStore();
    const told: string[] = [];
    const planned = async (plan: PackagePlan, local: ReadonlyMap<number, unknown>) => {
      expect(packages.packages.has(plan.name)).toBe(false);
      await new Promise((resolve) => setImmediate(resolve));
      told.push(`${plan.name} ${plan.items.length} ${local.size}`);
    };
    const open: PackageStore["open"] = (name, signal) => {
      expect(told.at(-1)).toMatch(name);
      return packages.open(name, signal);
    };
    const source = items(file("a"), file("b"), file("c"));
    const limits = { maxItems: 2 };
    const finished: string[] = [];
    for await (const event of build(options({ source, limits, planned, packages: { open } }))) {
      if (event.type === "packageFinished") finished.push(event.record.name);
    }
    expect(told).toEqual(["000001 2 2", "000002 1 1"]);
    expect(finished.sort()).toEqual(["000001", "000002"]);
  });

  it("tells `planned` of nothing that is finished or of a dry run", async () => {
    const planned = () => Promise.reject(new Error("told"));
    const records = (await collect(build(options()))).flatMap((event) =>
      event.type === "packageFinished" ? [event.record] : [],
    );
    const finished = () => records[0];
    expect(await build(options({ planned, finished })).result).toMatchObject({ reusedPackages: 1 });
    expect(await build(options({ planned, dryRun: true })).result).toMatchObject({ packages: 1 });
  });

  it("rejects with what `planned` does, and waits for it no longer than until an abort", async () => {
    const refused = new PrimepackError("DISK_FULL", "Cannot note the package");
    expect(await codeOf(build(options({ planned: () => Promise.reject(refused) })).result)).toBe("DISK_FULL");
    const abort = new AbortController();
    const planned = () => {
      abort.abort();
      return new Promise<void>(() => undefined);
    };
    expect(await codeOf(build(options({ planned, signal: abort.signal })).result)).toBe("ABORTED");
  });

  it("goes on when the reader leaves its loop", async () => {
    const run = build(options());
    for await (const _ of run) break;
    expect((await run.result).packages).toBe(1);
  });

  it("leaves a failing item out of its package, with its outcome", async () => {
    const broken: SourceItem = {
      kind: "file",
      path: ["broken.bin"],
      size: 3,
      content: {
        async *open() {
          yield Buffer.from("a");
          throw new Error("the line went dead");
        },
      },
    };
    const run = build(options({ source: items(file("a.txt"), broken, file("z.txt")) }));
    const events = await collect(run);
    const failed = events.flatMap((event) =>
      event.type === "item" && event.outcome.outcome === "failed" ? event.outcome : [],
    );
    expect(failed).toMatchObject([
      {
        source: "broken.bin",
        code: "SOURCE_FAILED",
        package: "000001",
        message: expect.stringContaining("the line went dead"),
      },
    ]);
    expect((await run.result).counts).toMatchObject({ packaged: 2, failed: 1 });
    const finished = events.find((event) => event.type === "packageFinished");
    expect(finished).toMatchObject({ record: { files: 2, failed: 1 } });
  });

  it("makes no package of which every item failed", async () => {
    const short: SourceItem = { kind: "file", path: ["short"], size: 9, content: Buffer.from("short") };
    const packages = memoryPackageStore();
    const summary = await build(options({ source: items(short), packages })).result;
    expect(summary).toMatchObject({ packages: 0, counts: { packaged: 0, failed: 1 } });
    expect(packages.packages.size).toBe(0);
  });

  it("rejects with the error of its source, after what it had planned was dropped or finished", async () => {
    async function* breaking(): AsyncGenerator<SourceItem> {
      yield file("a.txt");
      throw new Error("no more");
    }
    const run = build(options({ source: breaking() }));
    const reading = collect(run);
    expect(await codeOf(run.result)).toBe("SOURCE_FAILED");
    expect(await codeOf(reading)).toBe("SOURCE_FAILED");
  });

  it("rejects with the container's error and leaves no package", async () => {
    const memory = memoryPackageStore();
    const packages: PackageStore = {
      async open(name, signal) {
        const pair = await memory.open(name, signal);
        const failure = new PrimepackError("DISK_FULL", "Cannot write as the disk is full");
        return {
          ...pair,
          complete: (blobs) => pair.complete(blobs),
          discard: () => pair.discard(),
          content: failing(failure),
        };
      },
    };
    expect(await codeOf(build(options({ packages })).result)).toBe("DISK_FULL");
    expect(memory.packages.size).toBe(0);
  });

  it("ends at once with ABORTED when its signal is aborted, even while the source hangs", async () => {
    const abort = new AbortController();
    const hanging = gate();
    async function* source(): AsyncGenerator<SourceItem> {
      yield file("a.txt");
      hanging.open();
      await new Promise(() => {});
    }
    const run = build(options({ source: source(), signal: abort.signal }));
    await hanging.opened;
    abort.abort();
    expect(await codeOf(run.result)).toBe("ABORTED");
  });

  it("drains: finishes what is in flight, reads no further, and says that it was interrupted", async () => {
    let yielded = 0;
    const reached = gate();
    async function* source(): AsyncGenerator<SourceItem> {
      for (;;) {
        yielded += 1;
        if (yielded === 50) {
          reached.open();
          await new Promise(() => {});
        }
        yield file(`file-${yielded}.txt`);
      }
    }
    const packages = memoryPackageStore();
    const run = build(options({ source: source(), limits: { maxItems: 10 }, packages }));
    await reached.opened;
    run.drain();
    const summary = await run.result;
    expect(summary).toMatchObject({ status: "interrupted", packages: 4, counts: { packaged: 40 }, nextItemId: 41 });
    expect(packages.packages.size).toBe(4);
  });

  it("is complete when it is drained with nothing left to read", async () => {
    const run = build(options());
    for await (const event of run) if (event.type === "packageFinished") run.drain();
    expect(await run.result).toMatchObject({ status: "complete", packages: 1 });
  });

  it.each(["drain", "abort"])("ends after %s also when its reader waits for that without reading on", async (how) => {
    const abort = new AbortController();
    async function* many(): AsyncGenerator<SourceItem> {
      // More than the events that wait for a reader.
      for (let index = 0; index < 5000; index++)
        yield { kind: "problem", path: [`${index}`], outcome: "failed", message: "" };
    }
    const run = build(options({ source: many(), signal: abort.signal }));
    const events = run[Symbol.asyncIterator]();
    await events.next();
    while (run.progress.scannedItems < 1024) await new Promise((resolve) => setImmediate(resolve));
    if (how === "drain") run.drain();
    else abort.abort();
    expect(await codeOf(run.result)).toBe(how === "drain" ? "resolved" : "ABORTED");
  });

  it("does not execute a package that an earlier run finished", async () => {
    const first = await collect(build(options()));
    const records = first.flatMap((event) => (event.type === "packageFinished" ? [event.record] : []));
    const packages = memoryPackageStore();
    const run = build(options({ packages, finished: (plan) => records.find(({ name }) => name === plan.name) }));
    const again: BuildEvent[] = await collect(run);
    expect(again.map(({ type }) => type)).toEqual(["packageReused", "scanned"]);
    expect(await run.result).toMatchObject({ packages: 0, reusedPackages: 1, counts: { packaged: 3 }, nextItemId: 4 });
    expect(packages.packages.size).toBe(0);
  });

  it("makes no package of what the ledger says was received, and numbers behind all that it knows of", async () => {
    const store = memoryLedger();
    const delta = async (runId: string, changes: Partial<CommonBuildOptions> = {}) => {
      const packages = memoryPackageStore();
      const run = build(options({ packages, ledger: { store, runId }, ...changes }));
      const outcomes = (await collect(run)).flatMap((event) => (event.type === "item" ? [event.outcome] : []));
      return { summary: await run.result, outcomes, packages: packages.packages.size };
    };
    const first = await delta("first");
    expect(first).toMatchObject({ packages: 1, summary: { counts: { packaged: 3 }, nextItemId: 4 } });
    expect(entriesOf(store).map(({ source, built }) => [source.join("/"), built.package])).toEqual([
      ["a.txt", "first/000001"],
      ["b", "first/000001"],
      ["b/c.txt", "first/000001"],
    ]);
    // Built is not received.
    expect((await delta("second")).summary.counts).toMatchObject({ packaged: 3, unchanged: 0 });
    await store.write({ put: entriesOf(store).map((entry) => ({ ...entry, received: entry.built })) });
    const unchanged = await delta("third");
    expect(unchanged).toMatchObject({ packages: 0, summary: { packages: 0, counts: { packaged: 0, unchanged: 3 } } });
    const more = await delta("fourth", { source: items(file("a.txt"), file("b/c.txt"), file("new.txt")) });
    expect(more).toMatchObject({ packages: 1, summary: { counts: { packaged: 1, unchanged: 3 } } });
    expect(more.outcomes.at(-1)).toMatchObject({ source: "new.txt", itemId: 4, package: "000001" });
  });

  it("plans alike when a run with a ledger is continued, and takes its finished packages from its records", async () => {
    const store = memoryLedger();
    const records: PackageRecord[] = [];
    const plans: string[] = [];
    const runOnce = async () => {
      const finished = (plan: PackagePlan) => {
        plans.push(planHash(plan));
        return records.find(({ name }) => name === plan.name);
      };
      const run = build(options({ ledger: { store, runId: "one" }, limits: { maxItems: 1 }, finished }));
      const events = await collect(run);
      records.push(...events.flatMap((event) => (event.type === "packageFinished" ? [event.record] : [])));
      return run.result;
    };
    expect(await runOnce()).toMatchObject({ packages: 3, reusedPackages: 0 });
    const entries = entriesOf(store);
    records.splice(1, 1);
    expect(await runOnce()).toMatchObject({ packages: 1, reusedPackages: 2, counts: { packaged: 3, unchanged: 0 } });
    expect(plans.slice(3)).toEqual(plans.slice(0, 3));
    expect(entriesOf(store)).toEqual(entries);
  });

  it("writes nothing to the ledger in a dry run", async () => {
    const store = memoryLedger();
    await build(options({ ledger: { store, runId: "real" } })).result;
    const entries = entriesOf(store);
    const source = items(file("new.txt"));
    const run = build(options({ source, ledger: { store, runId: "dry" }, dryRun: true }));
    expect((await collect(run)).find(({ type }) => type === "item")).toMatchObject({ outcome: { itemId: 4 } });
    expect(store.firstItemId("dry")).toBeUndefined();
    expect(entriesOf(store)).toEqual(entries);
  });

  it("is told by its types that archives need encryption", () => {
    // @ts-expect-error: what doesn't compile is refused at run time too.
    const plain: EncryptionOptions = { encryption: "none", forms: { archives: true } };
    expect(() => build(options(plain))).toThrow("archives need encryption");
  });

  it("plans only in a dry run", async () => {
    const packages = memoryPackageStore();
    const run = build(options({ packages, dryRun: true }));
    const outcomes = (await collect(run)).flatMap((event) => (event.type === "item" ? [event.outcome.outcome] : []));
    expect(outcomes).toEqual(["packaged", "packaged", "packaged"]);
    expect(packages.packages.size).toBe(0);
    expect(await run.result).toMatchObject({ packages: 1, nextItemId: 4 });
  });

  it("shows its progress at any time", async () => {
    const run = build(options());
    expect(run.progress).toEqual({ scannedItems: 0, scannedBytes: 0, files: 0, sealedBytes: 0, packages: 0 });
    await run.result;
    expect(run.progress).toEqual({ scannedItems: 2, scannedBytes: 12, files: 2, sealedBytes: 12, packages: 1 });
  });

  it.each([
    ["INVALID_OPTION", { limits: { maxItems: 251 } }, "limits.maxItems"],
    ["INVALID_OPTION", { limits: { maxBytes: 0 } }, "limits.maxBytes"],
    ["INVALID_OPTION", { workers: -1 }, "workers"],
    ["INVALID_OPTION", { blockSize: 1024 }, "blockSize"],
    ["INVALID_OPTION", { uploads: Number.NaN }, "uploads"],
    ["INVALID_OPTION", { names: { policy: "guess" as "rename" } }, "names.policy"],
    ["INVALID_OPTION", { sourceType: "Other" as "Box" }, "sourceType"],
    ["INVALID_OPTION", { sourceType: { other: "" } }, "sourceType.other"],
    ["INVALID_OPTION", { source: undefined as never }, "source"],
    ["INVALID_OPTION", { packages: {} as never }, "packages"],
    ["INVALID_OPTION", { signal: {} as never }, "signal"],
    ["INVALID_OPTION", { planned: {} as never }, "planned"],
    ["INVALID_OPTION", { defaultAuthor: { name: "Ann" } as never }, "defaultAuthor.login"],
    ["INVALID_OPTION", { people: { map: {} as never } }, "people.map"],
    ["INVALID_OPTION", { people: { unmapped: "drop" as "keep" } }, "people.unmapped"],
    ["INVALID_OPTION", { people: { unmapped: { to: "user", login: "" } } }, "people.unmapped.login"],
    ["INVALID_OPTION", { people: { unmapped: { to: "nobody" as "user", login: "a" } } }, "people.unmapped.to"],
    ["INVALID_OPTION", { forms: { outerFileValue: "no" as never } }, "forms.outerFileValue"],
    ["INVALID_OPTION", { forms: { versionIds: "none" as "same" } }, "forms.versionIds"],
    ["INVALID_OPTION", { forms: { attachmentUrl: "absolute" as "webRelative" } }, "forms.attachmentUrl"],
    ["INVALID_OPTION", { forms: { dateTimeFields: "eu" as "us" } }, "forms.dateTimeFields"],
    ["INVALID_OPTION", { forms: { userFields: "name" as "hash" } }, "forms.userFields"],
    ["INVALID_OPTION", { forms: { twoVersions: "drop" as "keep" } }, "forms.twoVersions"],
    ["INVALID_OPTION", { forms: { roles: "some" as "omit" } }, "forms.roles"],
    ["INVALID_OPTION", { forms: { manifestBytes: 999_999 } }, "forms.manifestBytes"],
    ["INVALID_OPTION", { forms: { manifestBytes: 250_000_001 } }, "forms.manifestBytes"],
    ["INVALID_OPTION", { encryption: "none", forms: { archives: true as never } }, "archives need encryption"],
    ["INVALID_OPTION", { ledger: { store: {} as never, runId: "a" } }, "ledger.store"],
    ["INVALID_OPTION", { ledger: { store: memoryLedger(), runId: "a/b" } }, "ledger.runId"],
    ["INVALID_OPTION", { ledger: { store: memoryLedger(), runId: "a", deletions: 1 as never } }, "ledger.deletions"],
    ["INVALID_KEY", { encryption: new Secret(new Uint8Array(16)) }, "16"],
    ["INVALID_KEY", { encryption: "prvided" as "provided" }, "32"],
    ["INVALID_TARGET", { target: { ...exampleTarget, webId: "none" } }, "webId"],
  ] as const)("throws %s at once for %j", (code, changes, part) => {
    const error = (() => {
      try {
        build(options(changes));
      } catch (reason) {
        return reason;
      }
      return undefined;
    })();
    expect(error).toMatchObject({ code, message: expect.stringContaining(part) });
  });

  it("takes as many workers as are allowed without being told of anything else", async () => {
    await expect(build(options({ workers: 64, dryRun: true })).result).resolves.toMatchObject({ status: "complete" });
  });
});

/** A container of which every write fails. */
function failing(failure: PrimepackError) {
  const fail = () => Promise.reject(failure);
  return {
    putBlob: fail,
    putBlock: fail,
    putBlockList: fail,
    snapshot: fail,
    remove: async () => {},
    properties: fail,
    read: (): never => {
      throw failure;
    },
    list: (): never => {
      throw failure;
    },
  };
}
