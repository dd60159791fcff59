import { expect, it } from "vitest";
import { cutText, ProblemTally } from "./problem-tally.ts";

class Tally extends ProblemTally<"failed" | "late", string> {
  constructor() {
    super({ kinds: ["failed", "late"], shownOfAKind: 2 });
  }

  add(kind: "failed" | "late", name: string, code?: string): void {
    this.addProblem(kind, code, () => name);
  }
}

it("ProblemTally counts all problems, and keeps the first of each kind, the gravest first", () => {
  const tally = new Tally();
  for (const name of ["a", "b", "c"]) tally.add("late", name, "LATE");
  tally.add("failed", "d", "BROKEN");
  tally.add("failed", "e");
  expect(tally.shown).toEqual(["d", "e", "a", "b"]);
  expect([tally.total, tally.count("late"), tally.count("failed")]).toEqual([5, 3, 2]);
  expect(tally.codes).toEqual([
    ["LATE", 3],
    ["BROKEN", 1],
  ]);
});

it("ProblemTally tells no more than 200 codes apart, and goes on counting those", () => {
  const tally = new Tally();
  for (let index = 0; index < 300; index++) tally.add("failed", "x", `CODE_${index}`);
  tally.add("failed", "x", "CODE_7");
  expect(tally.codes).toHaveLength(200);
  expect(tally.codes[0]).toEqual(["CODE_7", 2]);
});

it("cutText shows at most 1,000 characters, and that there are more", () => {
  expect(cutText("x".repeat(1000))).toBe("x".repeat(1000));
  expect(cutText("x".repeat(1001))).toBe(`${"x".repeat(1000)}…`);
});
