import { describe, expect, it } from "vitest";
import { readFlags } from "./flags.ts";
import { readSourceArguments, sourceFlags } from "./source-arguments.ts";

const url = "https://contoso.blob.core.windows.net/archive";

function read(...argv: string[]) {
  const { values, positionals } = readFlags(argv, sourceFlags);
  return readSourceArguments(positionals, values, "SOURCE");
}

describe("readSourceArguments()", () => {
  it("reads an inventory and where its contents are", () => {
    expect(read("--inventory", "i.csv")).toEqual({
      kind: "inventory",
      file: "i.csv",
      absolutePaths: false,
      contentOrigins: [],
      sort: false,
    });
    const more = ["--delimiter=semicolon", "--content-root=c", "--absolute-paths", "--sort", "--temp=t"];
    const origins = ["--content-origin=https://a", "--content-origin=https://b"];
    const blobs = ["--blob-container", url, "--blob-sas-file=s"];
    expect(read("--inventory=i.CSV", ...more, ...origins, ...blobs)).toEqual({
      kind: "inventory",
      file: "i.CSV",
      delimiter: ";",
      contentRoot: "c",
      absolutePaths: true,
      contentOrigins: ["https://a", "https://b"],
      sort: true,
      temp: "t",
      blobs: { container: url, sasFile: "s" },
    });
  });

  it("reads a container of blobs", () => {
    expect(read("--blob-container", url)).toEqual({ kind: "blobs", container: url });
    expect(read("--blob-container", url, "--blob-sas-file=s", "--blob-prefix=a/b")).toEqual({
      kind: "blobs",
      container: url,
      sasFile: "s",
      prefix: "a/b",
    });
  });

  it("gives nothing where no source is named", () => {
    expect(read()).toBeUndefined();
  });

  it.each<[string[], string]>([
    [["a", "--inventory=i"], "Cannot use SOURCE as --inventory is the source: current value is a"],
    [["a", "--blob-container", url], "Cannot use SOURCE as --blob-container is the source: current value is a"],
    [["a", "--content-root=c"], "--content-root as it goes with --inventory: current value of the source is SOURCE"],
    [["a", "--blob-prefix=p"], "--blob-prefix as it goes with --blob-container: current value of the source is SOURCE"],
    [["--blob-sas-file=s"], "as it goes with --blob-container or --inventory: current value of the source is none"],
    [["--inventory=i", "--include=*"], "--include as it goes with SOURCE: current value of the source is --inventory"],
    [["--inventory=i", "--blob-container", url, "--blob-prefix=p"], "--blob-prefix as it goes with --blob-container"],
    [["--inventory=i", "--blob-sas-file=s"], "--blob-sas-file as it goes with --blob-container"],
    [["--inventory=i", "--owners"], "--owners as it goes with SOURCE"],
    [["--blob-container", url, "--sidecar=.x"], "--sidecar as it goes with SOURCE"],
    [["--blob-container", url, "--sort"], "--sort as it goes with --inventory"],
    [["--inventory=i", "--temp=t"], "--temp as only --sort takes temporary files"],
    [["--inventory=i.csv", "--delimiter=,"], "comma, semicolon, tab"],
    [["--inventory=i.txt", "--delimiter=comma"], "ends in .csv"],
    [["--inventory="], "--inventory is needed"],
    [["a", "--sidecar="], "--sidecar is needed"],
    [["--exclude=*"], "--exclude as it goes with SOURCE: current value of the source is none"],
  ])("refuses %j", (argv, message) => {
    expect(() => read(...argv)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(message) }),
    );
  });
});
