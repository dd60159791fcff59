import { mkdir } from "node:fs/promises";
import { temporaryFolder } from "@primepack/test-support";
import { expect, it } from "vitest";
import { lockPath } from "./process-lock.ts";

// What it does between processes is told by the tests of lockOutput().
const path = temporaryFolder();

it("lockPath() gives a lock to one holder, unless this process may take it again", async () => {
  await mkdir(path("folder"));
  const release = await lockPath(path("folder"));
  expect(release).toBeTypeOf("function");
  expect(await lockPath(path("folder"))).toBeUndefined();
  const again = await lockPath(path("folder"), { again: true });
  expect(again).toBeTypeOf("function");
  again?.();
  again?.();
  expect(await lockPath(path("folder"))).toBeUndefined();
  release?.();
  const free = await lockPath(path("folder"));
  expect(free).toBeTypeOf("function");
  free?.();
});

it("lockPath() tells names apart", async () => {
  await mkdir(path("named"));
  const one = await lockPath(path("named"), { name: "one" });
  const other = await lockPath(path("named"), { name: "other" });
  expect(one).toBeTypeOf("function");
  expect(other).toBeTypeOf("function");
  expect(await lockPath(path("named"), { name: "one" })).toBeUndefined();
  one?.();
  other?.();
});
