import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guidsIn } from "../parse/guids-in.ts";
import { parseEvent } from "../parse/parse-event.ts";
import type { LogEntry, MintedItem } from "../types.ts";
import { importResult } from "./import-result.ts";
import { joinOutcomes } from "./join-outcomes.ts";
import type { ImportResult } from "./outcome-types.ts";

const JOB = "5a3b0e9c-1f44-4c5e-9d0b-0f6f6f2d3a10";
const WEB = "/sites/team";
const LIBRARY = `${WEB}/Shared Documents`;

const guid = (kind: number, item: number) => `0000000${kind}-aaaa-4000-8000-${item.toString(16).padStart(12, "0")}`;
const item = (number: number, path: string): MintedItem => ({
  key: path,
  ids: [guid(1, number), guid(2, number), guid(3, number)],
  url: `${LIBRARY}/${path}`,
  itemId: 100 + number,
  blobs: [`0000001${number}.dat`],
});

const folder = item(1, "Plans");
const plan = item(2, "Plans/plan.txt");
const report = item(3, "Plans/Report 50%.docx");
const otherPlan = item(4, "Old/Plans/plan.txt");
const note = item(5, "note.txt");
const items = [folder, plan, report, otherPlan, note];

const event = (Event: string, more: object = {}) => parseEvent({ Event, JobId: JOB, ...more });
const error = (more: object) => event("JobError", { Message: "it failed", ...more });

/** A job that ended well but for these errors, all of which it counts. */
function endedWith(...errors: ReturnType<typeof event>[]): ImportResult {
  const result = importResult(JOB);
  result.addEvents([event("JobStart"), ...errors, event("JobEnd", { TotalErrors: `${errors.length}` })]);
  return result;
}

function errorLog(result: ImportResult, lines: readonly string[]): void {
  lines.forEach((text, at) => {
    const entry: LogEntry = { file: `Import-${JOB}-1.err`, line: at + 1, kind: "error", text, ids: guidsIn(text) };
    result.addLogEntry(entry);
  });
  result.errorLogRead();
}

const ends = (result: ImportResult, among: readonly MintedItem[] = items) =>
  Object.fromEntries([...joinOutcomes(result, among, { webUrl: WEB })].map(([key, { outcome }]) => [key, outcome]));

/** All items imported but these. */
const allBut = (...failed: readonly MintedItem[]) =>
  Object.fromEntries(items.map(({ key }) => [key, failed.some((one) => one.key === key) ? "failed" : "imported"]));

const allUnknownBut = (...failed: readonly MintedItem[]) =>
  Object.fromEntries(items.map(({ key }) => [key, failed.some((one) => one.key === key) ? "failed" : "unknown"]));

describe("joinOutcomes() finds the item of an error", () => {
  it.each([
    ["the file's GUID", { Id: guid(1, 2) }, plan],
    ["the list item's GUID, in braces and capitals", { Id: `{${guid(2, 2).toUpperCase()}}` }, plan],
    ["the GUID of its content, in the message only", { Message: `no stream ${guid(3, 2)} there` }, plan],
    ["a GUID in a field that is not documented", { Stream: `{${guid(3, 2).toUpperCase()}}` }, plan],
    ["its server-relative URL", { Url: `${LIBRARY}/Plans/plan.txt` }, plan],
    ["its server-relative URL in another case", { Url: `${LIBRARY}/PLANS/Plan.TXT` }, plan],
    [
      "its absolute URL, encoded",
      { Url: `https://contoso.sharepoint.com${encodeURI(`${LIBRARY}/Plans/plan.txt`)}` },
      plan,
    ],
    ["its web-relative URL, although another ends like it", { Url: "Shared Documents/Plans/plan.txt" }, plan],
    ["its URL in the library, where only one ends like it", { Url: "Old/Plans/plan.txt" }, otherPlan],
    ["a name with a percent sign", { Url: "Shared Documents/Plans/Report 50%.docx" }, report],
    ["that name, encoded", { Url: "Shared%20Documents/Plans/Report%2050%25.docx" }, report],
    ["its item id", { ObjectType: "ListItem", SourceListItemIntId: "105" }, note],
    ["a path in the message", { Message: "The file Shared Documents/note.txt already exists." }, note],
    ["a whole URL in the message", { Message: `'${LIBRARY}/Old/Plans/plan.txt': already exists` }, otherPlan],
    ["an id, whatever else the error says", { Id: guid(1, 5), Url: `${LIBRARY}/Plans/plan.txt` }, note],
    [
      "the file of an error that names its folder too",
      { ObjectType: "File", Message: `${guid(1, 2)} in ${guid(1, 1)}` },
      plan,
    ],
    ["a GUID in the message, where the URL is only that of the web", { Url: WEB, Message: guid(1, 2) }, plan],
    ["the GUID in an escaped URL", { Url: `https://contoso.sharepoint.com/%7B${guid(3, 2)}%7D` }, plan],
    ["a GUID without hyphens in the message", { Message: guid(3, 2).replaceAll("-", "") }, plan],
    ["the name of its content blob in the message", { Message: "Missing MD5 property of '00000012.dat'." }, plan],
    ["the URL of its content blob", { Message: "cannot read https://x.blob.example/c/00000012.dat?sig=x" }, plan],
  ])("by %s", (_name, more, expected) => {
    expect(ends(endedWith(error(more)))).toEqual(allBut(expected));
  });

  it.each([
    ["a leaf name alone as its URL", { Url: "note.txt" }],
    ["a leaf name alone in its message", { Message: "A file named note.txt already exists" }],
    ["the integer id of an object of another kind", { ObjectType: "List", SourceListItemIntId: "105" }],
    ["a path that only begins like one", { Message: `${LIBRARY}/note.txt.bak is there, ${LIBRARY}/notes` }],
    ["a path of another place that ends like one", { Url: "/sites/other/Docs/note.txt" }],
    ["nothing", {}],
  ])("not by %s: then nothing is known of any item", (_name, more) => {
    expect(ends(endedWith(error(more)))).toEqual(allUnknownBut());
  });

  it("not by an end of a path that two have: both are unknown, and only they", () => {
    expect(ends(endedWith(error({ Url: "Plans/plan.txt" })))).toEqual({
      ...allBut(),
      [plan.key]: "unknown",
      [otherPlan.key]: "unknown",
    });
  });
});

describe("joinOutcomes() knows of none of the items of which an error may be about one", () => {
  const sibling = item(6, "Plans/plan%2Etxt");
  const among = [...items, sibling];
  const list: MintedItem = { key: "list", ids: [guid(1, 9)], url: LIBRARY };
  const unknown = (...keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, "unknown"]));

  it.each([
    ["ids of two", { Message: `${guid(1, 2)} has the name of ${guid(1, 5)}` }, [plan, note]],
    ["the URL of one and the id of another", { Url: note.url, Message: guid(1, 2) }, [plan, note]],
    ["the URL of one and the item id of another", { Url: note.url, SourceListItemIntId: "102" }, [plan, note]],
    ["paths of two", { Message: `Shared Documents/note.txt: ${LIBRARY}/Old/Plans/plan.txt exists` }, [otherPlan, note]],
    ["a URL that, decoded, is that of another", { Url: `${LIBRARY}/Plans/plan%2Etxt` }, [plan, sibling]],
  ])("by %s", (_name, more, expected) => {
    expect(ends(endedWith(error(more)), among)).toEqual({
      ...Object.fromEntries(among.map(({ key }) => [key, "imported"])),
      ...unknown(...expected.map(({ key }) => key)),
    });
  });

  it("by an id, item id or URL that two have", () => {
    const twin: MintedItem = { ...note, key: "twin" };
    const signs = [{ Id: guid(1, 5) }, { SourceListItemIntId: "105" }, { Url: note.url }, { Message: "00000015.dat" }];
    for (const more of signs) {
      expect(ends(endedWith(error(more)), [...items, twin])).toEqual({ ...allBut(), ...unknown(note.key, "twin") });
    }
  });

  it("by a path and one that it is the end of, in one message", () => {
    const message = "Old/Plans/plan.txt: there is Plans/plan.txt";
    expect(ends(endedWith(error({ Message: message })))).toEqual({
      ...allBut(),
      ...unknown(plan.key, otherPlan.key),
    });
  });

  it.each(["", "Folder", "ListItem"])("by a folder and what is in it, of an error of the kind %j", (ObjectType) => {
    const more = { ObjectType, Message: `${guid(1, 1)} has no room for ${guid(1, 2)}` };
    expect(ends(endedWith(error(more)))).toEqual({ ...allBut(), ...unknown(folder.key, plan.key, report.key) });
  });

  it("by the library's URL, whose permissions the package has: a file's error may say no more", () => {
    const all = [...items, list];
    expect(ends(endedWith(error({ Url: LIBRARY })), all)).toEqual({ ...allUnknownBut(), list: "failed" });
    const more = { Url: LIBRARY, Message: guid(2, 5) };
    expect(ends(endedWith(error(more)), all)).toEqual({ ...allUnknownBut(), list: "unknown" });
    expect(ends(endedWith(error({ ...more, ObjectType: "File" })), all)).toEqual({ ...allBut(note), list: "imported" });
  });

  it("by a blob that a file of the package is called like", () => {
    const named = item(6, "00000015.dat");
    const message = { Message: "cannot read 00000015.dat" };
    expect(ends(endedWith(error(message)), [...items, named])).toEqual({ ...allUnknownBut(), [named.key]: "unknown" });
  });
});

describe("joinOutcomes()", () => {
  it("gives code and message of a failure, each once, over events and log lines", () => {
    const result = endedWith(
      error({ Id: guid(1, 2), ErrorCode: "-2147024816", Message: "exists already" }),
      error({ Id: guid(1, 2), ErrorCode: "-2147024816", Message: "exists already" }),
      error({ Id: guid(2, 2), ErrorCode: "-1", Message: "no parent" }),
    );
    errorLog(result, [
      `[Error] [File] [${guid(1, 2)}] exists already`,
      `[Error] [ListItem] [${guid(2, 2)}] no parent`,
      `[Error] [File] [${guid(3, 2)}] no such stream`,
    ]);
    expect(joinOutcomes(result, items).get(plan.key)).toEqual({
      outcome: "failed",
      problems: [
        { errorCode: "-2147024816", message: "exists already", from: "event" },
        { errorCode: "-1", message: "no parent", from: "event" },
        { errorCode: "", message: `[Error] [File] [${guid(3, 2)}] no such stream`, from: "log" },
      ],
    });
  });

  it("tells warnings of what was imported, and needs none to be attributed", () => {
    const result = endedWith();
    result.addEvents([
      event("JobWarning", { Id: guid(2, 5), ErrorCode: "7", Message: "no author" }),
      event("JobWarning", { Message: "Failed to ensure user" }),
    ]);
    expect(joinOutcomes(result, items).get(note.key)).toEqual({
      outcome: "imported",
      warnings: [{ errorCode: "7", message: "no author", from: "event" }],
    });
    expect(ends(result)).toEqual(allBut());
  });

  it.each([
    ["has not ended", [event("JobStart"), event("JobProgress", { TotalErrors: "0" })]],
    ["ended in a fatal error", [event("JobFatalError", { Message: "gone" }), event("JobEnd", { TotalErrors: "1" })]],
    ["was cancelled", [event("JobCancelled"), event("JobEnd", { TotalErrors: "0" })]],
    ["was deleted", [event("JobDeleted")]],
    ["doesn't count its errors", [event("JobEnd", { FilesCreated: "5" })]],
    ["counts them as nothing that is a number", [event("JobEnd", { TotalErrors: "none" })]],
  ])("knows of no item of a job that %s, but of those that failed", (_name, events) => {
    const result = importResult(JOB);
    result.addEvents(events);
    expect(ends(result)).toEqual(allUnknownBut());
    result.addEvents([error({ Id: guid(1, 5) })]);
    expect(ends(result)).toEqual(allUnknownBut(note));
  });

  it("knows of no item of a job that is lost, and says why", () => {
    const result = importResult(JOB);
    result.lose("its events expired");
    expect(joinOutcomes(result, items).get(note.key)).toEqual({
      outcome: "unknown",
      why: "nothing more is heard of the job: its events expired",
    });
  });

  it("fails what a fatal error names", () => {
    const result = importResult(JOB);
    result.addEvents([event("JobFatalError", { Id: guid(1, 5), Message: "gone" }), event("JobEnd")]);
    expect(ends(result)).toEqual(allUnknownBut(note));
  });

  it("takes a job without a count for ended well once its error log is known to be empty", () => {
    const result = importResult(JOB);
    result.addEvents([event("JobEnd", { FilesCreated: "5" })]);
    errorLog(result, []);
    expect(ends(result)).toEqual(allBut());
  });

  it("knows of no other item where more errors are counted than told, until the whole error log tells them", () => {
    const result = importResult(JOB);
    result.addEvents([error({ Id: guid(1, 5) }), event("JobEnd", { TotalErrors: "2" })]);
    expect(ends(result)).toEqual(allUnknownBut(note));
    errorLog(result, [`[Error] [${guid(1, 5)}] it failed`]);
    expect(ends(result)).toEqual(allUnknownBut(note));
    errorLog(result, [`[Error] [${guid(1, 5)}] it failed`, `[Error] [${guid(2, 2)}] it failed too`]);
    expect(ends(result)).toEqual(allBut(note, plan));
  });

  it("counts an error that was told twice once: the other one of two may be about anything", () => {
    const result = importResult(JOB);
    result.addEvents([
      error({ Id: guid(1, 5), Time: "02/28/2025 10:00:00.000" }),
      error({ Id: guid(1, 5), Time: "02/28/2025 10:00:09.000" }),
      event("JobEnd", { TotalErrors: "2" }),
    ]);
    expect(ends(result)).toEqual(allUnknownBut(note));
  });

  it("counts a failure that is told in two ways once, but a file and its list item as two", () => {
    const told = [error({ Id: guid(1, 5), Message: "it failed" }), error({ Id: guid(1, 5), Message: "once more" })];
    expect(ends(endedWith(...told))).toEqual(allUnknownBut(note));
    expect(ends(endedWith(error({ Id: guid(1, 5) }), error({ Id: guid(2, 5) })))).toEqual(allBut(note));
  });

  it("doesn't take events of a job that began anew for those that it counts, but its error log", () => {
    const result = importResult(JOB);
    result.addEvents([
      event("JobStart", { Time: "02/28/2025 10:00:00.000" }),
      error({ Id: guid(1, 5) }),
      event("JobStart", { Time: "02/28/2025 10:07:00.000" }),
      event("JobEnd", { TotalErrors: "1" }),
    ]);
    expect(ends(result)).toEqual(allUnknownBut(note));
    errorLog(result, [`[Error] [${guid(1, 2)}] it failed`]);
    expect(ends(result)).toEqual(allBut(note, plan));
  });

  it("doesn't take the count of an earlier event for that of the end", () => {
    const result = importResult(JOB);
    result.addEvents([event("JobProgress", { TotalErrors: "0" }), event("JobEnd", { FilesCreated: "4" })]);
    expect(ends(result)).toEqual(allUnknownBut());
  });

  it("doesn't count lines of an error log that was not read to its end as errors", () => {
    const result = importResult(JOB);
    result.addEvents([event("JobEnd", { TotalErrors: "2" })]);
    for (const line of [1, 2]) {
      const text = `[Error] [${guid(1, 5)}] attempt ${line}`;
      result.addLogEntry({ file: `Import-${JOB}-1.err`, line, kind: "error", text, ids: guidsIn(text) });
    }
    expect(ends(result)).toEqual(allUnknownBut(note));
  });

  it("knows of no item of a job that was deleted, although it ends without errors", () => {
    const result = importResult(JOB);
    result.addEvents([event("JobStart"), event("JobDeleted"), event("JobEnd", { TotalErrors: "0" })]);
    expect(ends(result)).toEqual(allUnknownBut());
  });

  it("lets the error log name what an event leaves open", () => {
    const result = endedWith(error({ Message: "Missing file info for list item" }));
    expect(ends(result)).toEqual(allUnknownBut());
    errorLog(result, [`[Error] [${guid(2, 2)}] Missing file info for list item`]);
    expect(ends(result)).toEqual(allBut(plan));
  });

  it("knows of no other item where a line of the error log names none", () => {
    const result = endedWith(error({ Id: guid(1, 5) }));
    errorLog(result, [`[Error] [${guid(1, 5)}] it failed`, "[Error] something else"]);
    expect(ends(result)).toEqual(allUnknownBut(note));
  });

  it("takes a line without an id for the event whose message it repeats", () => {
    const result = endedWith(error({ SourceListItemIntId: "105", Message: "no such author" }));
    errorLog(result, ["[Error] no such author"]);
    expect(ends(result)).toEqual(allBut(note));
  });

  it.each([
    ["a further line with that message", ["[Error] [A] no such author", "[Error] no such author"]],
    ["a line that only has that message in it", ["[Error] There is no such author as Mary"]],
  ])("takes %s for an error of its own", (_name, lines) => {
    const result = endedWith(error({ Id: guid(1, 5), Message: "no such author" }), error({ Id: guid(1, 2) }));
    errorLog(result, [...lines.map((line) => line.replace("[A]", `[${guid(1, 5)}]`)), `[Error] [${guid(1, 2)}]`]);
    expect(ends(result)).toEqual(allUnknownBut(note, plan));
  });

  it("doesn't know what became of the items in a folder that failed", () => {
    const result = endedWith(error({ Id: guid(1, 1) }));
    expect(ends(result)).toEqual({ ...allBut(folder), [plan.key]: "unknown", [report.key]: "unknown" });
    expect(joinOutcomes(result, items).get(plan.key)).toEqual({
      outcome: "unknown",
      why: `a folder above it failed: ${folder.url}`,
    });
  });

  it("never takes a failed item for imported, whatever was told of it, how, and in what order", () => {
    const failing = fc.uniqueArray(fc.integer({ min: 0, max: items.length - 1 }), { maxLength: items.length });
    const way = fc.constantFrom("id", "item", "message", "url", "log", "nothing");
    const noise = fc.array(fc.constantFrom("JobQueued", "JobStart", "JobProgress", "JobWarning", "unheard of"));
    fc.assert(
      fc.property(failing, fc.infiniteStream(way), noise, fc.boolean(), (numbers, ways, names, readsLog) => {
        const result = importResult(JOB);
        const lines: string[] = [];
        for (const number of numbers) {
          const failed = items[number];
          const how = ways.next().value;
          if (failed === undefined) continue;
          const id = failed.ids[number % 3] ?? "";
          if (how === "id") result.addEvents([error({ Id: `{${id}}` })]);
          if (how === "item") result.addEvents([error({ SourceListItemIntId: `${failed.itemId}` })]);
          if (how === "message") result.addEvents([error({ Message: `failed: ${id.toUpperCase()}` })]);
          if (how === "url") result.addEvents([error({ Url: failed.url })]);
          if (how === "log") lines.push(`[Error] [${id}] it failed`);
        }
        result.addEvents([...names.map((name) => event(name)), event("JobEnd", { TotalErrors: `${numbers.length}` })]);
        if (readsLog) errorLog(result, lines);
        const outcomes = joinOutcomes(result, items, { webUrl: WEB });
        for (const number of numbers) {
          const failed = items[number];
          expect(failed && outcomes.get(failed.key)?.outcome).not.toBe("imported");
        }
      }),
    );
  });

  it("gives every item an outcome for whatever a job may say", () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom(...items.map(({ url }) => url)),
      fc.constantFrom(guid(1, 2), "%"),
    );
    const fields = fc.record({ Id: text, Url: text, Message: text, SourceListItemIntId: text, TotalErrors: text });
    const name = fc.constantFrom("JobError", "JobWarning", "JobEnd", "JobFatalError", "JobStart");
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fields)), (told) => {
        const result = importResult(JOB);
        result.addEvents(told.map(([Event, more]) => event(Event, more)));
        expect(joinOutcomes(result, items).size).toBe(items.length);
      }),
    );
  });
});
