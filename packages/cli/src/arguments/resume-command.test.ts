import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { resumeCommand } from "./resume-command.ts";

describe("resumeCommand()", () => {
  it("adds --continue once, before the end of the flags", () => {
    expect(resumeCommand(["build", "a b", "--out", "o"])).toBe("primepack build 'a b' --out o --continue");
    expect(resumeCommand(["build", "--continue", "a"])).toBe("primepack build --continue a");
    expect(resumeCommand(["build", "--", "-a"])).toBe("primepack build --continue -- -a");
  });

  it("gives the same arguments when a shell reads it", () => {
    const argv = [
      "build",
      "--continue",
      "",
      "it's",
      "a b",
      "$HOME",
      "`x`",
      "a\nb",
      "*",
      "~",
      "\\",
      '"',
      "naïve",
      "-",
      "!",
      "=a",
    ];
    const script = `primepack() { printf '%s\\0' "$@"; }; ${resumeCommand(argv)}`;
    expect(execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1)).toEqual(argv);
  });
});
