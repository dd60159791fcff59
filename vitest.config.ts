import { defineConfig } from "vitest/config";

const conditions = ["@primepack/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", "./scripts/test-summary.mjs"],
    projects: [
      {
        extends: true,
        // One module graph for the files of a worker: loading it anew for each of them cost more than the tests.
        test: { name: "packages", include: ["packages/*/src/**/*.test.ts"], isolate: false },
      },
      { extends: true, test: { name: "test", include: ["test/**/*.test.ts"] } },
    ],
  },
});
