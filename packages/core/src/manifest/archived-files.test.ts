import { describe, expect, it } from "vitest";
import { readArchivedFiles, writeArchivedFiles } from "./archived-files.ts";

const archives = [
  { Name: "archive1.zip", Checksum: "SgAAAAAAAAAAAAAAAQAAAAAAAAA=", File: [{ FileValue: "a&b" }, { FileValue: "2" }] },
  { Name: "archive2.zip", Checksum: "SgAAAAAAAAAAAAAAAQAAAAAAAAA=", File: [{ FileValue: "3" }] },
];
const xml = `<?xml version="1.0" encoding="utf-8"?>
<ArchivedFiles>
  <ArchivedFile Name="archive1.zip" Checksum="SgAAAAAAAAAAAAAAAQAAAAAAAAA=">
    <File FileValue="a&amp;b"/>
    <File FileValue="2"/>
  </ArchivedFile>
  <ArchivedFile Name="archive2.zip" Checksum="SgAAAAAAAAAAAAAAAQAAAAAAAAA=">
    <File FileValue="3"/>
  </ArchivedFile>
</ArchivedFiles>
`;

async function read(text: string): Promise<unknown[]> {
  const records: unknown[] = [];
  for await (const record of readArchivedFiles([Buffer.from(text)])) records.push(record);
  return records;
}

describe("writeArchivedFiles() and readArchivedFiles()", () => {
  it("write archives without a namespace, and read them back", async () => {
    expect(Buffer.concat([...writeArchivedFiles(archives)]).toString()).toBe(xml);
    expect(await read(xml)).toEqual(archives);
  });
});

describe("readArchivedFiles()", () => {
  it("refuses an archive without checksum, a namespace and another element", async () => {
    const without = xml.replace(' Checksum="SgAAAAAAAAAAAAAAAQAAAAAAAAA="', "");
    await expect(read(without)).rejects.toMatchObject({ code: "MANIFEST_INVALID" });
    const unexpected = { code: "MANIFEST_UNEXPECTED" };
    await expect(read(`<ArchivedFiles xmlns="urn:any"/>`)).rejects.toMatchObject(unexpected);
    await expect(read("<ArchivedFiles><Archive/></ArchivedFiles>")).rejects.toMatchObject(unexpected);
  });
});
