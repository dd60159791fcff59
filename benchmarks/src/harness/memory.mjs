import { readFileSync } from "node:fs";

/**
 * Keeps the largest resident memory of this process by its kind, in bytes, as Linux tells it: anonymous memory is the
 * process's own, file-backed memory (a mapped ledger, and Node itself) the system takes back at will. `sample` looks
 * once; `start` does so now and every 50 ms until `stop`.
 */
export function memoryPeaks() {
  const peaks = { anonymous: 0, fileBacked: 0 };
  const sample = () => {
    const status = readFileSync("/proc/self/status", "utf8");
    const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) * 1024;
    peaks.anonymous = Math.max(peaks.anonymous, bytes("RssAnon"));
    peaks.fileBacked = Math.max(peaks.fileBacked, bytes("RssFile"));
  };
  let timer;
  return {
    peaks,
    sample,
    start() {
      sample();
      timer = setInterval(sample, 50).unref();
    },
    stop() {
      clearInterval(timer);
      sample();
    },
  };
}
