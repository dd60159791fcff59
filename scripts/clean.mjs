// Removes what the build makes, and nothing else: the dist folder of each package, and the compiler's cache.
import { readdirSync, rmSync } from "node:fs";

const root = new URL("../", import.meta.url);
for (const name of readdirSync(new URL("packages/", root))) {
  rmSync(new URL(`packages/${name}/dist/`, root), { recursive: true, force: true });
}
rmSync(new URL("node_modules/.cache/tsconfig.tsbuildinfo", root), { force: true });
