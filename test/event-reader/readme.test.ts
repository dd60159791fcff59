import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { root } from "../workspace/root.ts";

const JOB = "5a3b0e9c-1f44-4c5e-9d0b-0f6f6f2d3a10";

it("the example of packages/event-reader/README.md says what became of two files", async () => {
  const readme = await readFile(join(root, "packages/event-reader/README.md"), "utf8");
  const [, program = ""] = /^```js\n(import .*?)^```$/ms.exec(readme) ?? [];
  const error = { Event: "JobError", JobId: JOB, Id: "0d4f1d60-6a6e-4df3-8a39-6f5f3e1f2a12", Message: "it failed" };
  const logs = [{ Event: "JobStart", JobId: JOB }, error, { Event: "JobEnd", JobId: JOB, TotalErrors: "1" }];
  const server = createServer((request, reply) => {
    const isFirst = request.url?.endsWith("nextToken=0)") === true;
    reply.setHeader("content-type", "application/json");
    reply.end(JSON.stringify({ Logs: isFirst ? logs.map((log) => JSON.stringify(log)) : [], NextToken: "3" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // Within this package, so that the example finds the built one as a user's program does.
  const folder = await mkdtemp(join(root, "test", "node_modules", ".readme-"));
  try {
    await writeFile(join(folder, "example.mjs"), program);
    const SITE_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sites/archive`;
    const env = { ...process.env, SITE_URL, TOKEN: "none", JOB_ID: JOB };
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "example.mjs")], { env });
    expect(stdout).toMatch(/^a\.txt \{ outcome: 'imported' \}\nb\.txt \{\n? +outcome: 'failed',/);
  } finally {
    await rm(folder, { recursive: true });
    await new Promise((resolve) => server.close(resolve));
  }
});
