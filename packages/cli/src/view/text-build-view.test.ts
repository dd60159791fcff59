import type { BuildEvent, BuildProgress, ItemOutcome } from "@primepack/core";
import { collectingStream, manualClock } from "@primepack/test-support";
import { describe, expect, it } from "vitest";
import { OutputStream } from "./output-stream.ts";
import { TextBuildView } from "./text-build-view.ts";

function viewOn({ terminal, quiet = false }: { terminal: boolean; quiet?: boolean }) {
  const clock = manualClock();
  const stdout = collectingStream({ isTTY: terminal });
  const stderr = collectingStream({ isTTY: terminal });
  const outputs = { stdout: new OutputStream(stdout.stream), stderr: new OutputStream(stderr.stream) };
  const view = new TextBuildView({ ...outputs, clock, quiet });
  const progress = { scannedItems: 0, scannedBytes: 0, files: 0, sealedBytes: 0, packages: 0 };
  return { clock, stdout: stdout.text, stderr: stderr.text, view, progress };
}

const progressOf = (progress: BuildProgress) => () => progress;

function failed(source: string): BuildEvent {
  const outcome: ItemOutcome = {
    outcome: "failed",
    kind: "file",
    source,
    sourcePath: [source],
    code: "SOURCE_UNREADABLE",
    message: "Cannot read it",
  };
  return { type: "item", outcome };
}

describe("TextBuildView on a terminal", () => {
  it("paints over one line, at most five times a second", () => {
    const { clock, stdout, view, progress } = viewOn({ terminal: true });
    view.started(progressOf(progress));
    for (let step = 0; step < 100; step++) {
      progress.files += 10;
      progress.sealedBytes += 1_000_000;
      clock.advance(10);
    }
    const frames = stdout().split("\r\u001b[K").slice(1);
    expect(frames).toHaveLength(1 + 5);
    expect(frames.at(-1)).toBe("1,000 files, 100 MB, 100 MB/s, 0 packages");
    expect(stdout()).not.toContain("\n");
  });

  it("shows the time that is left once the source is counted", () => {
    const { clock, stdout, view, progress } = viewOn({ terminal: true });
    view.started(progressOf(progress));
    progress.sealedBytes = 20_000_000;
    clock.advance(10_000);
    view.counted({ files: 0, bytes: 200_000_000 });
    clock.advance(200);
    expect(stdout().split("\r\u001b[K").at(-1)).toContain("20 MB of 200 MB, 2.0 MB/s, 0 packages, 1:3");
  });

  it("cuts the line to the terminal's width", () => {
    const { clock, stdout, view, progress } = viewOn({ terminal: true });
    view.started(progressOf({ ...progress, files: 1e14, sealedBytes: 1e18, packages: 1e14 }));
    view.counted({ files: 1e14, bytes: 1e18 });
    clock.advance(200);
    for (const frame of stdout().split("\r\u001b[K")) expect(frame.length).toBeLessThan(70);
  });

  it("counts what an earlier run finished as done, and not into the speed", async () => {
    const { clock, stdout, view, progress } = viewOn({ terminal: true });
    view.started(progressOf(progress));
    const record = {
      name: "000001",
      kind: "content",
      dependsOn: [],
      folders: 0,
      files: 50,
      items: 0,
      lists: 0,
      deletions: 0,
      versions: 0,
      attachments: 0,
      scopes: 0,
      failed: 0,
      renamed: 0,
      bytes: 500_000_000,
      storedBytes: 500_000_000,
      blobs: 58,
      encrypted: true,
      plan: "",
      settings: "",
    } as const;
    await view.event({ type: "packageReused", record });
    Object.assign(progress, { files: 50, packages: 1 });
    clock.advance(1000);
    expect(stdout().split("\r\u001b[K").at(-1)).toBe("50 files, 500 MB, 0 B/s, 1 package");
  });

  it("clears its line and its timer at the end", () => {
    const { clock, stdout, view, progress } = viewOn({ terminal: true });
    view.started(progressOf(progress));
    view.ended();
    expect(stdout().endsWith("\r\u001b[K")).toBe(true);
    expect(clock.timers).toBe(0);
  });
});

describe("TextBuildView elsewhere", () => {
  it("writes a plain line every ten seconds", () => {
    const { clock, stdout, view, progress } = viewOn({ terminal: false });
    view.started(progressOf(progress));
    Object.assign(progress, { files: 2, sealedBytes: 50_000_000, packages: 1 });
    clock.advance(25_000);
    expect(stdout()).toBe("2 files, 50 MB, 5.0 MB/s, 1 package\n2 files, 50 MB, 2.5 MB/s, 1 package\n");
  });

  it("names items that failed on stderr, harmless for a terminal, and no more than fifty", async () => {
    const { stderr, view } = viewOn({ terminal: false });
    await view.event(failed("bad\u001b[2J\nname"));
    expect(stderr()).toBe("failed: bad\\u{1b}[2J\\u{a}name: Cannot read it (SOURCE_UNREADABLE)\n");
    for (let item = 0; item < 200; item++) await view.event(failed(`file ${item}`));
    const lines = stderr().trimEnd().split("\n");
    expect(lines).toHaveLength(51);
    expect(lines.at(-1)).toBe("further ones are recorded in the output folder only");
  });

  it("names the line of the source, where it has lines, and no path where there is none", async () => {
    const { stderr, view } = viewOn({ terminal: false });
    const event = failed("");
    if (event.type !== "item") throw new Error("no item");
    await view.event({ ...event, outcome: { ...event.outcome, line: 7 } as ItemOutcome });
    expect(stderr()).toBe("failed: line 7: Cannot read it (SOURCE_UNREADABLE)\n");
  });

  it("names ten warnings of each code, which leave room for items that failed", async () => {
    const { stderr, view } = viewOn({ terminal: false });
    for (const code of ["TWO_VERSIONS", "USER_MAP_LINE"] as const) {
      for (let item = 0; item < 100; item++) await view.event({ type: "warning", code, message: `warning ${item}` });
    }
    await view.event(failed("file"));
    const lines = stderr().trimEnd().split("\n");
    expect(lines).toHaveLength(2 * 11 + 1);
    expect(lines[9]).toBe("warning: warning 9 (TWO_VERSIONS)");
    expect(lines[10]).toBe("further warnings TWO_VERSIONS are counted only; --json tells all");
    expect(lines.at(-1)).toContain("failed: file");
  });

  it("writes only the summary when it is to be quiet", async () => {
    const { clock, stdout, stderr, view, progress } = viewOn({ terminal: false, quiet: true });
    view.started(progressOf(progress));
    await view.event(failed("file"));
    clock.advance(60_000);
    expect(stdout() + stderr()).toBe("");
    const counts = {
      packaged: 12,
      renamed: 1,
      deletion: 0,
      unchanged: 0,
      existing: 0,
      excluded: 2,
      skipped: 0,
      failed: 1,
    };
    await view.summary({
      summary: {
        status: "complete",
        packages: 2,
        reusedPackages: 1,
        counts,
        bytes: 1_200_000,
        storedBytes: 1_300_000,
        nextItemId: 13,
      },
      exitCode: 1,
      tally: { kinds: { folders: 2, files: 10, items: 0, lists: 0 }, versions: 0, attachments: 0, warnings: {} },
      directory: "/out",
      keyFile: "/out/key",
      inContainers: false,
      dryRun: false,
    });
    expect(stdout().split("\n")).toEqual([
      "Built 2 packages and kept 1, 1.2 MB (1.3 MB stored)",
      "Packages: /out",
      "Items: 12 packaged, 1 renamed, 0 existing, 2 excluded, 0 skipped, 1 failed",
      "Records: /out/items.ndjson",
      "Key: /out/key",
      "Next free item id: 13",
      "Exit status 1: some items failed or were skipped",
      "",
    ]);
  });
});
