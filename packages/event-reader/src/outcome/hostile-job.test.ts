import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guidsIn } from "../parse/guids-in.ts";
import { parseEvent } from "../parse/parse-event.ts";
import { parseGraphEvent } from "../parse/parse-graph-event.ts";
import type { JobEvent, MintedItem } from "../types.ts";
import { importResult } from "./import-result.ts";
import { joinOutcomes } from "./join-outcomes.ts";

// What a job may really do to the items of its package, how it may tell of it, and what of that may be lost, repeated,
// reordered or cut: an item that failed is never told as imported, and no other one as failed.

const JOB = "5a3b0e9c-1f44-4c5e-9d0b-0f6f6f2d3a10";
const WEB = "/sites/team";
const LIBRARY = `${WEB}/Shared Documents`;
const guid = (kind: number, item: number) => `0000000${kind}-abcd-4000-8000-${item.toString(16).padStart(12, "0")}`;

/** Names that hold each other, look escaped, differ by case or ends only, repeat those of folders and blobs. */
const PATHS = [
  "Plans",
  "Plans/plan.txt",
  "Plans/plan.txt.bak",
  "Plans/my plan.txt",
  "Plans/a%20b.txt",
  "Plans/a b.txt",
  "Old",
  "Old/Plans",
  "Old/Plans/plan.txt",
  "Old/Plans/Report 50%.docx",
  "Shared Documents",
  "Shared Documents/note.txt",
  "note.txt",
  "00000003.dat",
  "team",
];
const items: readonly MintedItem[] = PATHS.map((path, at) => ({
  key: path,
  ids: [guid(1, at), guid(2, at), guid(3, at)],
  url: `${LIBRARY}/${path}`,
  itemId: 1 + at,
  blobs: [`${String(at).padStart(8, "0")}.dat`],
}));
const list: MintedItem = { key: "list", ids: [guid(4, 0)], url: LIBRARY };

interface Way {
  /** Of the item's ids. */
  readonly object: 0 | 1 | 2;
  readonly form:
    | "id"
    | "guid"
    | "plain"
    | "url"
    | "encoded"
    | "absolute"
    | "web"
    | "library"
    | "item"
    | "path"
    | "blob"
    | "leaf"
    | "nothing";
  readonly words: string;
  readonly besides: "nothing" | "folder" | "other";
  readonly isTyped: boolean;
  readonly asGraph: boolean;
}

const way: fc.Arbitrary<Way> = fc.record({
  object: fc.constantFrom(0, 1, 2),
  form: fc.constantFrom(
    "id",
    "guid",
    "plain",
    "url",
    "encoded",
    "absolute",
    "web",
    "library",
    "item",
    "path",
    "blob",
    "leaf",
    "nothing",
  ),
  words: fc.constantFrom("", "it failed", "already exists", "no such author"),
  besides: fc.constantFrom("nothing", "folder", "other"),
  isTyped: fc.boolean(),
  asGraph: fc.boolean(),
});

/** An error about the item, told in a way in which services tell of them. */
function told(item: MintedItem, { object, form, words, besides, isTyped, asGraph }: Way, nonce: number): JobEvent {
  const id = item.ids[object] ?? "";
  const path = item.url.slice(LIBRARY.length + 1);
  const fields: { Id?: string; Url?: string; Message?: string; SourceListItemIntId?: string } = { Message: words };
  if (form === "id") fields.Id = `{${id.toUpperCase()}}`;
  if (form === "guid") fields.Message = `${words} (${id})`;
  if (form === "plain") fields.Message = `${words} ${id.replaceAll("-", "")}`;
  if (form === "url") fields.Url = item.url.toUpperCase();
  if (form === "encoded") fields.Url = encodeURI(item.url);
  if (form === "absolute") fields.Url = `https://contoso.sharepoint.com${encodeURI(item.url)}?web=1`;
  if (form === "web") fields.Url = item.url.slice(WEB.length + 1);
  if (form === "library") Object.assign(fields, { Url: LIBRARY, Message: `${words} %7B${id}%7D` });
  if (form === "item") fields.SourceListItemIntId = String(item.itemId);
  if (form === "path") fields.Message = `${item.url}: ${words}`;
  if (form === "blob") fields.Message = `${words} ${item.blobs?.[0]}`;
  if (form === "leaf") fields.Message = `${words} ${path.slice(path.lastIndexOf("/") + 1)}`;
  // Nothing but the object's own sign tells it from others that are named.
  const namesIt = !["blob", "leaf", "nothing"].includes(form);
  const other = items[(PATHS.indexOf(item.key) + 3) % items.length];
  const folder = items.find(({ key }) => item.key.startsWith(`${key}/`));
  if (namesIt && besides === "other" && form === "path") fields.Message += ` as ${other?.url} is there`;
  else if (namesIt && besides === "other") fields.Message += ` as {${other?.ids[0]}} is there`;
  if (namesIt && besides === "folder" && folder !== undefined && form !== "path")
    fields.Message += ` in ${folder.ids[0]}`;
  const isFolder = items.some(({ key }) => key.startsWith(`${item.key}/`));
  const kind = !isTyped ? "" : isFolder ? "folder" : "file";
  if (!asGraph || fields.SourceListItemIntId !== undefined) {
    return parseEvent({ Event: "JobError", JobId: JOB, CorrelationId: guid(7, nonce), ObjectType: kind, ...fields });
  }
  return parseGraphEvent({
    "@odata.type": "#microsoft.graph.sharePointMigrationJobErrorEvent",
    id: guid(8, nonce),
    jobId: JOB,
    errorLevel: "Error",
    objectType: kind,
    objectId: fields.Id,
    objectUrl: fields.Url,
    error: { code: "-1", message: fields.Message },
  });
}

const failure = fc.record({
  item: fc.constantFrom(...items),
  /** What is told of it: objects that failed, each told once or in several ways. */
  ways: fc.array(way, { minLength: 1, maxLength: 3 }),
});

const job = fc.record({
  failures: fc.uniqueArray(failure, { selector: ({ item }) => item.key, maxLength: 5 }),
  /** What `TotalErrors` of JobEnd counts, if it is there. */
  counts: fc.constantFrom("errors", "objects", "none"),
  lost: fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
  repeats: fc.array(fc.nat({ max: 30 }), { maxLength: 6 }),
  order: fc.infiniteStream(fc.nat()),
  early: fc.option(fc.nat({ max: 2 })),
  restart: fc.boolean(),
  end: fc.constantFrom("JobEnd", "none", "fatal", "cancelled", "deleted"),
  log: fc.constantFrom("unread", "whole", "cut"),
  marked: fc.boolean(),
  restored: fc.boolean(),
});

describe("joinOutcomes(), whatever a job does and tells", () => {
  it("tells no item that failed as imported, and no other one as failed", () => {
    fc.assert(
      fc.property(job, ({ failures, counts, lost, repeats, order, early, restart, end, log, marked, restored }) => {
        let nonce = 0;
        const errors = failures.flatMap(({ item, ways }) =>
          ways.map((one) => ({
            item,
            id: item.ids[one.object] ?? "",
            words: one.words,
            event: told(item, one, nonce++),
          })),
        );
        const total = counts === "objects" ? new Set(errors.map(({ id }) => id)).size : errors.length;
        const event = (Event: string, more: object = {}) => parseEvent({ Event, JobId: JOB, ...more });
        const start = (minute: number) => event("JobStart", { Time: `02/28/2025 10:0${minute}:00.000` });
        const kept = errors.filter(() => lost.next().value !== 0).map((error) => error.event);
        // Items that failed in a first beginning, and went well in the second, are none that failed.
        const again = restart ? [start(0), start(5)] : [start(0)];
        const events = [...again, ...kept, ...repeats.flatMap((at) => kept[at] ?? [])];
        if (early !== null) events.push(event("JobProgress", { TotalErrors: `${Math.min(early, total)}` }));
        if (end === "fatal") events.push(event("JobFatalError", { Message: "Operation canceled." }));
        if (end === "cancelled") events.push(event("JobCancelled"));
        if (end === "deleted") events.push(event("JobDeleted"));
        if (end !== "none") events.push(event("JobEnd", counts === "none" ? {} : { TotalErrors: `${total}` }));
        const sorted = events.map((one) => [order.next().value, one] as const).sort(([a], [b]) => a - b);

        let result = importResult(JOB);
        for (const [, one] of sorted) {
          result.addEvents([one]);
          if (restored) result = importResult(JOB, JSON.parse(JSON.stringify(result.toState())));
        }
        const lines = errors.map(({ id, words }) => `${marked ? "[Error] " : ""}[${id}] ${words}`);
        const readable = log === "unread" ? [] : log === "cut" ? lines.slice(0, -1) : lines;
        readable.forEach((text, at) => {
          result.addLogEntry({ file: "a.err", line: at + 1, kind: "error", text, ids: guidsIn(text) });
        });
        if (log === "whole") result.errorLogRead();

        const outcomes = joinOutcomes(result, [...items, list], { webUrl: WEB });
        const failed = new Set(failures.map(({ item }) => item.key));
        for (const [key, { outcome }] of outcomes) {
          expect([key, outcome]).not.toEqual([key, failed.has(key) ? "imported" : "failed"]);
        }
        if (failures.length > 0 || end !== "JobEnd" || counts === "none") return;
        expect(new Set([...outcomes.values()].map(({ outcome }) => outcome))).toEqual(new Set(["imported"]));
      }),
      { numRuns: 300 },
    );
  });
});
