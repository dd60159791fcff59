import { writeFile } from "node:fs/promises";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { placeOf } from "./open-tenant.ts";
import { organizationOf } from "./organization.ts";

const path = temporaryFolder();
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

async function tokenFile(name: string, token: string): Promise<{ readonly tokenFile: string }> {
  await writeFile(path(name), `${token}\n`);
  return { tokenFile: name };
}

describe("organizationOf()", () => {
  it("is the tenant of the application, which a flag names rather than a variable", async () => {
    const env = { AZURE_TENANT_ID: "South.Example" };
    expect(await organizationOf({}, { cwd: path(), env })).toBe("south.example");
    expect(await organizationOf({ tenant: "north.example" }, { cwd: path(), env })).toBe("north.example");
    expect(await organizationOf({}, { cwd: path(), env: {} })).toBeUndefined();
  });

  it("is the tenant that the token of a file names, whatever the variables say", async () => {
    const env = { AZURE_TENANT_ID: "south.example" };
    const token = `${part({ alg: "none" })}.${part({ tid: "0000000A-0000-4000-8000-000000000000" })}.x`;
    const of = async (text: string) => organizationOf(await tokenFile("token", text), { cwd: path(), env });
    expect(await of(token)).toBe("0000000a-0000-4000-8000-000000000000");
    expect(await of("opaque")).toBeUndefined();
    expect(await of(`${part({})}.${part({ tid: 7 })}.x`)).toBeUndefined();
    expect(await of("a.bm9uZQ.x")).toBeUndefined();
  });
});

describe("placeOf()", () => {
  it("tells organizations apart, and those of other roots of Graph", async () => {
    const context = { cwd: path(), env: {} };
    expect(await placeOf({ credential: { tenant: "north.example" } }, context)).toBe(
      "north.example (graph.microsoft.com)",
    );
    expect(await placeOf({ graphUrl: "http://127.0.0.1:8791", credential: {} }, context)).toBe("127.0.0.1:8791");
  });
});
