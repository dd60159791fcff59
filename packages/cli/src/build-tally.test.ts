import type { BuildEvent, ItemOutcome, PackageRecord } from "@primepack/core";
import { describe, expect, it } from "vitest";
import { BuildTally } from "./build-tally.ts";

const blob = { blob: "00000001.dat", size: 1 };

function packaged(kind: "folder" | "file" | "item" | "list", more: object = {}): BuildEvent {
  const base = { outcome: "packaged", kind, source: "a", sourcePath: ["a"], package: "000001", url: "/a", id: "1" };
  return { type: "item", outcome: { ...base, ...more } as ItemOutcome };
}

describe("BuildTally", () => {
  it("counts what is packaged by kind, with older versions and attachments, and warnings by code", () => {
    const tally = new BuildTally();
    const versions = [{ ...blob, version: "1.0" }];
    const attachments = [
      { ...blob, name: "a" },
      { ...blob, name: "b" },
    ];
    for (const event of [
      packaged("folder"),
      packaged("file", { versions }),
      packaged("file"),
      packaged("item", { attachments }),
      packaged("list"),
      { type: "warning", code: "TWO_VERSIONS", message: "" },
      { type: "warning", code: "TWO_VERSIONS", message: "" },
      { type: "scanned", items: 5, bytes: 1 },
    ] satisfies BuildEvent[]) {
      tally.add(event);
    }
    expect(tally.counts).toEqual({
      kinds: { folders: 1, files: 2, items: 1, lists: 1 },
      versions: 1,
      attachments: 2,
      warnings: { TWO_VERSIONS: 2 },
    });
  });

  it("counts what an earlier run finished by its record, and a package that is built by its items only", () => {
    const tally = new BuildTally();
    const counts = { folders: 1, files: 2, items: 3, lists: 1, versions: 4, attachments: 5 };
    const record = { name: "000001", ...counts } as PackageRecord;
    tally.add({ type: "packageReused", record });
    tally.add({ type: "packageFinished", record });
    const { versions, attachments, ...kinds } = counts;
    expect(tally.counts).toEqual({ kinds, versions, attachments, warnings: {} });
  });
});
