// Loaded before a program: writes what its process took to the file that PRIMEPACK_USAGE_FILE names, as it ends.
import { writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const { PRIMEPACK_USAGE_FILE: file } = process.env;
if (isMainThread && file) {
  process.once("exit", () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const usage = { cpu: (userCPUTime + systemCPUTime) / 1e6, peak: maxRSS * 1024, wall: performance.now() / 1e3 };
    writeFileSync(file, JSON.stringify(usage));
  });
}
