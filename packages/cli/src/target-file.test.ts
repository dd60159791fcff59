import { writeFile } from "node:fs/promises";
import { inspect } from "node:util";
import { exampleTarget, temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { readTargetFile } from "./target-file.ts";

const path = temporaryFolder();

async function read(text: string): Promise<unknown> {
  await writeFile(path("target.json"), text);
  return readTargetFile(path("target.json")).catch((error: unknown) => error);
}

describe("readTargetFile()", () => {
  it("reads a target behind a byte order mark", async () => {
    expect(await read(`\ufeff${JSON.stringify(exampleTarget)}`)).toEqual(exampleTarget);
  });

  it("tells nothing of a key that was named by mistake, in the error's cause neither", async () => {
    const key = Buffer.alloc(32, 0xab).toString("base64");
    const error = await read(`${key}\n`);
    expect(error).toMatchObject({ code: "INVALID_TARGET" });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(key.slice(0, 6));
  });
});
