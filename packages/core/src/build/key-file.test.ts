import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../errors/index.ts";
import { readKeyFile, writeKeyFile } from "./key-file.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "primepack-key-"));
});
afterAll(() => rm(folder, { recursive: true }));

const bytes = Uint8Array.from({ length: 32 }, (_, index) => index);

describe("writeKeyFile()", () => {
  it("writes one line of base64 that only the owner may read, and reads back", async () => {
    const path = join(folder, "key");
    await writeKeyFile(path, new Secret(bytes));
    expect(await readFile(path, "utf8")).toBe("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(Buffer.from((await readKeyFile(path)).reveal())).toEqual(Buffer.from(bytes));
  });

  it("never writes over a key", async () => {
    const path = join(folder, "once");
    await writeKeyFile(path, new Secret(bytes));
    await expect(writeKeyFile(path, new Secret(bytes))).rejects.toThrow("EEXIST");
  });
});

describe("readKeyFile()", () => {
  it.each([
    ["too short", Buffer.alloc(31).toString("base64"), "31 bytes"],
    ["too long", Buffer.alloc(33).toString("base64"), "33 bytes"],
    ["hexadecimal", Buffer.alloc(32).toString("hex"), "48 bytes"],
    ["no base64", "not a key!", "no base64"],
    ["empty", "", "0 bytes"],
    ["two lines", `${Buffer.alloc(32).toString("base64")}\n${Buffer.alloc(32).toString("base64")}`, "no base64"],
  ])("refuses a key that is %s and does not show it", async (_, text, found) => {
    const path = join(folder, "bad");
    await writeFile(path, text);
    const error = await readKeyFile(path).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "INVALID_KEY", message: expect.stringContaining(found) });
    if (text !== "") expect(String(error)).not.toContain(text);
  });

  it("says when there is no file", async () => {
    await expect(readKeyFile(join(folder, "none"))).rejects.toMatchObject({ code: "KEY_UNREADABLE" });
  });
});
