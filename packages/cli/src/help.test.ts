import { exampleTarget } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { crossTenantSwitchValues, emulatorFlags, faultValues, switchValues } from "./arguments/emulator-arguments.ts";
import { formFlags } from "./arguments/form-arguments.ts";
import { liveCheckFlags } from "./arguments/live-check-arguments.ts";
import { migrateFlags } from "./arguments/migrate-arguments.ts";
import { packagingFlags } from "./arguments/packaging-arguments.ts";
import { cancelFlags, reportFlags, resumeFlags, statusFlags } from "./arguments/run-arguments.ts";
import { sourceFlags } from "./arguments/source-arguments.ts";
import { batchFlags, batchReportFlags, batchResumeFlags } from "./arguments/tenant-batch-arguments.ts";
import { mapFlags, showMappingFlags } from "./arguments/tenant-map-arguments.ts";
import { moveCancelFlags, moveFlags, moveStatusFlags } from "./arguments/tenant-move-arguments.ts";
import { watchFlags } from "./arguments/watch-arguments.ts";
import { requestedHelp } from "./help.ts";

const commands = [
  ...["build", "cancel", "convert", "emulator", "inspect", "ledger", "migrate", "report", "resume", "status", "verify"],
  ...["live-check", "tenant", "tenant map", "tenant move", "watch"],
];

describe("requestedHelp()", () => {
  it("is given for --help, -h, help and no argument", () => {
    for (const argv of [[], ["help"], ["--help"], ["-h"]]) expect(requestedHelp(argv)).toContain("primepack COMMAND");
  });

  it("is that of the command that stands there, with its exit statuses", () => {
    expect(requestedHelp(["build", "a", "--help"])).toContain("--max-megabytes");
    expect(requestedHelp(["help", "verify"])).toContain("--source SOURCE");
    expect(requestedHelp(["ledger", "confirm", "-h"])).toContain("--except-file FILE");
    expect(requestedHelp(["tenant", "map", "users", "a.csv", "--help"])).toContain("--remove-missing");
    expect(requestedHelp(["help", "tenant", "move", "status"])).toContain("--poll-queued");
    expect(requestedHelp(["tenant", "--help"])).toContain("primepack tenant map --help");
    for (const command of commands) {
      expect(requestedHelp([...command.split(" "), "-h"])).toMatch(/^ {2}130 /m);
    }
    expect(requestedHelp(["-h"])).toMatch(/^ {2}130 /m);
  });

  it("names every flag that build knows", () => {
    const help = requestedHelp(["build", "-h"]);
    for (const flag of Object.keys({ ...packagingFlags, ...formFlags, ...sourceFlags })) {
      expect(help).toMatch(new RegExp(`^ *--${flag}[ \\n]`, "m"));
    }
  });

  it.each([
    ["migrate", migrateFlags],
    ["resume", resumeFlags],
    ["cancel", cancelFlags],
    ["status", statusFlags],
    ["report", reportFlags],
    ["watch", watchFlags],
    ["emulator", emulatorFlags],
    ["live-check", liveCheckFlags],
    ["tenant map", { ...mapFlags, ...showMappingFlags }],
    ["tenant move", { ...moveFlags, ...moveStatusFlags, ...moveCancelFlags }],
    ["tenant move", { ...batchFlags, ...batchResumeFlags, ...batchReportFlags }],
  ] as const)("names every flag that %s knows", (command, flags) => {
    const help = requestedHelp([...command.split(" "), "-h"]);
    for (const flag of Object.keys(flags)) expect(help).toMatch(new RegExp(`(?:^ *|\\[)--${flag}[ \\n\\]]`, "m"));
  });

  it("names every switch and fault of the emulator", () => {
    const help = requestedHelp(["emulator", "-h"]);
    for (const table of [switchValues, crossTenantSwitchValues, faultValues]) {
      for (const name of Object.keys(table)) expect(help).toContain(name);
    }
  });

  it("keeps to the width of a page", () => {
    for (const command of [...commands, "help"]) {
      for (const line of requestedHelp(["help", ...command.split(" ")])?.split("\n") ?? [])
        expect(line.length).toBeLessThanOrEqual(120);
    }
  });

  it("lists the fields that a target needs, as a published package brings no docs", () => {
    for (const field of Object.keys(exampleTarget)) expect(requestedHelp(["build", "-h"])).toContain(`\n  ${field} `);
  });

  it("is not asked for by other arguments, nor behind --", () => {
    expect(requestedHelp(["build", "a"])).toBeUndefined();
    expect(requestedHelp(["build", "--", "--help"])).toBeUndefined();
  });
});
