import { describe, expect, it } from "vitest";
import { codeOf, describeContainer, readAll, withMd5 } from "./container.conformance.ts";
import { LoggingContainer } from "./logging.ts";
import { MemoryContainer } from "./memory.ts";

const silent = { debug: () => {}, warn: () => {} };

describeContainer("LoggingContainer", {
  make: () => new LoggingContainer(new MemoryContainer(), silent),
  snapshots: true,
});

describe("LoggingContainer", () => {
  it("writes one line for each request that has ended", async () => {
    const lines: unknown[] = [];
    const logger = { ...silent, debug: (message: string, fields?: object) => void lines.push({ message, ...fields }) };
    const container = new LoggingContainer(new MemoryContainer(), logger);
    const bytes = Buffer.from("bytes");
    await container.putBlob("a", bytes, withMd5(bytes));
    await readAll(container, "a");
    expect(await codeOf(container.properties("b"))).toBe("BLOB_NOT_FOUND");
    expect(lines).toEqual([
      { message: "A storage request succeeded", method: "putBlob", name: "a", bytes: 5 },
      { message: "A storage request succeeded", method: "read", name: "a" },
      { message: "A storage request failed", method: "properties", name: "b", code: "BLOB_NOT_FOUND" },
    ]);
  });
});
