import { describe, expect, it } from "vitest";
import { readBuildArguments } from "./build-arguments.ts";

const least = ["source", "--target", "t.json", "--out", "o"];

describe("readBuildArguments()", () => {
  it("leaves every default to core", () => {
    expect(readBuildArguments(least)).toEqual({
      source: { kind: "files", paths: ["source"], include: [], exclude: [], owners: false },
      target: "t.json",
      out: "o",
      encryption: "key",
      continue: false,
      deleteMissing: false,
      forms: {},
      settings: { names: {}, limits: {}, dryRun: false },
      json: false,
      quiet: false,
    });
  });

  it("turns every flag into core's option and unit", () => {
    const { settings, ...rest } = readBuildArguments([
      ...["a", "b", "--target=t", "--out=o", "--no-encryption", "--storage-file", "s", "--continue", "--dry-run"],
      ...["--ledger", "l", "--delete-missing"],
      ...[
        "--include",
        "*.txt",
        "--include",
        "*.md",
        "--exclude",
        "tmp/**",
        "--names",
        "skip",
        "--rename-with=underscore",
      ],
      ...["--max-items", "10", "--max-megabytes", "5", "--workers", "0", "--block-size", "6", "--uploads", "3"],
      ...["--ahead", "0", "--author-name", "A", "--author-login", "i:0#.f|membership|a@b", "--author-email", "a@b"],
      ...["--source-type", "Box", "--json", "--quiet", "--owners", "--sidecar", ".meta.json"],
      ...["--user-map", "m.csv", "--unmapped", "default-author", "--two-versions", "repeat-first"],
      ...["--version-ids", "distinct", "--no-outer-file-value", "--attachment-url", "server-relative"],
      ...["--date-fields", "us", "--user-fields", "hash", "--roles", "omit", "--manifest-megabytes", "5"],
    ]);
    expect(rest).toEqual({
      source: {
        kind: "files",
        paths: ["a", "b"],
        include: ["*.txt", "*.md"],
        exclude: ["tmp/**"],
        owners: true,
        sidecar: ".meta.json",
      },
      target: "t",
      out: "o",
      encryption: "none",
      storageFile: "s",
      continue: true,
      ledger: "l",
      deleteMissing: true,
      userMap: "m.csv",
      unmapped: "defaultAuthor",
      forms: {
        twoVersions: "repeatFirst",
        versionIds: "distinct",
        outerFileValue: false,
        attachmentUrl: "serverRelative",
        dateTimeFields: "us",
        userFields: "hash",
        roles: "omit",
        manifestBytes: 5_000_000,
      },
      json: true,
      quiet: true,
    });
    expect(settings).toEqual({
      names: { policy: "skip", renameWith: "underscore" },
      limits: { maxItems: 10, maxBytes: 5_000_000 },
      defaultAuthor: { name: "A", login: "i:0#.f|membership|a@b", email: "a@b" },
      sourceType: "Box",
      workers: 0,
      blockSize: 6 * 1024 * 1024,
      uploads: 3,
      ahead: 0,
      dryRun: true,
    });
  });

  it.each<[string[], string]>([
    [["--target", "t", "--out", "o"], "SOURCE, --inventory or --blob-container is needed"],
    [["a", "--out", "o"], "--target is needed"],
    [["a", "--target", "t"], "--out is needed"],
    [["a", "--target", "t", "--out", ""], "--out is needed"],
    [[...least, "--colour"], "Unknown option '--colour'"],
    [[...least, "--workers"], "argument missing"],
    [[...least, "--json=yes"], "does not take an argument"],
    [[...least, "--no-encryption", "--key-file", "k"], "--no-encryption needs no key"],
    [[...least, "--max-items", "251"], "--max-items as it takes a whole number from 1 to 250: current value is 251"],
    [[...least, "--max-items", "0"], "current value is 0"],
    [[...least, "--max-megabytes", "2.5"], "current value is 2.5"],
    [[...least, "--block-size", "4"], "from 5 to 100"],
    [[...least, "--workers", "65"], "from 0 to 64"],
    [[...least, "--uploads", "1e2"], "current value is 1e2"],
    [[...least, "--ahead=-1"], "current value is -1"],
    [[...least, "--names", "keep"], "rename, skip, fail"],
    [[...least, "--rename-with", "x"], "hex, underscore"],
    [[...least, "--source-type", "Disk"], "FileShare"],
    [[...least, "--source-type", "Other"], "--detailed-source belong together"],
    [[...least, "--source-type", "Box", "--detailed-source", "x"], "--detailed-source belong together"],
    [[...least, "--delete-missing"], "needs a --ledger"],
    [[...least, "--ledger", ""], "--ledger is needed"],
    [[...least, "--user-map", ""], "--user-map is needed"],
    [[...least, "--unmapped", "drop"], "keep, default-author"],
    [[...least, "--two-versions", "repeatFirst"], "keep, repeat-first, current-only"],
    [[...least, "--manifest-megabytes", "0"], "from 1 to 250"],
    [[...least, "--archives", "--no-encryption"], "archives need encryption"],
    [[...least, "--author-name", "A"], "--author-login belong together"],
  ])("refuses %j", (argv, message) => {
    expect(() => readBuildArguments(argv)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(message) }),
    );
  });

  it("takes a source of another type with what it is", () => {
    const { settings } = readBuildArguments([...least, "--source-type", "Other", "--detailed-source", "Object store"]);
    expect(settings.sourceType).toEqual({ other: "Object store" });
  });
});
