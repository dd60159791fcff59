import { createDecipheriv, randomBytes } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { temporaryFolder } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ImportLog } from "./import-log.ts";
import { CANCELED } from "./problems.ts";

const jobId = "071f9aad-36e6-4bef-9f09-40b5c7498ecd";
const id = "fae7b4b0-2912-11e9-b0f3-7b554a52d6ab";
const problem = {
  ...CANCELED,
  objectType: "File",
  id,
  url: "/sites/s/a.pdf",
  message: "The name a.pdf\r\nalready exists",
};
const now = () => new Date("2026-01-02T03:04:05.006Z");

describe("ImportLog", () => {
  const folder = temporaryFolder();
  let folders = 0;

  async function newLog(): Promise<{ readonly log: ImportLog; readonly directory: string }> {
    folders += 1;
    const directory = folder(`log-${folders}`);
    await mkdir(directory);
    return { log: new ImportLog(directory, jobId, now), directory };
  }

  async function written(log: ImportLog, key?: Uint8Array, segmentBytes?: number) {
    const blobs = new Map<string, { readonly body: Buffer; readonly iv: string | undefined }>();
    const write = async (name: string, body: Uint8Array, iv: string | undefined) => {
      blobs.set(name, { body: Buffer.from(body), iv });
    };
    await log.write({ write }, key, segmentBytes);
    return blobs;
  }

  it("writes only .log when nothing went wrong", async () => {
    const { log } = await newLog();
    log.info("Started");
    const blobs = await written(log);
    expect([...blobs.keys()]).toEqual([`Import-${jobId}-1.log`]);
    expect(blobs.get(`Import-${jobId}-1.log`)).toEqual({
      body: Buffer.from("[01/02/2026 03:04:05.006] [Info] Started\r\n"),
      iv: undefined,
    });
  });

  it("writes errors to .err with [Error] and the object's GUID, warnings to .wrn, each on one line", async () => {
    const { log } = await newLog();
    log.problem("error", problem);
    log.problem("fatal", CANCELED);
    log.problem("warning", { ...problem, message: "Field is unknown" });
    const blobs = await written(log);
    const errors = blobs.get(`Import-${jobId}-1.err`)?.body.toString().split("\r\n") ?? [];
    expect(errors.length).toBe(3);
    expect(errors[0]).toContain("[Error]");
    expect(errors[0]).toContain(id);
    expect(errors[0]).toContain("The name a.pdf already exists");
    expect(errors[1]).toContain("Fatal error: Operation canceled.");
    expect(blobs.get(`Import-${jobId}-1.wrn`)?.body.toString()).toContain("[Warning] [File]");
    expect(blobs.get(`Import-${jobId}-1.log`)?.body.toString().split("\r\n").length).toBe(4);
  });

  it("names the ids within the message if it is told so, with [Error] and the GUID all the same", async () => {
    const { directory } = await newLog();
    const log = new ImportLog(directory, jobId, now, "message");
    log.info("Import started");
    log.problem("error", problem);
    const blobs = await written(log);
    expect(`${blobs.get(`Import-${jobId}-1.err`)?.body}`).toBe(
      `01/02/2026 03:04:05.006 [Error] The name a.pdf already exists (File, {${id.toUpperCase()}}, /sites/s/a.pdf, ${problem.errorCode}, ${problem.errorType})\r\n`,
    );
    expect(`${blobs.get(`Import-${jobId}-1.log`)?.body}`).toContain("03:04:05.006 [Info] Import started\r\n");
  });

  it("encrypts each log with an IV of its own, which the blob has in base64", async () => {
    const { log } = await newLog();
    log.problem("error", problem);
    const key = randomBytes(32);
    const blobs = await written(log, key);
    const ivs = new Set<string>();
    for (const [name, { body, iv = "" }] of blobs) {
      ivs.add(iv);
      const decipher = createDecipheriv("aes-256-cbc", key, Buffer.from(iv, "base64"));
      const text = Buffer.concat([decipher.update(body), decipher.final()]).toString();
      expect(name + text).toContain(id);
    }
    expect(ivs.size).toBe(2);
  });

  it("splits into segments from 1 on, whole lines in each, whatever their length", async () => {
    const lines = fc.array(fc.string({ unit: "grapheme", maxLength: 60 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 200, max: 400 }), async (texts, segmentBytes) => {
        const { log } = await newLog();
        for (const text of texts) log.info(text);
        const whole = (await written(log)).get(`Import-${jobId}-1.log`)?.body ?? Buffer.alloc(0);
        const blobs = await written(log, undefined, segmentBytes);
        expect([...blobs.keys()]).toEqual([...blobs.keys()].map((_, index) => `Import-${jobId}-${index + 1}.log`));
        const bodies = [...blobs.values()].map(({ body }) => body);
        expect(Buffer.concat(bodies).equals(whole)).toBe(true);
        for (const body of bodies) {
          expect(body.length).toBeLessThanOrEqual(segmentBytes);
          const isWhole = body.at(-1) === 10 || !body.includes(10);
          expect(isWhole).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("goes on over restarts with what was kept, and leaves nothing once discarded", async () => {
    const { log, directory } = await newLog();
    log.info("Before");
    log.keep();
    const again = new ImportLog(directory, jobId, now);
    again.info("After");
    const text = (await written(again)).get(`Import-${jobId}-1.log`)?.body.toString() ?? "";
    expect(text.match(/Before|After/g)).toEqual(["Before", "After"]);
    await again.discard();
    expect(await readdir(directory)).toEqual([]);
  });
});
