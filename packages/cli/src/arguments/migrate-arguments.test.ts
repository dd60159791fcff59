import { describe, expect, it } from "vitest";
import { readMigrateArguments } from "./migrate-arguments.ts";

const site = ["--site", "https://contoso.sharepoint.com/sites/archive/", "--library", "Documents"];
const read = (...argv: string[]) => readMigrateArguments(["source", "--out", "run", ...argv]);

describe("readMigrateArguments()", () => {
  it("reads where a migration leads, and leaves the rest to the runner", () => {
    expect(read(...site)).toMatchObject({
      source: { kind: "files", paths: ["source"] },
      service: { kind: "sharepoint", siteUrl: "https://contoso.sharepoint.com/sites/archive" },
      library: "Documents",
      out: "run",
      queue: true,
      limits: {},
      credential: {},
      settings: {},
    });
    expect(read("--graph-container", "b!x", "--graph-url", "https://graph.microsoft.us").service).toEqual({
      kind: "graph",
      containerId: "b!x",
      graphUrl: "https://graph.microsoft.us",
    });
  });

  it("reads bounds in the units of their names", () => {
    const flags = ["--poll-running", "0.5", "--silence-hours", "2", "--sas-hours", "1.5", "--jobs-per-site", "2"];
    expect(read(...site, ...flags).limits).toEqual({
      pollRunningMs: 500,
      silenceMs: 7_200_000,
      sasHoursLeft: 1.5,
      jobsPerSite: 2,
    });
  });

  it("takes apart how traffic is decorated", () => {
    expect(read(...site, "--traffic", "ISV|Contoso|Mover/1.0").credential.traffic).toEqual({
      kind: "ISV",
      company: "Contoso",
      application: "Mover",
      version: "1.0",
    });
  });

  it("takes a folder with or without slashes around it", () => {
    expect(read(...site, "--folder", "/Reports/2024/").folder).toBe("Reports/2024");
  });

  it.each([
    ["no target", []],
    ["both services", [...site, "--graph-container", "b!x"]],
    ["no library", ["--site", "https://contoso.sharepoint.com"]],
    ["a library of a container", ["--graph-container", "b!x", "--library", "Documents"]],
    ["Graph's URL for a site", [...site, "--graph-url", "https://graph.microsoft.com"]],
    ["no URL", ["--site", "contoso", "--library", "Documents"]],
    ["a URL with a query", ["--site", "https://contoso.sharepoint.com/?a=b", "--library", "Documents"]],
    ["a folder out of the library", [...site, "--folder", "../x"]],
    ["half a bound", [...site, "--jobs", "2.5"]],
    ["a bound out of bounds", [...site, "--poll-running", "0"]],
    ["a decoration of another form", [...site, "--traffic", "Mover/1.0"]],
    ["a token beside a certificate", [...site, "--token-file", "token", "--certificate", "cert.pem"]],
    ["two storages", [...site, "--storage-file", "s", "--storage-account", "https://x.blob.core.windows.net"]],
    ["deletions without a ledger", [...site, "--delete-missing"]],
    ["a flag of build", [...site, "--continue"]],
  ])("refuses %s", (_, flags) => {
    expect(() => read(...flags)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });

  it("refuses no source, and no folder for the run", () => {
    expect(() => readMigrateArguments([...site, "--out", "run"])).toThrow(/SOURCE/);
    expect(() => readMigrateArguments(["source", ...site])).toThrow(/--out/);
  });
});
