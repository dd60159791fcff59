import { exampleTarget } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { requestedHelp } from "./help.ts";

describe("requestedHelp()", () => {
  it("is given for --help, -h, help and no argument", () => {
    for (const argv of [[], ["help"], ["--help"], ["-h"]]) expect(requestedHelp(argv)).toContain("primepack COMMAND");
  });

  it("is that of the command that stands there, with its exit statuses", () => {
    expect(requestedHelp(["build", "a", "--help"])).toContain("--max-megabytes");
    expect(requestedHelp(["help", "verify"])).toContain("--source SOURCE");
    expect(requestedHelp(["ledger", "confirm", "-h"])).toContain("--except-file FILE");
    for (const argv of [["build", "-h"], ["verify", "-h"], ["-h"]]) expect(requestedHelp(argv)).toMatch(/^ {2}130 /m);
  });

  it("lists the fields that a target needs, as a published package brings no docs", () => {
    for (const field of Object.keys(exampleTarget)) expect(requestedHelp(["build", "-h"])).toContain(`\n  ${field} `);
  });

  it("is not asked for by other arguments, nor behind --", () => {
    expect(requestedHelp(["build", "a"])).toBeUndefined();
    expect(requestedHelp(["build", "--", "--help"])).toBeUndefined();
  });
});
