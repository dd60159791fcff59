import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { codes } from "./codes.ts";

const packages = fileURLToPath(new URL("../../../", import.meta.url));
const registry = join("core", "src", "errors", "codes.ts");

/** What all packages are made of, the registry and tests apart. */
const sources = readdirSync(packages).flatMap((name) =>
  readdirSync(join(packages, name, "src"), { recursive: true, encoding: "utf8" })
    .map((file) => join(name, "src", file))
    .filter((file) => file.endsWith(".ts") && !/\.(test|conformance)\.ts$/.test(file) && file !== registry),
);

describe("codes", () => {
  it("has a remedy for each code, in sentences", () => {
    for (const [code, { remedy }] of Object.entries(codes)) expect(remedy, code).toMatch(/^[A-Z][^\n]+\.$/);
  });

  it("holds no code that nothing raises", () => {
    const text = sources.map((file) => readFileSync(join(packages, file), "utf8")).join("\n");
    expect(Object.keys(codes).filter((code) => !text.includes(`"${code}"`))).toEqual([]);
  });
});
