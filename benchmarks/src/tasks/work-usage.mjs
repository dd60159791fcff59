/** Runs the work, and prints as the last line what it alone took: seconds of CPU (all threads) and of wall time. */
export async function reportWork(work) {
  const start = performance.now();
  const before = process.cpuUsage();
  const extra = await work();
  const { user, system } = process.cpuUsage(before);
  const report = { cpu: (user + system) / 1e6, wall: (performance.now() - start) / 1e3, ...extra };
  console.log(JSON.stringify(report));
}
