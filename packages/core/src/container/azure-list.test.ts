import { describe, expect, it } from "vitest";
import { readBlobList } from "./azure-list.ts";

const list = (blobs: string, marker = "<NextMarker />") =>
  Buffer.from(
    `\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://x/" ContainerName="c">` +
      `<MaxResults>1000</MaxResults><Blobs>${blobs}</Blobs>${marker}</EnumerationResults>`,
  );

const properties = "<Properties><Content-Length>16</Content-Length><Content-MD5>bWQ1</Content-MD5></Properties>";

describe("readBlobList()", () => {
  it("reads names, sizes, MD5, IV and snapshots, as Azure writes them", async () => {
    const page = await readBlobList(
      list(
        `<Blob><Name>a&amp;b</Name><Snapshot>2026-01-01T00:00:00.0000000Z</Snapshot>${properties}` +
          "<Metadata><IV>aXY=</IV></Metadata><OrMetadata /></Blob>" +
          "<Blob><Name>b</Name><Properties><Content-Length>0</Content-Length><Content-MD5 /></Properties><Metadata /></Blob>",
        "<NextMarker>2!more</NextMarker>",
      ),
    );
    expect(page).toEqual({
      blobs: [
        { name: "a&b", size: 16, md5: "bWQ1", iv: "aXY=", snapshot: "2026-01-01T00:00:00.0000000Z" },
        { name: "b", size: 0 },
      ],
      nextMarker: "2!more",
    });
  });

  it("decodes names that XML can't hold, which come encoded", async () => {
    const page = await readBlobList(list(`<Blob><Name Encoded="true">a%EF%BF%BEb%25</Name>${properties}</Blob>`));
    expect(page.blobs[0]?.name).toBe("a\ufffeb%");
  });

  it("reads an empty list", async () => {
    expect(await readBlobList(list(""))).toEqual({ blobs: [], nextMarker: "" });
  });

  it("keeps spaces at the ends of a name", async () => {
    expect((await readBlobList(list(`<Blob><Name> a </Name>${properties}</Blob>`))).blobs[0]?.name).toBe(" a ");
  });
});
