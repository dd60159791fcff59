import { defineConfig } from "vitest/config";

const conditions = ["@primepack/source"];

/** Campaigns take long, and are run one at a time: `npm run campaign`. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { include: ["test/campaigns/*.campaign.ts"], disableConsoleIntercept: true },
});
