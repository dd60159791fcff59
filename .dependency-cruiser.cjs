/**
 * The module boundaries of the workspace. CONTRIBUTING.md shows them as a diagram; test/workspace/layers.test.ts proves
 * that each rule refuses what it is there to refuse.
 */

/** core's layers, highest first. A row's folders may use the rows below it, never each other or a row above. */
const layers = [
  ["verify", "convert"],
  ["source", "plan", "seal", "container", "manifest"],
  ["xml", "table", "report"],
  ["http"],
  ["wire"],
  ["model"],
  ["errors"],
];

const src = "^packages/core/src/";
const tests = "\\.(test|conformance)\\.ts$";
const folders = (names) => `${src}(${names.join("|")})/`;

const layerRules = layers.flatMap((row, index) => {
  const above = ["build", ...layers.slice(0, index).flat()];
  return [
    {
      name: `core-${row.join("-")}-not-upwards`,
      comment:
        "Arrows point down only: a lower layer that knows a higher one can be neither used nor tested without it. " +
        "Move what is shared down, or pass it in as an argument.",
      severity: "error",
      from: { path: folders(row), pathNot: tests },
      to: { path: [folders(above), `${src}index\\.ts$`] },
    },
    ...(row.length === 1
      ? []
      : [
          {
            name: `core-${row.join("-")}-are-siblings`,
            comment:
              "Siblings never import each other, so that each can be replaced alone and plans travel between processes. " +
              "What combines two of them lives in build, verify or convert.",
            severity: "error",
            from: { path: folders(row), pathNot: tests },
            to: { path: folders(row), pathNot: `${src}$1/` },
          },
        ]),
  ];
});

/** What the other packages may take of the workspace: entry points of core, and packages. `cli` takes what it likes. */
const uses = {
  submitter: { entries: ["errors", "http", "model", "wire"] },
  "cross-tenant": { entries: ["errors", "http", "model", "report", "table", "wire"] },
  "event-reader": { entries: ["container", "errors", "http", "model", "seal", "wire"] },
  // How it tells of its own failures is no reading of the rules; those it has for itself.
  emulator: { entries: ["errors", "wire"] },
  "store-lmdb": { packages: ["core"] },
  runner: { packages: ["core", "event-reader", "submitter"] },
};

const packageRules = Object.entries(uses).map(([name, { entries = [], packages = [] }]) => ({
  name: `${name}-stays-in-its-place`,
  comment:
    "Thin packages take the entry points of core that they need and nothing else, so that whoever uses them alone loads " +
    "no planner, no XML and no worker threads; none takes a package beside or above it.",
  severity: "error",
  from: { path: `^packages/${name}/src/`, pathNot: tests },
  to: {
    path: "^packages/",
    pathNot: [
      `^packages/${name}/`,
      ...entries.map((entry) => `${src}${entry}/index\\.ts$`),
      ...packages.map((used) => `^packages/${used}/`),
    ],
  },
}));

module.exports = {
  forbidden: [
    ...layerRules,
    ...packageRules,
    {
      name: "emulator-shares-types-only",
      comment:
        "The emulator is a second reading of the rules, which finds what the first got wrong; values that both took from " +
        "one place would be wrong in both. Import types (`import type`) from core/wire, and write the rest anew.",
      severity: "error",
      from: { path: "^packages/emulator/src/", pathNot: tests },
      to: { path: `${src}wire/`, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "core-index-is-the-top",
      comment:
        "index.ts re-exports for users of the package; a module that imports it imports all of core, itself included.",
      severity: "error",
      from: { path: src, pathNot: tests },
      to: { path: `${src}index\\.ts$` },
    },
    {
      name: "core-layers-are-known",
      comment: "A new folder in core needs a place in the diagram; add it to `layers` here and to CONTRIBUTING.md.",
      severity: "error",
      from: {},
      to: { path: `${src}[^/]+/`, pathNot: folders(["build", ...layers.flat()]) },
    },
    {
      name: "no-circular",
      comment: "Modules of a cycle can't be understood, tested or initialised one at a time.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "packages-by-name",
      comment:
        "Packages import each other by name, as their users do: a relative path goes round `exports` and breaks once published.",
      severity: "error",
      from: { path: "^(packages/[^/]+|test/support|test|benchmarks)/" },
      to: {
        path: "^(packages/[^/]+|test/support|benchmarks)/",
        pathNot: "^$1/",
        dependencyTypes: ["local"],
        dependencyTypesNot: ["aliased-workspace", "aliased-tsconfig"],
      },
    },
    {
      name: "core-knows-no-other-package",
      comment:
        "core is the bottom of the workspace; what it imported from a package above would pull that into every user.",
      severity: "error",
      from: { path: src, pathNot: tests },
      to: { path: "^packages/(?!core/)" },
    },
    {
      name: "tests-are-leaves",
      comment: "Shipped code imports no test and nothing that is there for tests only.",
      severity: "error",
      from: { path: "^packages/[^/]+/src/", pathNot: tests },
      to: { path: [tests, "^test/"] },
    },
    {
      name: "no-dev-dependencies",
      comment: "What shipped code imports has to be installed with it: declare it under `dependencies`.",
      severity: "error",
      from: { path: "^packages/[^/]+/src/", pathNot: tests },
      to: { dependencyTypes: ["npm-dev"] },
    },
    {
      name: "declared-dependencies-only",
      comment: "What you import you declare, in the package.json of the package that imports it.",
      severity: "error",
      from: {},
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "resolvable-only",
      comment:
        "An import that leads nowhere is a mistake that the compiler may not see (JavaScript files, conditions).",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules", "/dist/"] },
    exclude: { path: ["/dist/", "^fixtures/"] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: `${__dirname}/tsconfig.json` },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@primepack/source", "import", "node", "default", "types"],
    },
  },
};
