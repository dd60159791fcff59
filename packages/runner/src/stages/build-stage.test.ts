import { memoryJournal } from "@primepack/core";
import type { MigrationService } from "@primepack/submitter";
import { temporaryFolder } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import type { PackageEntry } from "../journal/entries.ts";
import { RunJournal } from "../journal/run-journal.ts";
import { resolveOptions } from "../options.ts";
import { RunContext } from "../run-context.ts";
import { BuildStage } from "./build-stage.ts";
import { PlanQueue } from "./plan-queue.ts";

const folder = temporaryFolder();
const unsent = { cannotBeSent: async () => {}, isEmpty: async () => {} };

describe("BuildStage", () => {
  it.each(["built", "submitting", "submitted", "ended"] as const)(
    "builds no package twice that was queued twice and is %s since: it would become two jobs",
    async (stage) => {
      const provided: string[] = [];
      const journal = memoryJournal();
      const service: Partial<MigrationService> = { kind: "sharepoint", siteUrl: "https://contoso.example/sites/one" };
      const options = resolveOptions({
        ...{ directory: folder("run"), journal, service: service as MigrationService },
        events: { read: async () => ({ events: [], token: "" }) },
        containers: {
          kind: "own",
          provide: async (name) => {
            provided.push(name);
            throw new Error("Nothing is to be built");
          },
        },
      });
      const context = new RunContext(options, new RunJournal(journal), "migrate");
      const entry: PackageEntry = {
        ...{ stage, attempt: 2, retryOf: "000001", dependsOn: [], kind: "content", hash: "", portable: true },
        ...{ items: 1, bytes: 4, uploads: 1, plannedAt: "2026-01-01T00:00:00.000Z" },
      };
      context.adopt("000001-r2", entry);
      const queue = new PlanQueue(() => true);
      queue.add("000001-r2", "retry");
      const building = new BuildStage(context, queue, { workers: 0 }, unsent).run();
      const ended = queue.until(() => queue.size === 0).then(() => queue.close());
      await building;
      await ended;
      expect(provided).toEqual([]);
      expect(context.live.get("000001-r2")?.entry).toEqual(entry);
    },
  );
});
