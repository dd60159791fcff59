import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { PrimepackError } from "@primepack/core/errors";
import { ServiceError } from "@primepack/core/http";
import { type Journal, memoryJournal } from "@primepack/core/model";
import { temporaryFolder } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyMappings } from "./apply-mappings.ts";
import { mappingOutcomes } from "./mapping-outcomes.ts";
import type { MappingEvent, MappingOutcome, MappingRunOptions, MappingSummary } from "./mapping-run-types.ts";
import type {
  ChangeAnswer,
  GroupMapping,
  IdentityMappings,
  MappingChange,
  StoredMapping,
  UserMapping,
} from "./mapping-types.ts";

const folder = temporaryFolder();

/** What a request meets. */
type Fault = "lost, acted" | "lost, not acted" | "throttled";

interface ModelOptions {
  /** What a bad entry does: refuses its request, refuses it after what stands before it was done, or is refused alone. */
  readonly bad: "request" | "rest of the request" | "entry";
  readonly isBad?: (source: string) => boolean;
  /** By the number of the request, from 1. */
  readonly fault?: (request: number) => Fault | undefined;
  /** Leaves entries out of its answers. */
  readonly isForgotten?: (source: string) => boolean;
}

/** A service of users' mappings that notes what was done to each. */
class ModelService implements IdentityMappings<UserMapping> {
  readonly kind = "users";
  readonly held = new Map<string, UserMapping>();
  readonly applied = new Map<string, number>();
  readonly sizes: number[] = [];
  lookUps = 0;
  underWay = 0;
  mostUnderWay = 0;
  options: ModelOptions;

  constructor(options: ModelOptions = { bad: "request" }) {
    this.options = options;
  }

  async find(source: string): Promise<StoredMapping<UserMapping> | undefined> {
    this.lookUps += 1;
    const mapping = this.held.get(source.toLowerCase());
    return mapping && { ...mapping, id: `id of ${source.toLowerCase()}`, isDeleted: false };
  }

  async update(changes: readonly MappingChange<UserMapping>[]): Promise<readonly ChangeAnswer<UserMapping>[]> {
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    try {
      // Others have their turn meanwhile.
      await new Promise((resolve) => setImmediate(resolve));
      return this.#update(changes);
    } finally {
      this.underWay -= 1;
    }
  }

  #update(changes: readonly MappingChange<UserMapping>[]): readonly ChangeAnswer<UserMapping>[] {
    expect(changes.length).toBeLessThanOrEqual(50);
    const request = this.sizes.push(changes.length);
    const { bad, isBad = () => false, fault, isForgotten = () => false } = this.options;
    const met = fault?.(request);
    if (met === "lost, not acted") throw answerLost();
    if (met === "throttled") throw refusal(429, "SERVICE_THROTTLED");
    const worst = changes.findIndex(({ mapping }) => isBad(mapping.sourceUserPrincipalName.toLowerCase()));
    if (worst >= 0 && bad !== "entry") {
      if (bad === "rest of the request") for (const change of changes.slice(0, worst)) this.#apply(change);
      throw met === undefined ? refusal(400, "SERVICE_REFUSED") : answerLost();
    }
    const answers = changes.map((change): ChangeAnswer<UserMapping> => {
      const source = change.mapping.sourceUserPrincipalName;
      if (isBad(source.toLowerCase())) return { type: "refused", code: "invalid", message: "No such target" };
      this.#apply(change);
      if (isForgotten(source.toLowerCase())) return { type: "unanswered" };
      const id = `id of ${source.toLowerCase()}`;
      return change.type === "set"
        ? { type: "set", mapping: { ...change.mapping, id, isDeleted: false } }
        : { type: "removed", mapping: { sourceUserPrincipalName: source, id, isDeleted: true } };
    });
    if (met === "lost, acted") throw answerLost();
    return answers;
  }

  #apply({ type, mapping }: MappingChange<UserMapping>): void {
    const key = mapping.sourceUserPrincipalName.toLowerCase();
    this.applied.set(key, (this.applied.get(key) ?? 0) + 1);
    if (type === "remove") this.held.delete(key);
    else this.held.set(key, { ...this.held.get(key), ...mapping });
  }

  async close(): Promise<void> {}
}

function answerLost(): ServiceError {
  return new ServiceError("SERVICE_ANSWER_LOST", "Cannot update as no answer came");
}

function refusal(status: number, code: "SERVICE_REFUSED" | "SERVICE_THROTTLED" | "SERVICE_FORBIDDEN"): ServiceError {
  return new ServiceError(code, `Cannot update as the service refused: current value is ${status}`, {
    answer: { status, serviceMessage: "Bad entry" },
  });
}

/** A process that ends at one of its steps, before or after it: nothing of it has an effect from then on. */
class MortalProcess {
  readonly #dies: { readonly step: number; readonly isAfter: boolean } | undefined;
  #steps = 0;
  isDead = false;

  constructor(dies?: { readonly step: number; readonly isAfter: boolean }) {
    this.#dies = dies;
  }

  async step<T>(work: () => Promise<T>): Promise<T> {
    this.#live();
    this.#steps += 1;
    const isLast = this.#dies?.step === this.#steps;
    if (isLast && this.#dies?.isAfter === false) this.isDead = true;
    this.#live();
    const result = await work();
    if (isLast) this.isDead = true;
    this.#live();
    return result;
  }

  journal(kept: Journal): Journal {
    return {
      get: (key) => kept.get(key),
      entries: (prefix) => kept.entries(prefix),
      write: (changes) => this.step(() => kept.write(changes)),
      close: () => kept.close(),
    };
  }

  service(service: ModelService): IdentityMappings<UserMapping> {
    return {
      kind: "users",
      find: (source) => this.step(() => service.find(source)),
      update: (changes) => this.step(() => service.update(changes)),
      close: () => service.close(),
    };
  }

  #live(): void {
    if (this.isDead) throw new Error("killed");
  }
}

type Row = Partial<UserMapping> & { readonly removed?: boolean };

const upn = (index: number) => `User${index}@south.example`;
const ndjson = (rows: readonly Row[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

interface Applying {
  readonly service?: IdentityMappings<UserMapping>;
  readonly journal?: Journal;
  readonly rows: readonly Row[];
  readonly more?: Partial<Pick<MappingRunOptions, "removeMissing" | "resend" | "skipInvalid" | "requests" | "signal">>;
}

function optionsOf({ service, journal, rows, more = {} }: Applying): MappingRunOptions {
  return {
    kind: "users",
    rows: { file: bytes(ndjson(rows)) },
    journal: journal ?? memoryJournal(),
    service: service ?? new ModelService(),
    place: "north",
    ...more,
  };
}

const apply = (applying: Applying): Promise<MappingSummary> => applyMappings(optionsOf(applying)).result;

async function eventsOf(options: MappingRunOptions): Promise<readonly MappingEvent[]> {
  const events: MappingEvent[] = [];
  for await (const event of applyMappings(options)) events.push(event);
  return events;
}

const briefly = (outcomes: Iterable<MappingOutcome>) =>
  Object.fromEntries(
    [...outcomes].map(({ source, outcome, code }) => [source, [outcome, code].filter(Boolean).join(" ")]),
  );

const one = (index: number, more: Row = {}): Row => ({
  sourceUserPrincipalName: upn(index),
  targetUserPrincipalName: `user${index}@north.example`,
  ...more,
});

describe("applyMappings()", () => {
  it("adds, changes and removes, then sends nothing of what it has applied", async () => {
    const [journal, service] = [memoryJournal(), new ModelService()];
    const first = await apply({ journal, service, rows: [one(1), one(2), one(3), { ...one(4), removed: false }] });
    expect(first).toMatchObject({ status: "complete", kind: "users", lines: 4, findings: 0, requests: 1 });
    expect(first.counts).toMatchObject({ added: 4, changed: 0, removed: 0, unchanged: 0, failed: 0, pending: 0 });
    const rows = [
      one(1),
      one(2, { targetEmail: "two@north.example" }),
      { sourceUserPrincipalName: upn(3), removed: true },
    ];
    const second = await apply({ journal, service, rows });
    expect(second.counts).toMatchObject({ added: 0, changed: 1, removed: 1, unchanged: 1 });
    expect(service.held.get("user2@south.example")).toEqual(one(2, { targetEmail: "two@north.example" }));
    expect([...service.held.keys()]).toEqual(["user1@south.example", "user2@south.example", "user4@south.example"]);
    const third = await apply({ journal, service, rows });
    expect(third).toMatchObject({ requests: 0, counts: { unchanged: 3 } });
    expect(service.sizes).toEqual([4, 2]);
    expect(briefly(mappingOutcomes(journal))).toEqual(
      Object.fromEntries([1, 2, 3].map((index) => [upn(index), "unchanged"])),
    );
  });

  it("tells of findings, of the read file and of each entry", async () => {
    const events = await eventsOf(
      optionsOf({ rows: [one(1), one(1), { targetEmail: "a@b.example" }], more: { skipInvalid: true } }),
    );
    expect(events.map((event) => (event.type === "finding" ? event.finding.code : event.type))).toEqual([
      "MAPPING_DUPLICATE",
      "MAPPING_INVALID",
      "read",
      "mapping",
    ]);
    expect(events.at(-2)).toEqual({ type: "read", lines: 3, changes: 1 });
    expect(events.at(-1)).toEqual({
      type: "mapping",
      mapping: {
        ...{ line: 1, source: upn(1), target: "user1@north.example", outcome: "added" },
        id: "id of user1@south.example",
      },
    });
  });

  it("sends nothing of a file with a line that can't be used, unless it is told to", async () => {
    const [journal, service] = [memoryJournal(), new ModelService()];
    const rows = [one(1), one(2), { ...one(2), sourceUserPrincipalName: "USER2@SOUTH.example" }, { targetEmail: "x" }];
    const refused = await apply({ journal, service, rows });
    expect(refused).toMatchObject({ status: "refused", findings: 2, requests: 0, counts: { invalid: 2, pending: 2 } });
    expect(briefly(mappingOutcomes(journal))).toEqual({
      "USER2@SOUTH.example": "invalid MAPPING_DUPLICATE",
      "": "invalid MAPPING_INVALID",
      [upn(1)]: "pending",
      [upn(2)]: "pending",
    });
    const taken = await apply({ journal, service, rows, more: { skipInvalid: true } });
    expect(taken).toMatchObject({ status: "complete", findings: 2, counts: { added: 2, invalid: 2, pending: 0 } });
    expect((await apply({ journal, service, rows: [one(1)] })).findings).toBe(0);
    expect(briefly(mappingOutcomes(journal))).toEqual({ [upn(1)]: "unchanged" });
  });

  it("removes what the file lacks if it is told to, and if each line can be used", async () => {
    const [journal, service] = [memoryJournal(), new ModelService()];
    await apply({ journal, service, rows: [one(1), one(2), one(3)] });
    const more = { removeMissing: true, skipInvalid: true };
    const spoilt = await apply({ journal, service, rows: [one(1), { targetEmail: "a@b.example" }], more });
    expect(spoilt.counts).toMatchObject({ removed: 0, unchanged: 1, invalid: 1 });
    const events = await eventsOf(optionsOf({ journal, service, rows: [one(1)], more }));
    expect(events.at(-1)).toEqual({
      type: "mapping",
      mapping: { source: upn(3), outcome: "removed", id: "id of user3@south.example" },
    });
    expect([...service.held.keys()]).toEqual(["user1@south.example"]);
    expect((await apply({ journal, service, rows: [one(1)], more })).requests).toBe(0);
    expect((await apply({ journal, service, rows: [one(1), one(2)], more })).counts).toMatchObject({ added: 1 });
  });

  it("sends an explicit removal once, and all again if it is told to", async () => {
    const [journal, service] = [memoryJournal(), new ModelService()];
    const rows = [one(1), { sourceUserPrincipalName: upn(2), removed: true }];
    expect((await apply({ journal, service, rows })).counts).toMatchObject({ added: 1, removed: 1 });
    expect((await apply({ journal, service, rows })).requests).toBe(0);
    const again = await apply({ journal, service, rows, more: { resend: true } });
    expect(again.counts).toMatchObject({ changed: 1, removed: 1, unchanged: 0 });
  });

  it("leaves alone what a line doesn't give", async () => {
    const [journal, service] = [memoryJournal(), new ModelService()];
    await apply({ journal, service, rows: [one(1, { userType: "guestUser", targetEmail: "a@north.example" })] });
    expect((await apply({ journal, service, rows: [one(1)] })).counts).toMatchObject({ unchanged: 1 });
    await apply({ journal, service, rows: [{ sourceUserPrincipalName: upn(1), userType: "ADMINUSER" }] });
    expect(service.held.get("user1@south.example")).toEqual(
      one(1, { userType: "adminUser", targetEmail: "a@north.example" }),
    );
    expect((await apply({ journal, service, rows: [one(1, { userType: "adminUser" })] })).requests).toBe(0);
  });

  it("finds the bad entry of a refused request by halves, and applies the others once", async () => {
    for (const bad of ["request", "rest of the request", "entry"] as const) {
      const service = new ModelService({ bad, isBad: (source) => source.startsWith("user7@") });
      const journal = memoryJournal();
      const summary = await apply({ journal, service, rows: Array.from({ length: 50 }, (_, index) => one(index)) });
      expect(summary).toMatchObject({ status: "complete", counts: { added: 49, failed: 1 } });
      expect([...service.applied.values()]).toEqual(Array.from({ length: 49 }, () => 1));
      const failed = [...mappingOutcomes(journal)].filter(({ outcome }) => outcome === "failed");
      expect(failed).toEqual([
        {
          ...{ line: 8, source: upn(7), target: "user7@north.example", outcome: "failed", code: "MAPPING_REFUSED" },
          message: bad === "entry" ? "No such target" : "Bad entry",
        },
      ]);
      expect(service.sizes.length).toBeLessThan(15);
      service.options = { bad };
      // It was never applied, so that the same file sends it again.
      expect((await apply({ journal, service, rows: [one(1), one(7)] })).counts).toMatchObject({
        added: 1,
        unchanged: 1,
      });
    }
  });

  it("looks up what an answer doesn't tell of", async () => {
    const service = new ModelService({ bad: "request", isForgotten: (source) => source.startsWith("user1") });
    const lying = new ModelService();
    lying.update = async (changes) => changes.map(() => ({ type: "unanswered" }));
    expect((await apply({ service, rows: [one(1), one(2)] })).counts).toMatchObject({ added: 2, failed: 0 });
    const journal = memoryJournal();
    expect((await apply({ journal, service: lying, rows: [one(1)] })).counts).toMatchObject({ failed: 1 });
    expect(briefly(mappingOutcomes(journal))).toEqual({ [upn(1)]: "failed MAPPING_UNANSWERED" });
  });

  it("takes what a lost answer was about for applied if it is there, and sends it again if not", async () => {
    for (const fault of ["lost, acted", "lost, not acted"] as const) {
      const service = new ModelService({ bad: "request", fault: (request) => (request < 3 ? fault : undefined) });
      const rows = [one(1), one(2), { sourceUserPrincipalName: upn(3), removed: true }];
      const summary = await apply({ service, rows });
      expect(summary.counts).toMatchObject({ added: 2, removed: 1 });
      expect(service.applied.get("user1@south.example")).toBe(1);
    }
  });

  it("gives an entry up that no request with it is ever answered, and ends if that goes on", async () => {
    const journal = memoryJournal();
    const poisoned = (sources: readonly string[]) => {
      const service = new ModelService();
      const update = service.update.bind(service);
      service.update = async (changes) => {
        if (changes.some(({ mapping }) => sources.includes(mapping.sourceUserPrincipalName))) throw answerLost();
        return update(changes);
      };
      return service;
    };
    const summary = await apply({ journal, service: poisoned([upn(3)]), rows: [one(1), one(2), one(3), one(4)] });
    expect(summary.counts).toMatchObject({ added: 3, failed: 1 });
    expect(briefly(mappingOutcomes(journal))[upn(3)]).toBe("failed MAPPING_UNANSWERED");
    const rows = Array.from({ length: 20 }, (_, index) => one(index));
    const service = poisoned(rows.map(({ sourceUserPrincipalName = "" }) => sourceUserPrincipalName));
    const ended = apply({ service, rows });
    await expect(ended).rejects.toMatchObject({ code: "SERVICE_ANSWER_LOST" });
  });

  it("ends when the service refuses one entry after the other for one reason, and begins anew next time", async () => {
    const [journal, service] = [memoryJournal(), new ModelService({ bad: "request", isBad: () => true })];
    const rows = Array.from({ length: 300 }, (_, index) => one(index));
    await expect(apply({ journal, service, rows, more: { requests: 1 } })).rejects.toMatchObject({
      code: "SERVICE_REFUSED",
      status: 400,
    });
    service.options = { bad: "request" };
    expect((await apply({ journal, service, rows })).counts).toMatchObject({ added: 300, failed: 0 });
  });

  it("ends with an error that concerns all requests, and goes on from there", async () => {
    const [journal, service] = [memoryJournal(), new ModelService()];
    service.options = { bad: "request", fault: (request) => (request === 2 ? "throttled" : undefined) };
    const rows = Array.from({ length: 120 }, (_, index) => one(index));
    await expect(apply({ journal, service, rows, more: { requests: 1 } })).rejects.toMatchObject({
      code: "SERVICE_THROTTLED",
    });
    expect([...mappingOutcomes(journal)].filter(({ outcome }) => outcome === "pending")).toHaveLength(70);
    const summary = await apply({ journal, service, rows });
    expect(summary).toMatchObject({ status: "complete", requests: 2, counts: { added: 120, unchanged: 0 } });
    expect(service.lookUps).toBe(0);
  });

  it("sends no more than so many requests at once, and nothing after drain()", async () => {
    const [journal, service] = [memoryJournal(), new ModelService()];
    const rows = Array.from({ length: 1000 }, (_, index) => one(index));
    const run = applyMappings(optionsOf({ journal, service, rows, more: { requests: 3 } }));
    let drained = -1;
    for await (const event of run) {
      if (event.type !== "mapping" || drained >= 0) continue;
      run.drain();
      drained = service.sizes.length;
    }
    const summary = await run.result;
    expect(summary.status).toBe("interrupted");
    expect(service.sizes.length - drained).toBeLessThanOrEqual(3);
    expect(summary.counts.added + summary.counts.pending).toBe(1000);
    expect(run.progress).toEqual({
      ...{ lines: 1000, changes: 1000, done: summary.counts.added, failed: 0, requests: service.sizes.length },
    });
    expect((await apply({ journal, service, rows })).counts).toMatchObject({ added: 1000 });
    expect(service.mostUnderWay).toBe(4);
    expect(Math.max(...service.applied.values())).toBe(1);
  });

  it("remembers what an earlier process may have sent when it is drained before that was looked up", async () => {
    const [journal, service] = [memoryJournal(), new ModelService()];
    const rows = Array.from({ length: 120 }, (_, index) => one(index));
    const killed = new MortalProcess({ step: 5, isAfter: true });
    const options = { journal: killed.journal(journal), service: killed.service(service), rows };
    await expect(apply({ ...options, more: { requests: 1 } })).rejects.toMatchObject({ code: "INTERNAL" });
    expect([...service.applied.values()]).toHaveLength(50);
    const file = folder("drained.ndjson");
    await writeFile(file, ndjson(rows));
    const fromFile = { ...optionsOf({ journal, service, rows }), rows: { file } } as MappingRunOptions;
    // Before any look-up, and after the first.
    for (const lookUps of [0, 1]) {
      const run = applyMappings({
        ...fromFile,
        service: {
          ...{ kind: "users", update: service.update.bind(service), close: async () => {} },
          find: async (source) => {
            run.drain();
            return service.find(source);
          },
        },
        journal: {
          ...{ get: (key) => journal.get(key), close: async () => {}, write: (changes) => journal.write(changes) },
          entries: (prefix) => {
            if (prefix === "sending/" && lookUps === 0) run.drain();
            return journal.entries(prefix);
          },
        },
      } as MappingRunOptions);
      expect(await run.result).toMatchObject({ status: "interrupted", counts: { added: 0, pending: 120 } });
    }
    expect((await applyMappings(fromFile).result).counts).toMatchObject({ added: 120 });
    expect(Math.max(...service.applied.values())).toBe(1);
  });

  it("stops reading a file that gives nothing when it is drained", async () => {
    const journal = memoryJournal();
    async function* silent(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(ndjson([one(1)]));
      run.drain();
      await new Promise(() => {});
    }
    const run = applyMappings({ ...optionsOf({ journal, rows: [] }), rows: { file: silent() } } as MappingRunOptions);
    expect(await run.result).toMatchObject({ status: "interrupted", requests: 0 });
    expect((await apply({ journal, rows: [one(1)] })).counts).toMatchObject({ added: 1 });
  });

  it("reads a pipe once: read again it would be empty, and all mappings missing", async () => {
    const [journal, service] = [memoryJournal(), new ModelService()];
    await apply({ journal, service, rows: [one(1), one(2)] });
    service.options = { bad: "request", fault: () => "throttled" };
    const more = { removeMissing: true };
    await expect(apply({ journal, service, rows: [one(3)], more })).rejects.toMatchObject({
      code: "SERVICE_THROTTLED",
    });
    service.options = { bad: "request" };
    const pipe = folder("pipe");
    execFileSync("mkfifo", [pipe]);
    const writing = writeFile(pipe, ndjson([one(1), one(2), one(3)]));
    const options = { ...optionsOf({ journal, service, rows: [], more }), rows: { file: pipe } } as MappingRunOptions;
    expect((await applyMappings(options).result).counts).toMatchObject({ added: 1, removed: 0, unchanged: 2 });
    await writing;
  });

  it("removes nothing for an empty file, which hardly is the right one", async () => {
    const [journal, service] = [memoryJournal(), new ModelService()];
    await apply({ journal, service, rows: [one(1), one(2)] });
    const sent = service.sizes.length;
    await expect(apply({ journal, service, rows: [], more: { removeMissing: true } })).rejects.toMatchObject({
      code: "TABLE_INVALID",
      message: expect.stringContaining("Cannot remove what the mapping file lacks"),
    });
    expect(service.sizes.length).toBe(sent);
    expect((await apply({ journal, service, rows: [one(1), one(2)] })).counts).toMatchObject({ unchanged: 2 });
  });

  it("takes no removal for done where all calls are answered by 404", async () => {
    const [journal, service] = [memoryJournal(), new ModelService()];
    await apply({ journal, service, rows: [one(1), one(2)] });
    const nothing: IdentityMappings<UserMapping> = {
      kind: "users",
      find: async () => undefined,
      update: async () => {
        throw refusal(404, "SERVICE_REFUSED");
      },
      close: async () => {},
    };
    const more = { removeMissing: true };
    const rows = [one(1)];
    const { counts } = await apply({ journal, service: nothing, rows, more });
    expect(counts).toMatchObject({ removed: 0, failed: 1, unchanged: 1 });
    expect((await apply({ journal, service, rows, more })).counts).toMatchObject({ removed: 1 });
    expect([...service.held.keys()]).toEqual(["user1@south.example"]);
  });

  it("ends at once with ABORTED, and goes on later", async () => {
    const [journal, service, abort] = [memoryJournal(), new ModelService(), new AbortController()];
    const rows = Array.from({ length: 300 }, (_, index) => one(index));
    service.options = {
      bad: "request",
      fault: (request) => {
        if (request === 3) abort.abort();
        return undefined;
      },
    };
    const run = apply({ journal, service, rows, more: { requests: 1, signal: abort.signal } });
    await expect(run).rejects.toMatchObject({ code: "ABORTED" });
    expect((await apply({ journal, service, rows })).counts).toMatchObject({ added: 300 });
    expect([...service.applied.values()].every((times) => times === 1)).toBe(true);
    await expect(apply({ rows, more: { signal: abort.signal } })).rejects.toMatchObject({ code: "ABORTED" });
  });

  it("says in a dry run what would be sent, and leaves the journal as it was", async () => {
    const [journal, service, scratch] = [memoryJournal(), new ModelService(), memoryJournal()];
    await apply({ journal, service, rows: [one(1), one(2), one(3)] });
    const before = JSON.stringify([...journal.entries("")]);
    const rows = [
      one(1),
      one(2, { targetEmail: "x@north.example" }),
      one(4),
      { targetEmail: "x@north.example" },
      one(5),
    ];
    const { service: _, ...options } = optionsOf({ journal, rows });
    const dry = { ...options, kind: "users", dryRun: true, scratch, removeMissing: true } as MappingRunOptions;
    const events = await eventsOf(dry);
    expect(briefly(events.flatMap((event) => (event.type === "mapping" ? [event.mapping] : [])))).toEqual({
      [upn(2)]: "changed",
      [upn(4)]: "added",
      [upn(5)]: "added",
    });
    expect(briefly(mappingOutcomes(scratch))).toMatchObject({ [upn(1)]: "unchanged", [upn(2)]: "changed" });
    expect(JSON.stringify([...journal.entries("")])).toBe(before);
    const run = applyMappings({ ...dry, rows: { file: bytes(ndjson([one(1)])) }, scratch: memoryJournal() } as never);
    expect(await run.result).toMatchObject({
      status: "dryRun",
      requests: 0,
      counts: { removed: 2, unchanged: 1, pending: 0 },
    });
    await expect(applyMappings({ ...dry, rows: { file: bytes("") } } as never).result).rejects.toMatchObject({
      code: "INVALID_OPTION",
    });
  });

  it("uses no journal of other mappings, of another organization, or of something else", async () => {
    const journal = memoryJournal();
    await apply({ journal, rows: [one(1)] });
    const elsewhere = { ...optionsOf({ journal, rows: [] }), place: "west" };
    await expect(applyMappings(elsewhere).result).rejects.toMatchObject({ code: "RUN_MISMATCH" });
    const groups: IdentityMappings<GroupMapping> = {
      kind: "groups",
      find: async () => undefined,
      update: async () => [],
      close: async () => {},
    };
    const others = { ...optionsOf({ journal, rows: [] }), kind: "groups", service: groups } as MappingRunOptions;
    await expect(applyMappings(others).result).rejects.toMatchObject({ code: "RUN_MISMATCH" });
    const foreign = memoryJournal();
    await foreign.write([{ key: "run", value: {} }]);
    await expect(apply({ journal: foreign, rows: [] })).rejects.toMatchObject({ code: "JOURNAL_INVALID" });
    await journal.write([{ key: "head", value: { ...(journal.get("head") as object), schemaVersion: 99 } }]);
    await expect(apply({ journal, rows: [] })).rejects.toMatchObject({ code: "JOURNAL_VERSION" });
  });

  it("refuses options that can't be used", async () => {
    for (const requests of [0, 65, 1.5]) {
      await expect(apply({ rows: [], more: { requests } })).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
    const options = { ...optionsOf({ rows: [] }), rows: { file: bytes(""), sourceOrganizationId: "contoso" } };
    await expect(applyMappings(options).result).rejects.toMatchObject({ code: "INVALID_OPTION" });
    await expect(applyMappings({ ...options, rows: { file: bytes(""), format: "csv" } }).result).rejects.toBeInstanceOf(
      PrimepackError,
    );
  });

  it("throws what ends it to who reads the events as well", async () => {
    const service = new ModelService({ bad: "request", fault: () => "throttled" });
    await expect(eventsOf(optionsOf({ service, rows: [one(1)] }))).rejects.toMatchObject({ code: "SERVICE_THROTTLED" });
  });

  const KEYS = 130;
  const rowGiven: fc.Arbitrary<Row> = fc
    .record({
      index: fc.nat({ max: KEYS - 1 }),
      target: fc.option(fc.constantFrom("a@north.example", "b@north.example"), { nil: undefined }),
      email: fc.constantFrom(undefined, "c@mail.example", "d@mail.example"),
      userType: fc.constantFrom(undefined, "regularUser", "guestUser"),
      how: fc.constantFrom("set", "set", "set", "remove", "bad"),
    })
    .map(({ index, target, email, userType, how }) => {
      if (how === "remove") return { sourceUserPrincipalName: upn(index), removed: true };
      if (how === "bad" && index % 9 === 0) return { sourceUserPrincipalName: `${upn(index)} x` };
      return {
        sourceUserPrincipalName: index % 2 === 0 ? upn(index) : upn(index).toUpperCase(),
        targetUserPrincipalName: target ?? "e@north.example",
        ...(email === undefined ? {} : { targetEmail: email }),
        ...(userType === undefined ? {} : { userType }),
      };
    });
  const runGiven = fc.record({
    rows: fc.array(rowGiven, { maxLength: 160, size: "max" }),
    removeMissing: fc.boolean(),
    bad: fc.constantFrom("request", "rest of the request", "entry"),
    badKeys: fc.array(fc.nat({ max: KEYS - 1 }), { maxLength: 4 }),
    deaths: fc.array(fc.record({ step: fc.integer({ min: 1, max: 60 }), isAfter: fc.boolean() }), { maxLength: 5 }),
    faults: fc.dictionary(
      fc.integer({ min: 1, max: 12 }).map(String),
      fc.constantFrom<Fault>("lost, acted", "lost, not acted", "throttled"),
      { maxKeys: 2 },
    ),
    requests: fc.integer({ min: 1, max: 4 }),
    isPath: fc.boolean(),
  });

  it("applies each entry once, however often it is killed, answers are lost and requests refused", async () => {
    let files = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(runGiven, { minLength: 1, maxLength: 3 }), async (runs) => {
        const journal = memoryJournal();
        const service = new ModelService();
        const state = new ModelState();
        for (const { rows, removeMissing: removes, bad, badKeys, deaths, faults, requests, isPath } of runs) {
          const removeMissing = removes && rows.length > 0;
          const badSources = new Set(badKeys.map((index) => upn(index).toLowerCase()));
          service.applied.clear();
          const already = service.sizes.length;
          service.options = {
            bad: bad as ModelOptions["bad"],
            isBad: (source) => badSources.has(source),
            fault: (request) => faults[String(request - already)],
          };
          const expected = state.apply(rows, { removeMissing, bad: badSources });
          files += 1;
          const path = folder(`rows-${files}.ndjson`);
          if (isPath) await writeFile(path, ndjson(rows));
          let isUnderWay = true;
          const before = completeRun(journal);
          const attempt = (life: MortalProcess) =>
            applyMappings({
              ...{ kind: "users", journal: life.journal(journal), service: life.service(service), place: "north" },
              ...{ rows: { file: isPath ? path : bytes(ndjson(rows)) }, removeMissing, skipInvalid: true, requests },
            }).result.catch((error: unknown) => error);
          const lives = [
            ...deaths.map((death) => new MortalProcess(death)),
            ...Array.from({ length: 4 }, () => new MortalProcess()),
          ];
          for (const life of lives) {
            if (isUnderWay)
              isUnderWay = !isComplete(await attempt(life)) && [undefined, before].includes(completeRun(journal));
          }
          expect(isUnderWay).toBe(false);
          const told = [...mappingOutcomes(journal)]
            .filter(({ outcome }) => /^(added|changed|removed)$/.test(outcome))
            .map(({ source }) => source.toLowerCase());
          expect(told.filter((key) => !expected.has(key))).toEqual([]);
          expect([...expected.keys()].filter((key) => expected.get(key) === 1 && !told.includes(key))).toEqual([]);
          for (const [key, times] of expected) {
            if (times === undefined) expect(service.applied.get(key) ?? 1).toBe(1);
            else expect([key, service.applied.get(key)]).toEqual([key, times]);
          }
          expect([...service.applied.keys()].filter((key) => !expected.has(key))).toEqual([]);
          expect(Object.fromEntries(service.held)).toEqual(Object.fromEntries(state.held));
          const nothing = new ModelService({ bad: "entry", isBad: () => true });
          nothing.find = (source) => service.find(source);
          const again = await apply({ journal, service: nothing, rows, more: { removeMissing, skipInvalid: true } });
          expect(again.counts).toMatchObject({ added: 0, changed: 0, removed: 0 });
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** The run that the journal holds if it is at its end; undefined while one is under way. */
function completeRun(journal: Journal): number | undefined {
  const head = journal.get("head") as { readonly status: string; readonly run: number } | undefined;
  return head?.status === "complete" ? head.run : undefined;
}

function isComplete(summary: unknown): boolean {
  return typeof summary === "object" && summary !== null && "status" in summary && summary.status === "complete";
}

/** What there is to be known of mappings: of the service, and of those that were confirmed to be applied or removed. */
class ModelState {
  readonly held = new Map<string, UserMapping>();
  readonly #removed = new Set<string>();

  /** How often a file has each source applied; undefined: once or never. Sources that stay as they are aren't in it. */
  apply(
    rows: readonly Row[],
    { removeMissing, bad }: { readonly removeMissing: boolean; readonly bad: ReadonlySet<string> },
  ): ReadonlyMap<string, 1 | undefined> {
    const expected = new Map<string, 1 | undefined>();
    const first = new Map<string, Row>();
    let hasFindings = false;
    for (const row of rows) {
      const key = (row.sourceUserPrincipalName ?? "").toLowerCase();
      if (key.includes(" ") || first.has(key)) hasFindings = true;
      else first.set(key, row);
    }
    for (const [key, row] of first) {
      if (row.removed === true) this.#remove(key, bad, expected);
      else this.#set(key, row, bad, expected);
    }
    if (!removeMissing || hasFindings) return expected;
    for (const key of [...this.held.keys()]) if (!first.has(key)) this.#remove(key, bad, expected);
    return expected;
  }

  #set(key: string, row: Row, bad: ReadonlySet<string>, expected: Map<string, 1 | undefined>): void {
    const before = this.held.get(key);
    const after = { ...before, ...row } as UserMapping;
    const isSame = before !== undefined && JSON.stringify(sorted(before)) === JSON.stringify(sorted(after));
    if (isSame || bad.has(key)) return;
    this.held.set(key, after);
    this.#removed.delete(key);
    expected.set(key, 1);
  }

  #remove(key: string, bad: ReadonlySet<string>, expected: Map<string, 1 | undefined>): void {
    if (this.#removed.has(key)) return;
    const isHeld = this.held.has(key);
    if (isHeld && bad.has(key)) return;
    // What nobody holds counts as removed, or as unchanged, once it was looked up: sent or not.
    expected.set(key, isHeld ? 1 : undefined);
    this.held.delete(key);
    this.#removed.add(key);
  }
}

function sorted(mapping: object): readonly unknown[] {
  return Object.entries(mapping).sort(([one], [other]) => (one < other ? -1 : 1));
}
