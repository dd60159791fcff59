import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, realpath, rename, symlink, writeFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { exampleTarget, makeTree, temporaryFolder } from "@primepack/test-support";
import { beforeAll, describe, expect, it } from "vitest";
import { root } from "./root.ts";

/** Folder below packages/, and the name it is published under. */
const packages = {
  core: "@primepack/core",
  submitter: "@primepack/submitter",
  "event-reader": "@primepack/event-reader",
  "cross-tenant": "@primepack/cross-tenant",
  runner: "@primepack/runner",
  "store-lmdb": "@primepack/store-lmdb",
  emulator: "@primepack/emulator",
  cli: "primepack",
} as const;

const libraries = Object.values(packages).filter((name) => name !== packages.cli);

const path = temporaryFolder();
const installed = (name: string, ...names: string[]): string => path("project/node_modules", name, ...names);

interface Published {
  readonly version: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: unknown;
}

const published = (name: string): Published =>
  JSON.parse(readFileSync(installed(name, "package.json"), "utf8")) as Published;

function run(command: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  // A user's project knows nothing of the workspace's conditions and variables.
  const { NODE_OPTIONS: _, ...env } = process.env;
  return spawnSync(command, args, { cwd: path("project"), env, encoding: "utf8" });
}

const node = (...args: string[]): ReturnType<typeof run> => run(process.execPath, ...args);

/** Every file of a folder, as paths with `/`. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => posix.normalize(join(entry.parentPath, entry.name).slice(folder.length + 1))).sort();
}

/**
 * Packs all packages and unpacks them into an empty project outside the workspace, as an installation would, except
 * that the packages that they declare are linked from the workspace: what isn't declared can't be found.
 */
beforeAll(async () => {
  await mkdir(path("project/node_modules/@primepack"), { recursive: true });
  await writeFile(path("project/package.json"), '{ "name": "user", "private": true }');
  for (const [folder, name] of Object.entries(packages)) {
    if (!existsSync(join(root, "packages", folder, "dist"))) {
      throw new Error("Cannot pack the packages as they are not built: run `npm run build` first");
    }
    const destination = path("tarballs", folder);
    await mkdir(destination, { recursive: true });
    const pack = ["--dir", join("packages", folder), "pack", "--pack-destination", destination];
    const packed = node(join(root, "scripts/pnpm.mjs"), ...pack);
    expect(packed.status, packed.stderr + packed.stdout).toBe(0);
    const [tarball = ""] = await readdir(destination);
    await mkdir(installed(name), { recursive: true });
    const unpacked = run("tar", "-xzf", join(destination, tarball), "--strip-components=1", "-C", installed(name));
    expect(unpacked.status, unpacked.stderr).toBe(0);
    for (const dependency of Object.keys(published(name).dependencies)) {
      if (Object.values<string>(packages).includes(dependency)) continue;
      const link = installed(name, "node_modules", dependency);
      await mkdir(dirname(link), { recursive: true });
      await symlink(await realpath(join(root, "packages", folder, "node_modules", dependency)), link, "junction");
    }
  }
}, 240_000);

describe.each(Object.entries(packages))("the tarball of packages/%s", (_, name) => {
  it("holds what is built, its sources, the licence and nothing of the tests", async () => {
    const files = await filesOf(installed(name));
    const own = files.filter((file) => !file.startsWith("node_modules/"));
    expect(own).toContain("LICENSE");
    expect(own).toContain("package.json");
    expect(own).toContain("README.md");
    expect(own.filter((file) => /\.test\.|\.conformance\.|tsbuildinfo|test-support/.test(file))).toEqual([]);
    expect(own.filter((file) => !/^(dist|src|schemas)\/|^(LICENSE|README\.md|package\.json)$/.test(file))).toEqual([]);
  });

  it("has a source for each built file, and each source map finds its sources", async () => {
    const files = await filesOf(installed(name, "dist"));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const source = file.replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts");
      expect(existsSync(installed(name, "src", source)), file).toBe(true);
      if (!file.endsWith(".map")) continue;
      const map = JSON.parse(readFileSync(installed(name, "dist", file), "utf8")) as { sources: string[] };
      for (const mapped of map.sources) expect(existsSync(installed(name, "dist", dirname(file), mapped))).toBe(true);
    }
  });

  it("names released versions only, where the workspace says `workspace:` or `catalog:`", () => {
    const { version, dependencies } = published(name);
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    for (const range of Object.values(dependencies)) expect(range).toMatch(/^\d/);
  });
});

describe.each(libraries)("the README.md of %s", (name) => {
  it("imports nothing but what the packages export", () => {
    const readme = readFileSync(installed(name, "README.md"), "utf8");
    const imports = [...readme.matchAll(/^import \{ (.*) \} from "(@primepack\/.*)";$/gm)];
    expect(imports.map(([, , from]) => from)).toContain(name);
    for (const [, names = "", from = ""] of imports) {
      const script = `import(${JSON.stringify(from)}).then((all) => console.log(Object.keys(all).join()))`;
      const { status, stdout, stderr } = node("-e", script);
      expect(status, stderr).toBe(0);
      expect(stdout.trim().split(",")).toEqual(expect.arrayContaining(names.split(", ")));
    }
  });
});

const coreEntries = ["container", "errors", "http", "model", "report", "seal", "table", "wire"].map(
  (entry) => `@primepack/core/${entry}`,
);

describe.each([...libraries, ...coreEntries])("%s, installed", (name) => {
  const count = "console.log(Object.keys(all).length > 0)";

  it("can be imported", async () => {
    await writeFile(path("project/import.mjs"), `import * as all from "${name}"; ${count};`);
    expect(node("import.mjs")).toMatchObject({ status: 0, stdout: "true\n", stderr: "" });
  });

  it("can be required, which needs a graph without top-level await", async () => {
    await writeFile(path("project/require.cjs"), `const all = require("${name}"); ${count};`);
    expect(node("require.cjs")).toMatchObject({ status: 0, stdout: "true\n", stderr: "" });
  });
});

describe("@primepack/core, installed", () => {
  it.each(["inventory", "plan", "target"])("brings the schema of %s", (schema) => {
    const script = `console.log(require("@primepack/core/schemas/${schema}.schema.json").$schema)`;
    expect(node("-e", script)).toMatchObject({
      status: 0,
      stdout: "https://json-schema.org/draft/2020-12/schema\n",
    });
  });
});

describe("@primepack/store-lmdb, installed", () => {
  const use = (open: string): string => `
    ${open}
    openLmdbLedger({ path: "ledger", listId: "b2222222-0000-4000-8000-000000000002" })
      .then((ledger) => { console.log(ledger.size); return ledger.close(); });`;

  it("opens a ledger, imported and required", async () => {
    await writeFile(path("project/ledger.mjs"), use('import { openLmdbLedger } from "@primepack/store-lmdb";'));
    expect(node("ledger.mjs")).toMatchObject({ status: 0, stdout: "0\n", stderr: "" });
    await writeFile(path("project/ledger.cjs"), use('const { openLmdbLedger } = require("@primepack/store-lmdb");'));
    expect(node("ledger.cjs")).toMatchObject({ status: 0, stdout: "0\n", stderr: "" });
  });
});

describe("primepack, installed", () => {
  const bin = (): string => installed("primepack", published("primepack").bin?.primepack ?? "");

  it("has an executable that prints its help", () => {
    expect(readFileSync(bin(), "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
    const { status, stdout, stderr } = node(bin(), "--help");
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("primepack build");
    expect(stdout).toContain("primepack verify");
  });

  it("says how the emulator is installed where it isn't", async () => {
    const emulator = installed(packages.emulator);
    await rename(emulator, path("emulator-aside"));
    const { status, stderr } = node(bin(), "emulator");
    await rename(path("emulator-aside"), emulator);
    expect(status).toBe(2);
    expect(stderr).toContain("npm install @primepack/emulator");
  });

  it("builds packages in worker threads and verifies them", async () => {
    await makeTree(path("source"), { "a/b.txt": "text", "large.bin": 3_000_000, "empty.txt": "" });
    await writeFile(path("target.json"), JSON.stringify(exampleTarget));
    const built = node(bin(), "build", path("source"), "--target", path("target.json"), "--out", path("out"));
    expect(built.status, built.stdout + built.stderr).toBe(0);
    const verified = node(bin(), "verify", path("out"), "--source", path("source"));
    expect(verified.status, verified.stdout + verified.stderr).toBe(0);
  });

  it("loads no native code but for a ledger, and leaves out what the ledger knows as received", async () => {
    const trace = path("trace.cjs");
    await writeFile(trace, `process.on("exit", () => console.error(process.report.getReport().sharedObjects.join()));`);
    const source = [path("source"), "--target", path("target.json")];
    const traced = (...args: string[]) => node("--require", trace, bin(), ...args);
    expect(traced("build", ...source, "--out", path("plain")).stderr).not.toContain("lmdb");
    const ledger = ["--ledger", path("ledger")];
    const first = traced("build", ...source, "--out", path("first"), ...ledger);
    expect(first.status, first.stdout + first.stderr).toBe(0);
    expect(first.stderr).toContain("lmdb");
    expect(node(bin(), "ledger", "confirm", path("first"), ...ledger).status).toBe(0);
    const second = node(bin(), "build", ...source, "--out", path("second"), ...ledger);
    expect(second.stdout).toContain("Built 0 packages");
  });
});
