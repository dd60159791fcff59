import { describe, expect, it } from "vitest";
import { canPass, canPassAtSource, isNameTaken } from "./retry-rules.ts";

describe("canPass()", () => {
  it.each([
    ["-2147213196", "Operation canceled.", true],
    ["", "The operation was canceled: Operation cancelled", true],
    ["-2147286782", "The object has ceased to exist", true],
    ["-2147024816", "A file with the name x already exists.", false],
    ["-2146232832", "A file or folder with the name x already exists", false],
    ["-2147024891", "Access denied.", false],
    ["-2146232832", "The 'Description' attribute is not declared.", false],
    ["-2146232832", "Invalid schema version XML", false],
    ["", "JobFailure:TenantBlock", false],
    ["-2147213196", "JobFailure:TenantBlock: Operation canceled.", false],
    ["", "Missing MD5 property in Manifest and Azure Blob", false],
    ["", "Blob exists however the encryption IV does not match", true],
    ["", "Server failed to authenticate the request: AuthenticationFailed", true],
    ["", "The request was throttled, try again later", true],
    ["", "Execution timed out", true],
    ["", "The URL is too long", false],
  ])("says of %s %j whether it can pass", (errorCode, message, passes) => {
    expect(canPass({ errorCode, message })).toBe(passes);
  });

  it("says nothing of what no rule knows", () => {
    expect(canPass({ errorCode: "-2146232832", message: "Something went wrong" })).toBeUndefined();
  });

  it("holds what stays over what passes where a message says both", () => {
    expect(canPass({ errorCode: "", message: "x already exists, try again" })).toBe(false);
  });
});

describe("canPassAtSource()", () => {
  it("takes a file that was written to for one that may rest next time, not one that may not be read", () => {
    expect(canPassAtSource("SOURCE_CHANGED")).toBe(true);
    expect(canPassAtSource("SOURCE_UNREADABLE")).toBe(false);
  });
});

describe("isNameTaken()", () => {
  it("goes by code or words", () => {
    expect(isNameTaken({ errorCode: "-2147024816", message: "" })).toBe(true);
    expect(isNameTaken({ errorCode: "", message: "X Already Exists" })).toBe(true);
    expect(isNameTaken({ errorCode: "-2147213196", message: "Operation canceled" })).toBe(false);
  });
});
