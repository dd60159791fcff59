import { spawnSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { temporaryFolder } from "@primepack/test-support";
import { beforeAll, describe, expect, it } from "vitest";
import { root } from "./root.ts";

const path = temporaryFolder();

/** Modules by path, each with the one thing that it imports. */
type Imports = Readonly<Record<string, string>>;

const core = "packages/core/src";

/** What each rule is there to refuse: each module is a culprit, in a circle the first. */
const refused: Readonly<Record<string, Imports>> = {
  "core-source-plan-seal-container-manifest-are-siblings": { [`${core}/seal/a.ts`]: "../manifest/leaf.ts" },
  "core-source-plan-seal-container-manifest-not-upwards": { [`${core}/container/a.ts`]: "../build/leaf.ts" },
  "core-verify-convert-are-siblings": { [`${core}/convert/b.ts`]: "../verify/leaf.ts" },
  "core-verify-convert-not-upwards": { [`${core}/verify/a.ts`]: "../build/leaf.ts" },
  "core-xml-table-report-are-siblings": { [`${core}/table/a.ts`]: "../xml/leaf.ts" },
  "core-xml-table-report-not-upwards": { [`${core}/xml/a.ts`]: "../manifest/leaf.ts" },
  "core-http-not-upwards": { [`${core}/http/a.ts`]: "../xml/leaf.ts" },
  "core-wire-not-upwards": { [`${core}/wire/a.ts`]: "../http/leaf.ts" },
  "core-model-not-upwards": { [`${core}/model/a.ts`]: "../wire/leaf.ts" },
  "core-errors-not-upwards": { [`${core}/errors/a.ts`]: "../model/leaf.ts" },
  "core-index-is-the-top": { [`${core}/build/a.ts`]: "../index.ts" },
  "core-layers-are-known": { [`${core}/build/b.ts`]: "../helpers/leaf.ts" },
  "submitter-stays-in-its-place": {
    "packages/submitter/src/a.ts": "@primepack/core/seal",
    "packages/submitter/src/b.ts": "@primepack/core/table",
    "packages/submitter/src/c.ts": "@primepack/core/report",
  },
  "cross-tenant-stays-in-its-place": {
    "packages/cross-tenant/src/a.ts": "@primepack/core",
    "packages/cross-tenant/src/b.ts": "@primepack/submitter",
    "packages/cross-tenant/src/c.ts": "@primepack/core/container",
  },
  "event-reader-stays-in-its-place": {
    "packages/event-reader/src/a.ts": "@primepack/submitter",
    "packages/event-reader/src/b.ts": "@primepack/core/table",
    "packages/event-reader/src/c.ts": "@primepack/core/report",
  },
  "emulator-stays-in-its-place": { "packages/emulator/src/a.ts": "@primepack/core/model" },
  "store-lmdb-stays-in-its-place": { "packages/store-lmdb/src/a.ts": "@primepack/runner" },
  "runner-stays-in-its-place": { "packages/runner/src/a.ts": "@primepack/emulator" },
  "emulator-shares-types-only": { "packages/emulator/src/b.ts": "@primepack/core/wire" },
  "no-circular": { [`${core}/plan/a.ts`]: "./b.ts", [`${core}/plan/b.ts`]: "./a.ts" },
  "packages-by-name": { "packages/cli/src/a.ts": "../../core/src/index.ts" },
  "core-knows-no-other-package": { [`${core}/build/c.ts`]: "../../../cli/src/leaf.ts" },
  "tests-are-leaves": { [`${core}/plan/c.ts`]: "./leaf.test.ts" },
  "no-dev-dependencies": { [`${core}/plan/d.ts`]: "for-tests" },
  "declared-dependencies-only": { [`${core}/plan/e.ts`]: "undeclared" },
  "resolvable-only": { [`${core}/plan/f.ts`]: "./gone.ts" },
};

/** What every rule allows. */
const allowed: Imports = {
  [`${core}/index.ts`]: "./build/g.ts",
  [`${core}/build/g.ts`]: "../verify/g.ts",
  [`${core}/verify/g.ts`]: "../seal/g.ts",
  [`${core}/seal/g.ts`]: "./h.ts",
  [`${core}/seal/h.ts`]: "../model/g.ts",
  [`${core}/source/g.ts`]: "../table/g.ts",
  [`${core}/table/g.ts`]: "../model/g.ts",
  [`${core}/report/g.ts`]: "../errors/g.ts",
  [`${core}/model/g.ts`]: "../errors/g.ts",
  [`${core}/errors/g.ts`]: "declared",
  [`${core}/plan/g.test.ts`]: "../seal/g.ts",
  [`${core}/plan/h.test.ts`]: "for-tests",
};

const above = ["submitter", "cross-tenant", "event-reader", "emulator", "store-lmdb", "runner", "cli"] as const;

/** What every rule allows between packages: modules with all that they import. */
const allowedByName: Readonly<Record<(typeof above)[number], readonly string[]>> = {
  submitter: ["errors", "http", "model", "wire"].map((entry) => `@primepack/core/${entry}`),
  "cross-tenant": ["errors", "http", "model", "report", "table", "wire"].map((entry) => `@primepack/core/${entry}`),
  "event-reader": ["container", "errors", "http", "model", "seal", "wire"].map((entry) => `@primepack/core/${entry}`),
  emulator: ["@primepack/core/errors"],
  "store-lmdb": ["@primepack/core", "@primepack/core/model"],
  runner: ["@primepack/core", "@primepack/core/http", "@primepack/event-reader", "@primepack/submitter"],
  cli: [
    "@primepack/core",
    "@primepack/cross-tenant",
    "@primepack/emulator",
    "@primepack/runner",
    "@primepack/store-lmdb",
  ],
};

const nameOf = (folder: string): string => `@primepack/${folder}`;

const leaves = [
  ...["build", "convert", "verify", "manifest", "xml", "http", "wire", "model", "helpers"].map(
    (n) => `${core}/${n}/leaf.ts`,
  ),
  `${core}/plan/leaf.test.ts`,
  "packages/cli/src/leaf.ts",
  ...["container", "errors", "http", "model", "report", "seal", "table", "wire"].map((n) => `${core}/${n}/index.ts`),
  ...above.map((folder) => `packages/${folder}/src/index.ts`),
];

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(path(file)), { recursive: true });
  await writeFile(path(file), text);
}

/** `rule: culprit` of everything that the rules refuse in the tree. */
function cruise(): string[] {
  const bin = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const args = ["--config", join(root, ".dependency-cruiser.cjs"), "--output-type", "json", "packages"];
  const { stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd: path(), encoding: "utf8" });
  expect(stdout, stderr).not.toBe("");
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: { rule: { name: string }; from: string }[] };
  };
  return summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
}

describe("the layer rules", () => {
  let violations: string[];

  beforeAll(async () => {
    for (const file of leaves) await write(file, "export const leaf = 1;\n");
    for (const imports of [...Object.values(refused), allowed]) {
      for (const [file, specifier] of Object.entries(imports)) await write(file, `export * from "${specifier}";\n`);
    }
    for (const [folder, names] of Object.entries(allowedByName)) {
      const exports = names.map((name, index) => `export * as a${index} from "${name}";\n`);
      await write(`packages/${folder}/src/g.ts`, exports.join(""));
    }
    await write("packages/emulator/src/h.ts", 'export type * from "@primepack/core/wire";\n');
    await write(
      "packages/core/package.json",
      JSON.stringify({
        name: "@primepack/core",
        exports: { ".": "./src/index.ts", "./*": "./src/*/index.ts" },
        dependencies: { declared: "1.0.0" },
        devDependencies: { "for-tests": "1.0.0" },
      }),
    );
    const every = ["core", ...above];
    for (const folder of above) {
      const others = every.filter((other) => other !== folder);
      await write(
        `packages/${folder}/package.json`,
        JSON.stringify({
          name: nameOf(folder),
          exports: "./src/index.ts",
          dependencies: Object.fromEntries(others.map((other) => [nameOf(other), "workspace:*"])),
        }),
      );
      await mkdir(path(`packages/${folder}/node_modules/@primepack`), { recursive: true });
      for (const other of others) {
        const link = path(`packages/${folder}/node_modules/@primepack/${other}`);
        await symlink(path(`packages/${other}`), link, "junction");
      }
    }
    for (const name of ["declared", "for-tests", "undeclared"]) {
      await write(`packages/core/node_modules/${name}/package.json`, JSON.stringify({ name, main: "index.js" }));
      await write(`packages/core/node_modules/${name}/index.js`, "");
    }
    violations = cruise();
  });

  it.each(Object.entries(refused))("%s refuses what it is there to refuse", (rule, imports) => {
    const culprits = rule === "no-circular" ? Object.keys(imports).slice(0, 1) : Object.keys(imports);
    expect(violations).toEqual(expect.arrayContaining(culprits.map((culprit) => `${rule}: ${culprit}`)));
  });

  it("let modules import what lies below them and is declared, and tests what they like", () => {
    const culprits = violations.map((violation) => violation.split(": ")[1]);
    const fine = new Set([...Object.keys(allowed), ...above.map((folder) => `packages/${folder}/src/g.ts`)]);
    fine.add("packages/emulator/src/h.ts");
    expect(culprits.filter((culprit) => culprit !== undefined && fine.has(culprit))).toEqual([]);
  });

  it("are all proven here", async () => {
    const { default: config } = (await import(join(root, ".dependency-cruiser.cjs"))) as {
      default: { forbidden: { name: string }[] };
    };
    expect(Object.keys(refused).sort()).toEqual(config.forbidden.map(({ name }) => name).sort());
  });
});
