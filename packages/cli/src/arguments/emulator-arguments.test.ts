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

  it.each([
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
