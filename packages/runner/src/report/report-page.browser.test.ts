import { pathToFileURL } from "node:url";
import { chromiumPath, startChromium, temporaryFolder } from "@primepack/test-support";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ItemEnd, MigrationSummary, PackageStatus } from "../types.ts";
import { writeReport } from "./write-report.ts";

const path = temporaryFolder();
const chromium = chromiumPath();

const summary: MigrationSummary = {
  status: "complete",
  counts: {
    imported: 4200,
    deleted: 12,
    unchanged: 300,
    existing: 3,
    excluded: 7,
    skipped: 20,
    failed: 240,
    unknown: 30,
    pending: 0,
  },
  packages: 12,
  jobs: 12,
  importedBytes: 3_456_789_012,
  startedAt: "2026-01-05T10:00:00.000Z",
  endedAt: "2026-01-05T10:21:30.000Z",
};

const attacks = [
  "</script><script>window.hacked = 1</script>",
  '"><img src=x onerror="window.hacked = 1">',
  "</td></tr></table><svg onload=window.hacked=1>",
  "' onmouseover='window.hacked = 1",
  "\u202Ecod.exe\u202C",
  "nul\0 bell\u0007 escape\u001b[31m",
  "\ud800 lone",
  "]]><!--",
  "{{constructor.constructor('window.hacked=1')()}}",
  "javascript:window.hacked=1",
  "</title></style>&lt;b&gt;",
];

async function* ends(): AsyncGenerator<ItemEnd> {
  for (let index = 0; index < 240; index += 1) {
    yield {
      source: `tree/Finance/${index}`,
      sourcePath: ["Finance", `Report ${index}.docx`],
      kind: "file",
      outcome: "failed",
      code: index % 3 === 0 ? "-2147024816" : "-2146232832",
      message: index % 3 === 0 ? "File already exists: the item has another id" : "The file is locked for shared use",
      package: "000003",
    };
  }
  for (let index = 0; index < 30; index += 1) {
    yield {
      source: `tree/Lost/${index}`,
      sourcePath: ["Lost", `${index}.bin`],
      kind: "file",
      outcome: "unknown",
      message: "The job was cancelled before its end",
      package: "000007",
    };
  }
  for (const attack of attacks) {
    yield {
      source: attack,
      sourcePath: [attack, attack],
      kind: "file",
      outcome: "skipped",
      code: attack,
      message: attack,
      package: attack,
    };
  }
  for (let index = 0; index < 9; index += 1) {
    yield {
      source: "",
      sourcePath: ["מסמכים", "تقرير.docx"],
      kind: "file",
      outcome: "skipped",
      code: "SOURCE_SYMLINK",
    };
  }
}

function* packages(): Generator<PackageStatus> {
  const start = Date.parse(summary.startedAt);
  for (let index = 0; index < 12; index += 1) {
    const startedAt = start + 60_000 + index * 90_000;
    yield {
      name: index === 11 ? (attacks[0] ?? "") : `0000${String(index + 1).padStart(2, "0")}`,
      stage: "settled",
      attempt: 1,
      dependsOn: [],
      jobId: `11111111-0000-4000-8000-${String(index).padStart(12, "0")}`,
      submittedAt: new Date(startedAt - 45_000).toISOString(),
      startedAt: new Date(startedAt).toISOString(),
      endedAt: new Date(startedAt + 150_000 + 10_000 * (index % 4)).toISOString(),
      record: { bytes: 200_000_000 + index * 12_345_678 } as NonNullable<PackageStatus["record"]>,
      items: { imported: 350, failed: index === 2 ? 240 : 0, unknown: index === 6 ? 30 : 0 },
      result: index === 6 ? "cancelled" : "ended",
      ...(index === 6 ? { message: attacks[1] ?? "" } : {}),
    };
  }
}

describe.skipIf(chromium === undefined)(
  chromium === undefined ? "report.html (Chromium is missing; CHROMIUM_PATH may name one)" : "report.html in Chromium",
  () => {
    let browser: Browser;
    let page: Page;
    const problems: string[] = [];
    const requests: string[] = [];

    beforeAll(async () => {
      browser = await startChromium(chromium ?? "");
      const { files } = await writeReport({
        directory: path("report"),
        ends: ends(),
        packages: packages(),
        summary,
        title: `Migration to ${attacks[0]}`,
      });
      page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      page.on("console", (message) => problems.push(message.text()));
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("request", (request) => requests.push(request.url()));
      await page.goto(pathToFileURL(files.page).href);
    });
    afterAll(() => browser.close());

    const visibleRows = () => page.locator("#problems tbody tr:visible");

    it("opens from disk without errors, and asks for nothing else", () => {
      expect(problems).toEqual([]);
      expect(requests).toEqual([pathToFileURL(path("report", "report.html")).href]);
    });

    it("runs no script that a name brings, and shows what such names are", async () => {
      expect(await page.evaluate("window.hacked")).toBeUndefined();
      expect(await page.locator("script").count()).toBe(1);
      expect(await page.locator("img").count()).toBe(0);
      expect(await page.locator("h1").textContent()).toBe(`Migration to ${attacks[0]}`);
      await page.getByLabel("Search in paths").fill("\\u{202e}cod.exe");
      expect(await visibleRows().count()).toBe(1);
      expect(await visibleRows().first().textContent()).toContain("\\u{202e}cod.exe\\u{202c}");
      await page.getByLabel("Search in paths").fill("");
    });

    it("keeps a script that got into the page from running", async () => {
      const ran = await page.evaluate(
        `(() => {
          const script = document.createElement("script");
          script.textContent = "window.hacked = 1";
          document.body.append(script);
          return window.hacked === 1;
        })()`,
      );
      expect(ran).toBe(false);
      expect(problems.splice(0).join()).toContain("Content Security Policy");
    });

    it("finds problems by words and by outcome, and says how many there are", async () => {
      expect(await page.locator("#found").textContent()).toBe("100 of 290 shown.");
      expect(await visibleRows().count()).toBe(100);
      await page.getByLabel("Search in paths").fill("FINANCE locked");
      expect(await page.locator("#found").textContent()).toBe("100 of 160 shown.");
      await page.getByLabel("Outcome", { exact: true }).selectOption("unknown");
      expect(await page.locator("#found").textContent()).toBe("Nothing found.");
      await page.getByLabel("Search in paths").fill("");
      expect(await page.locator("#found").textContent()).toBe("30 items.");
      expect(await page.locator("#more").isVisible()).toBe(false);
      await page.getByLabel("Outcome", { exact: true }).selectOption("");
    });

    it("can be used by keyboard alone", async () => {
      await page.reload();
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.textContent")).toBe("Go to the problems");
      await page.keyboard.press("Enter");
      const seen: unknown[] = [];
      for (let step = 0; step < 12 && seen.at(-1) !== "more"; step += 1) {
        await page.keyboard.press("Tab");
        seen.push(await page.evaluate("document.activeElement.id"));
        if (seen.at(-1) === "search") await page.keyboard.type("finance locked");
      }
      expect(seen).toContain("search");
      expect(seen).toContain("kind");
      expect(seen.at(-1)).toBe("more");
      expect(await visibleRows().count()).toBe(100);
      await page.keyboard.press("Enter");
      expect(await visibleRows().count()).toBe(160);
      await page.getByLabel("Search in paths").fill("");
    });

    it("says the charts in words, names its controls, and has one heading above the others", async () => {
      for (const chart of await page.locator('svg[role="img"]').all()) {
        expect(((await chart.getAttribute("aria-label")) ?? "").length).toBeGreaterThan(20);
      }
      expect(await page.locator('svg[role="img"]').count()).toBe(3);
      expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
      expect(await page.getByRole("heading", { level: 2 }).allTextContents()).toEqual([
        "Outcomes",
        "Throughput",
        "Problems 290 items",
        "Jobs 12 packages, 12 jobs",
      ]);
      for (const control of await page.locator("input, select").all()) {
        const id = await control.getAttribute("id");
        expect(await page.locator(`label[for="${id}"]`).count()).toBe(1);
      }
      for (const table of await page.locator("table").all()) expect(await table.locator("caption").count()).toBe(1);
    });

    it.each(["light", "dark"] as const)("has enough contrast in %s colours", async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      const low = (await page.evaluate(lowContrast)) as readonly string[];
      expect(low).toEqual([]);
    });

    it("fits a narrow screen, and shows all rows without script", async () => {
      const narrow = await browser.newContext({ viewport: { width: 360, height: 640 }, javaScriptEnabled: false });
      const bare = await narrow.newPage();
      await bare.goto(pathToFileURL(path("report", "report.html")).href);
      expect(await bare.locator("#problems tbody tr:visible").count()).toBe(290);
      expect(await bare.getByLabel("Search in paths").isVisible()).toBe(false);
      const wide = await narrow.newPage();
      await wide.close();
      const box = await bare.locator("main").boundingBox();
      expect(box?.width).toBeLessThanOrEqual(360);
      await narrow.close();
    });
  },
);

/** In the page: texts whose contrast with what is behind them is below 4.5:1 (WCAG 2.2, AA). */
const lowContrast = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = ([red, green, blue]) => [red, green, blue]
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
    if (!text || element.tagName === "SCRIPT" || element.tagName === "title") continue;
    const style = getComputedStyle(element);
    const color = element.closest("svg") ? style.fill : style.color;
    const [a, b] = [luminance(channels(color)), luminance(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) low.push(element.tagName + "." + element.getAttribute("class") + " " + ratio.toFixed(2));
  }
  return [...new Set(low)];
})()`;
