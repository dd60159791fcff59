import { describe, expect, it } from "vitest";
import { readLedgerArguments } from "./ledger-arguments.ts";

describe("readLedgerArguments()", () => {
  it("reads what is to be confirmed", () => {
    expect(readLedgerArguments(["confirm", "out", "--ledger", "l"])).toEqual({
      action: "confirm",
      directory: "out",
      packages: [],
      ledger: "l",
      json: false,
    });
    const more = ["confirm", "out", "000001", "000002", "--ledger", "l", "--except-file", "ids", "--json"];
    expect(readLedgerArguments(more)).toMatchObject({ packages: ["000001", "000002"], exceptFile: "ids", json: true });
  });

  it("reads what is to be shown", () => {
    expect(readLedgerArguments(["show", "--ledger", "l"])).toEqual({ action: "show", ledger: "l", json: false });
    expect(readLedgerArguments(["show", "--ledger", "l", "--list", "id"])).toMatchObject({ list: "id" });
  });

  it.each([
    [["show"]],
    [["show", "out", "--ledger", "l"]],
    [["show", "--ledger", "l", "--except-file", "ids"]],
    [["confirm", "--ledger", "l"]],
    [["confirm", "out"]],
    [["confirm", "out", "--ledger", ""]],
    [["confirm", "out", "--ledger", "l", "--list", "id"]],
    [["forget", "--ledger", "l"]],
    [[]],
  ])("refuses %j", (argv) => {
    expect(() => readLedgerArguments(argv)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });
});
