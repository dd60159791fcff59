import { describe, expect, it } from "vitest";
import { readEmulatorArguments } from "./emulator-arguments.ts";

describe("readEmulatorArguments()", () => {
  it("reads libraries, switches and faults", () => {
    const argv = [
      "--library",
      "Documents=Shared Documents",
      "--library",
      "Old",
      "--port",
      "8080",
      "--site",
      "/sites/x",
    ];
    const settings = ["--switch", "badJobStatus=500", "--switch", "existingFiles=replace", "--fault", "slowObjectMs=5"];
    expect(readEmulatorArguments([...argv, ...settings, "--fault", "throttle.status=503"])).toMatchObject({
      lists: [
        { title: "Documents", url: "Shared Documents" },
        { title: "Old", url: "Old" },
      ],
      port: 8080,
      site: "/sites/x",
      switches: { badJobStatus: 500, existingFiles: "replace" },
      faults: { slowObjectMs: 5, throttle: { every: 10, retryAfterSeconds: 1, status: 503 } },
    });
  });

  it("reads what two organizations are like, and their switches from the one flag", () => {
    const flags = ["--no-relationship", "--same-farm", "--no-identity-map", "--permission", "read"];
    const users = [
      "--user",
      "7=ana@a.example",
      "--without-onedrive",
      "bo@a.example",
      "--without-onedrive",
      "cy@a.example",
    ];
    const times = ["--move-ms", "0", "--start-delay-ms", "5"];
    const switches = [
      "--switch",
      "crossTenantWording=can't",
      "--switch",
      "md5Error=missing",
      "--switch",
      "cancelEnded=accept",
    ];
    const faults = ["--fault", "crossTenantError.row=sameFarm", "--fault", "failMove.every=2"];
    expect(readEmulatorArguments([...flags, ...users, ...times, ...switches, ...faults])).toMatchObject({
      switches: { md5Error: "missing" },
      organizations: {
        relationship: false,
        sameFarm: true,
        identityMapNeeded: false,
        permission: "read",
        users: [{ id: "7", userPrincipalName: "ana@a.example" }],
        withoutOneDrive: ["bo@a.example", "cy@a.example"],
        moveMs: 0,
        startDelayMs: 5,
        switches: { crossTenantWording: "can't", cancelEnded: "accept" },
      },
      faults: { crossTenantError: { every: 1, row: "sameFarm" }, failMove: { every: 2 } },
    });
    expect(readEmulatorArguments([]).organizations).toEqual({
      relationship: true,
      sameFarm: false,
      identityMapNeeded: true,
      users: [],
      withoutOneDrive: [],
      switches: {},
    });
  });

  it.each([
    ["an unknown permission", ["--permission", "all"]],
    ["a user without a UPN", ["--user", "7"]],
    ["no time", ["--move-ms", "soon"]],
    ["an unknown row", ["--fault", "crossTenantError.row=other"]],
    ["errors of no row", ["--fault", "crossTenantError.every=3"]],
    ["a positional", ["folder"]],
    ["an unknown switch", ["--switch", "colour=red"]],
    ["an unknown value", ["--switch", "badJobStatus=404"]],
    ["an unknown fault", ["--fault", "__proto__=1"]],
    ["no number", ["--fault", "slowObjectMs=fast"]],
    ["no value", ["--fault", "slowObjectMs"]],
    ["a site that is no path", ["--site", "sites"]],
  ])("refuses %s", (_, argv) => {
    expect(() => readEmulatorArguments(argv)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });
});
