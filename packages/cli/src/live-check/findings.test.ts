import { PrimepackError } from "@primepack/core";
import { ServiceError } from "@primepack/core/http";
import { describe, expect, it } from "vitest";
import { ask, findingsMarkdown, tried } from "./findings.ts";

const question = { id: "a question", question: "What?" };
const signal = new AbortController().signal;

describe("ask()", () => {
  it("writes down an answer without its secrets", async () => {
    const evidence = { uri: "https://x.blob.core.windows.net/c?sv=1&sig=c2VjcmV0" };
    expect(await ask(question, signal, async () => ({ answer: "yes", evidence }))).toEqual({
      ...question,
      status: "answered",
      answer: "yes",
      evidence: { uri: "https://x.blob.core.windows.net/c?sv=1&sig=[redacted]" },
    });
  });

  it("leaves open what failed, with what the service said", async () => {
    const answer = { status: 403, serviceCode: "-2147024891", serviceMessage: "Access denied" };
    const finding = await ask(question, signal, () => {
      throw new ServiceError("SERVICE_REFUSED", "Cannot do it as it was refused", { answer });
    });
    expect(finding).toMatchObject({
      status: "open",
      answer: "Cannot do it as it was refused (SERVICE_REFUSED)",
      evidence: { error: "SERVICE_REFUSED", ...answer },
    });
  });

  it("ends the check when it is interrupted", async () => {
    const stopped = AbortSignal.abort();
    const asked = ask(question, stopped, () => {
      throw new PrimepackError("ABORTED", "Cannot go on as the caller aborted");
    });
    await expect(asked).rejects.toMatchObject({ code: "ABORTED" });
  });
});

describe("tried()", () => {
  it("takes a refusal of the service for an answer, and no other error", async () => {
    expect(await tried(async () => 5)).toEqual({ ok: true, reply: 5 });
    const refusing = async () => {
      throw new ServiceError("SERVICE_REFUSED", "Cannot", { answer: { status: 400 } });
    };
    expect(await tried(refusing)).toEqual({ ok: false, error: "SERVICE_REFUSED", status: 400 });
    await expect(tried(() => Promise.reject(new Error("gone")))).rejects.toThrow("gone");
  });
});

describe("findingsMarkdown()", () => {
  it("has a table of all answers and a section for each, whatever they hold", () => {
    const text = findingsMarkdown("SharePoint", [
      { ...question, status: "answered", answer: "a | b\nc", evidence: { status: 400 } },
    ]);
    expect(text).toContain("| a question | answered | a \\| b c |");
    expect(text).toContain("## a question");
    expect(text).toContain('"status": 400');
  });
});
