import { handMadePackages, richPackage } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codes, PrimepackError } from "../errors/index.ts";
import { readArchivedFiles } from "../manifest/archived-files.ts";
import { readExportSettings } from "../manifest/export-settings.ts";
import { readLookupListMap } from "../manifest/lookup-list-map.ts";
import { readManifest } from "../manifest/manifest.ts";
import { readRequirements } from "../manifest/requirements.ts";
import { readRootObjectMap } from "../manifest/root-object-map.ts";
import { readSystemData } from "../manifest/system-data.ts";
import { readUserGroupMap } from "../manifest/user-group.ts";
import { readViewFormsList } from "../manifest/view-forms-list.ts";
import { readBatches } from "./reader.ts";

/** Mutations that each property tries; more with `FUZZ_RUNS=100000`, others with `FUZZ_SEED`. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 300);
const seed = Number(process.env.FUZZ_SEED ?? 3);

type Reading = AsyncIterable<unknown> | Promise<unknown>;
type Reader = (bytes: Iterable<Uint8Array>) => Reading;

const readers: readonly (readonly [file: string, reader: Reader])[] = [
  ["Manifest.xml", readManifest],
  ["Manifest1.xml", readManifest],
  ["UserGroup.xml", readUserGroupMap],
  ["SystemData.xml", readSystemData],
  ["ExportSettings.xml", readExportSettings],
  ["RootObjectMap.xml", readRootObjectMap],
  ["LookupListMap.xml", readLookupListMap],
  ["Requirements.xml", readRequirements],
  ["ViewFormsList.xml", readViewFormsList],
  ["ArchivedFiles.xml", readArchivedFiles],
];
const samples: Readonly<Record<string, string>> = {
  ...handMadePackages()[1].manifest,
  ...richPackage().manifest,
  "ArchivedFiles.xml":
    '<?xml version="1.0"?><ArchivedFiles><ArchivedFile Name="a.zip" Checksum="x"><File FileValue="1"/></ArchivedFile></ArchivedFiles>',
};

/** What breaks parsers, to be put in somewhere. */
const snippets: readonly (string | Uint8Array)[] = [
  "<!DOCTYPE a [<!ENTITY x 'y'><!ENTITY z '&x;&x;'>]>",
  "&z;",
  "&#0;",
  "&#xD800;",
  "&#x110000;",
  "&#99999999999999999999;",
  "<![CDATA[",
  "]]>",
  "<!--",
  "--",
  "-->",
  "<?",
  "?>",
  "<?xml version='1.1'?>",
  "<?xml version='1.0' encoding='utf-16'?>",
  "</SPObject>",
  "<SPObject>",
  "<a>".repeat(70),
  "<a/>".repeat(300),
  ' x="1"'.repeat(3),
  ' xmlns="urn:y"',
  ' xmlns:p="urn:deployment-manifest-schema"',
  ' __proto__="1" constructor="2" toString="3"',
  "p:",
  "\0",
  "\ufeff",
  "\ufffe",
  "\u0085",
  "\u2028",
  "\r",
  "\t\n",
  "'",
  '"',
  "=",
  "😀",
  Buffer.from("<a/>", "utf16le"),
  Uint8Array.of(0xff, 0xfe),
  Uint8Array.of(0xc0, 0x80),
  Uint8Array.of(0xed, 0xa0, 0x80),
  Uint8Array.of(0xf0, 0x9f),
  Uint8Array.of(0xe9),
];

type Mutation = (bytes: Buffer) => Buffer;

const at = fc.double({ min: 0, max: 1, noNaN: true });
const placeIn = (bytes: Uint8Array, place: number) => Math.floor(place * bytes.length);
const put = (bytes: Buffer, place: number, more: string | Uint8Array, instead = 0): Buffer => {
  const index = placeIn(bytes, place);
  return Buffer.concat([bytes.subarray(0, index), Buffer.from(more as string), bytes.subarray(index + instead)]);
};
const mutation: fc.Arbitrary<Mutation> = fc.oneof<fc.Arbitrary<Mutation>[]>(
  fc.tuple(at, fc.nat(255)).map(
    ([place, byte]): Mutation =>
      (bytes) =>
        put(bytes, place, Uint8Array.of(byte), 1),
  ),
  fc.tuple(at, fc.constantFrom(...snippets)).map(
    ([place, text]): Mutation =>
      (bytes) =>
        put(bytes, place, text),
  ),
  fc.tuple(at, fc.nat(40)).map(
    ([place, count]): Mutation =>
      (bytes) =>
        put(bytes, place, "", count),
  ),
  at.map(
    (place): Mutation =>
      (bytes) =>
        bytes.subarray(0, placeIn(bytes, place)),
  ),
  fc.tuple(at, at, fc.nat(400)).map(([from, to, count]): Mutation => {
    return (bytes) => put(bytes, to, bytes.subarray(placeIn(bytes, from), placeIn(bytes, from) + count));
  }),
  fc.constant<Mutation>((bytes) => Buffer.from(bytes.toString("utf8"), "utf16le")),
  fc.constant<Mutation>((bytes) => Buffer.from(bytes.toString("utf8").replaceAll("e", "é"), "latin1")),
);
const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });
const mutated = (file: string) =>
  mutations.map((all) => {
    let bytes: Buffer = Buffer.from(samples[file] ?? "");
    for (const mutate of all) bytes = mutate(bytes);
    return bytes;
  });

async function drain(reading: Reading): Promise<void> {
  if (reading instanceof Promise) await reading;
  else for await (const _ of reading);
}

/** Whatever a reader throws is a PrimepackError of the file's text, says where it is, and ends. */
function expectCoded(reason: unknown): void {
  expect(reason).toBeInstanceOf(PrimepackError);
  const { code, message } = reason as PrimepackError;
  expect(["xml", "manifest"]).toContain(codes[code].area);
  expect(message).toMatch(/ at \d+:\d+ as /);
  expect(message.length).toBeLessThan(400);
}

describe("readers of mutated files", () => {
  it.each(readers)("%s: any fault is a coded error with line and column", async (file, reader) => {
    const property = fc.asyncProperty(mutated(file), async (bytes) => {
      try {
        await drain(reader([bytes]));
      } catch (reason) {
        expectCoded(reason);
      }
    });
    await fc.assert(property, { numRuns, seed });
  });

  it("give the same records, and refuse the same files, however the bytes come", async () => {
    const read = async (bytes: Uint8Array, pieceBytes: number) => {
      const seen: unknown[] = [];
      try {
        for await (const batch of readBatches([bytes], { root: "SPObjects" }, 1, pieceBytes)) seen.push(...batch);
      } catch (reason) {
        expectCoded(reason);
        // Which of two faults it is depends on the piece: the parser tells of text outside of the root where that ends.
        seen.push("refused");
      }
      return seen;
    };
    const property = fc.asyncProperty(
      mutated("Manifest1.xml"),
      fc.integer({ min: 1, max: 999 }),
      async (bytes, size) => {
        expect(await read(bytes, size)).toEqual(await read(bytes, 64 * 1024));
      },
    );
    await fc.assert(property, { numRuns, seed });
  });
});
