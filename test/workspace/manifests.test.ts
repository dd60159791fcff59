import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "./root.ts";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license: string;
  readonly type: string;
  readonly packageManager?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly files?: readonly string[];
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const text = (...names: string[]): string => readFileSync(join(root, ...names), "utf8");
const manifest = (...names: string[]): Manifest => JSON.parse(text(...names, "package.json")) as Manifest;

const published = readdirSync(join(root, "packages")).filter((name) =>
  existsSync(join(root, "packages", name, "package.json")),
);
const every = [".", "benchmarks", "test", "test/support", ...published.map((name) => `packages/${name}`)];

describe("package.json of the workspace", () => {
  it("pins an exact pnpm, which scripts/pnpm.mjs runs", () => {
    const { packageManager, scripts } = manifest();
    expect(packageManager).toMatch(/^pnpm@\d+\.\d+\.\d+$/);
    expect(text("scripts/pnpm.mjs")).toContain("packageManager");
    expect(scripts?.test).not.toMatch(/(^|&& )pnpm /);
    expect(scripts?.start).not.toMatch(/(^|&& )pnpm /);
  });

  it.each(every)("of %s names the licence and is ESM", (name) => {
    expect(manifest(name)).toMatchObject({ license: "MIT", type: "module" });
  });

  it.each(every)("of %s takes each dependency from the catalog or the workspace", (name) => {
    const { dependencies = {}, devDependencies = {} } = manifest(name);
    for (const [dependency, range] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect(["catalog:", "workspace:*"], dependency).toContain(range);
    }
  });
});

describe.each(published)("package.json of packages/%s", (name) => {
  const { engines, exports, files, version, private: hidden } = manifest("packages", name);

  it("says which Node it needs, the same as the workspace", () => {
    expect(engines).toEqual(manifest().engines);
    expect(engines).toEqual({ node: ">=20.19" });
  });

  it("is publishable, with a version and a list of its files", () => {
    expect(hidden).toBeUndefined();
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(files).toContain("dist");
  });

  it("has an exports map that leads to sources first, then types, then what is built", () => {
    expect(exports).toHaveProperty("./package.json");
    for (const [entry, target] of Object.entries(exports ?? {})) {
      if (typeof target === "string") continue;
      expect(Object.keys(target), entry).toEqual(["@primepack/source", "types", "default"]);
      expect(target.default).toBe(target["@primepack/source"]?.replace("./src/", "./dist/").replace(/\.ts$/, ".js"));
      expect(target.types).toBe(target.default?.replace(/\.js$/, ".d.ts"));
      expect(existsSync(join(root, "packages", name, target["@primepack/source"] ?? "")), entry).toBe(true);
    }
  });
});

describe("pnpm-lock.yaml", () => {
  it("holds no host: packages come from whatever registry the user has", () => {
    const hosts = text("pnpm-lock.yaml").match(/^.*(https?:\/\/|tarball:).*$/gm) ?? [];
    expect(hosts).toEqual([]);
  });
});
