import { mkdir, symlink, writeFile } from "node:fs/promises";
import { collect, temporaryFolder } from "@primepack/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SourceFile, SourceItem, SourceProblem } from "../model/index.ts";
import { type InventoryOptions, inventorySource } from "./inventory.ts";
import type { ReadableBlobs } from "./inventory-content.ts";

const place = temporaryFolder();

async function* bytes(text: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

function lines(...values: readonly unknown[]): AsyncGenerator<Uint8Array> {
  return bytes(values.map((value) => `${typeof value === "string" ? value : JSON.stringify(value)}\n`).join(""));
}

function items(file: InventoryOptions["file"], options: Partial<InventoryOptions> = {}): Promise<SourceItem[]> {
  return collect(inventorySource({ file, ...options }));
}

/** `a/b` for an item, `3 a/b SOURCE_GONE: because` for a problem. */
function brief(item: SourceItem): string {
  if (item.kind === "problem") return `${item.line} ${item.path.join("/")} ${item.code}: ${item.message}`;
  return "path" in item ? item.path.join("/") : item.kind;
}

const unknown = (line: number, path: string, because: string) =>
  `${line} ${path} SOURCE_INVALID_ITEM: Cannot use line ${line} of the inventory as ${because}`;

async function bytesOf(file: SourceItem | undefined): Promise<string> {
  const { content } = file as SourceFile;
  if (content instanceof Uint8Array) return Buffer.from(content).toString();
  if (!("open" in content)) throw new Error("content is a path");
  return Buffer.concat(await collect(await content.open(new AbortController().signal))).toString();
}

describe("inventorySource", () => {
  it("yields what the lines say, and a problem for each line that says nothing", async () => {
    const found = await items(
      lines(
        { kind: "user", login: "CONTOSO\\ada", name: "Ada" },
        { kind: "folder", path: "a", created: "2024-01-02T03:04:05Z" },
        "",
        { kind: "file", path: ["a", "b/c"], content: { base64: "aGk=" }, author: "CONTOSO\\ada" },
        '{"kind":"file"',
        { kind: "file", path: "a/d", content: { base64: "aGk=" }, size: 3 },
        {
          kind: "file",
          path: "a/e",
          content: { base64: "aGk=" },
          versions: [{ size: 1, content: { base64: "aGk=" } }],
        },
        { kind: "problem", path: "a/f", outcome: "skipped", message: "locked" },
        { kind: "deletion", of: "file", path: "z", id: 5 },
        { kind: "deletion", of: "file", path: "z" },
      ),
    );
    expect(found.map(brief)).toEqual([
      "user",
      "a",
      "a/b/c",
      expect.stringMatching(/^5 {2}SOURCE_INVALID_ITEM: Cannot use line 5 of the inventory as it is no JSON/),
      unknown(6, "a/d", "size must be that of its content, 2: current value is 3"),
      unknown(7, "a/e", "versions[0].size must be that of its content, 2: current value is 1"),
      "8 a/f undefined: locked",
      unknown(9, "z", "id must be a GUID: current value is 5"),
      "z",
    ]);
    expect(found[1]).toEqual({ kind: "folder", path: ["a"], created: new Date("2024-01-02T03:04:05Z") });
    expect(found[2]).toMatchObject({ size: 2, content: Uint8Array.from(Buffer.from("hi")) });
  });

  it("finds contents below the inventory's folder, looks up sizes, and can be iterated again", async () => {
    await mkdir(place("files", "deep"), { recursive: true });
    await writeFile(place("files", "deep", "a.txt"), "hello");
    await writeFile(
      place("files", "list.ndjson"),
      '{"kind":"file","path":"a","content":{"path":"deep/a.txt"}}\n{"kind":"file","path":"b","content":{"path":"gone.txt"}}\n{"kind":"file","path":"c","size":7,"modified":"2024-01-02T03:04:05Z","content":{"path":"later.txt"}}\n',
    );
    const source = inventorySource({ file: place("files", "list.ndjson") });
    const found = await collect(source);
    expect(found[0]).toEqual({
      kind: "file",
      path: ["a"],
      size: 5,
      content: { path: place("files", "deep", "a.txt") },
    });
    expect(found[1]).toMatchObject({ kind: "problem", path: ["b"], line: 2, code: "SOURCE_GONE", outcome: "failed" });
    expect(found[2]).toMatchObject({ size: 7, content: { path: place("files", "later.txt"), keepsDates: true } });
    expect(await collect(source)).toEqual(found);
    const [elsewhere] = await items(lines({ kind: "file", path: "a", content: { path: "a.txt" } }), {
      contentRoot: place("files", "deep"),
    });
    expect(elsewhere).toMatchObject({ size: 5 });
  });

  it("leaves contentRoot only where it may", async () => {
    const given = ["../x", "a/../../x", "..", "/etc/passwd", place("x")].map((path) => {
      return { kind: "file", path: "f", size: 1, content: { path } };
    });
    const inside = { kind: "file", path: "f", size: 1, content: { path: "a/..b/...c" } };
    const found = await items(lines(...given, inside), { contentRoot: place() });
    expect(found.map(({ kind }) => kind)).toEqual(["problem", "problem", "problem", "problem", "problem", "file"]);
    expect((found[0] as SourceProblem).message).toContain(
      'content.path must stay below contentRoot: current value is "../x"',
    );
    expect((found[3] as SourceProblem).message).toContain("absolutePaths isn't set");
    const absolute = await items(lines(...given), { contentRoot: place(), absolutePaths: true });
    expect(absolute.map(({ kind }) => kind)).toEqual(["problem", "problem", "problem", "file", "file"]);
    const rootless = await items(lines(inside));
    expect((rootless[0] as SourceProblem).message).toContain("content.path needs contentRoot");
  });

  it("shows no secret of a URL that stands as a path, nor of what a problem repeats", async () => {
    const message = "GET https://contoso.example/a?sv=1&sig=Zm9vYmFyYmF6cXV4%3D failed";
    const given = [
      { kind: "file", path: "f", size: 1, content: { path: "https://contoso.example/a?token=Zm9vYmFy" } },
      { kind: "problem", path: "g", outcome: "failed", message },
    ];
    const found = await items(lines(...given), { contentRoot: place(), absolutePaths: true });
    expect(found).toMatchObject([
      { kind: "problem", message: expect.stringMatching(/content\.path must be a path, not a URL$/) },
      { kind: "problem", message: "GET https://contoso.example/a?sv=1&sig=[redacted] failed" },
    ]);
  });

  it.skipIf(process.platform === "win32")("takes no size of a link", async () => {
    await symlink("list.ndjson", place("link"));
    const [found] = await items(lines({ kind: "file", path: "f", content: { path: "link" } }), {
      contentRoot: place(),
    });
    expect(found).toMatchObject({ kind: "problem", code: "SOURCE_SYMLINK" });
  });

  it("takes blobs of the containers that are given, and of no other", async () => {
    const stored = Buffer.from("stored");
    const blobs: ReadableBlobs = {
      properties: async (name) => ({ name, size: stored.length }),
      read: async function* () {
        yield stored;
      },
    };
    const given = lines(
      { kind: "file", path: "a", content: { blob: "x" } },
      { kind: "file", path: "b", content: { blob: "x", container: "one" } },
      { kind: "file", path: "c", content: { blob: "x", container: "toString" } },
    );
    const found = await items(given, { blobs: { one: blobs } });
    expect(found.map(({ kind }) => kind)).toEqual(["file", "file", "problem"]);
    expect(found[0]).toMatchObject({ size: 6 });
    expect(await bytesOf(found[0])).toBe("stored");
    // Chunks may be transferred, which must not take the container's own memory away.
    const content = (found[1] as SourceFile).content as { open(signal: AbortSignal): AsyncIterable<Uint8Array> };
    const [chunk] = await collect(content.open(new AbortController().signal));
    expect(chunk?.buffer).not.toBe(stored.buffer);
    const two = { one: blobs, two: blobs };
    expect(await items(lines({ kind: "file", path: "a", content: { blob: "x" } }), { blobs: two })).toMatchObject([
      {
        kind: "problem",
        message: expect.stringContaining('content.container must be one or two: current value is "none"'),
      },
    ]);
    expect(await items(lines({ kind: "file", path: "a", content: { blob: "x" } }))).toMatchObject([
      { kind: "problem", message: expect.stringContaining("content.container needs the option blobs") },
    ]);
  });

  it("takes URLs of the origins that are given, and of no other, without showing their query", async () => {
    const given = (url: string, size?: number) => ({
      kind: "file",
      path: "a",
      content: { url },
      ...(size === undefined ? {} : { size }),
    });
    const found = await items(
      lines(
        given("https://files.contoso.com/a?sig=1", 5),
        given("https://files.contoso.com/a?sig=1"),
        given("http://169.254.169.254/latest?sig=1", 5),
        given("https://files.contoso.com:444/a?sig=1", 5),
      ),
      { contentUrls: { origins: ["https://files.contoso.com"] } },
    );
    expect(found[0]).toMatchObject({ kind: "file", size: 5, content: { open: expect.any(Function) } });
    expect(found.slice(1).map(brief)).toEqual([
      unknown(2, "a", "size is missing, as the content has no length"),
      unknown(
        3,
        "a",
        'content.url must be of an origin that contentUrls.origins names: current value is "http://169.254.169.254"',
      ),
      unknown(
        4,
        "a",
        'content.url must be of an origin that contentUrls.origins names: current value is "https://files.contoso.com:444"',
      ),
    ]);
    expect((await items(lines(given("https://files.contoso.com/a?sig=1", 5)))).map(brief)).toEqual([
      unknown(1, "a", "content.url needs the option contentUrls"),
    ]);
  });

  it("survives any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom("ndjson", "csv" as const),
        async (noise, format) => {
          const found = items(bytes(noise), { format });
          const outcome = await found.then(
            (all) => all.every(({ kind }) => kind === "problem"),
            (error: unknown) => (error as { code?: string }).code === "INVENTORY_INVALID",
          );
          expect(outcome).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("cuts no line short that an item follows, whatever stands in the line", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (noise) => {
        const line = Buffer.from(noise).filter((byte) => byte !== 0x0a);
        const given = Buffer.concat([Buffer.from("{}\n"), line, Buffer.from('\n{"kind":"folder","path":"a"}\n')]);
        const found = await items(bytes(given));
        expect(found.at(-1)).toEqual({ kind: "folder", path: ["a"] });
      }),
      { numRuns: 300 },
    );
  });

  it("refuses what can't be read at all", async () => {
    await expect(items(place("missing.ndjson"))).rejects.toMatchObject({ code: "INVALID_OPTION" });
    await expect(items(place())).rejects.toMatchObject({ code: "INVALID_OPTION" });
    expect(() => inventorySource({ file: "x", maxLineBytes: 1 })).toThrow(/maxLineBytes must be an integer from 1024/);
    expect(() => inventorySource({ file: "x", contentUrls: { origins: ["https://contoso.com/a?sig=1"] } })).toThrow(
      /origins as each must be like https:\/\/files.contoso.com: current value is "https:\/\/contoso.com\/a"$/,
    );
    const controller = new AbortController();
    controller.abort();
    const given = lines({ kind: "folder", path: "a" });
    await expect(items(given, { signal: controller.signal })).rejects.toMatchObject({ code: "ABORTED" });
  });

  it("sorts into the order of a source, through files if it has to", async () => {
    const given = [
      { kind: "deletion", of: "file", path: "0" },
      { kind: "file", path: "b/a.txt", content: { base64: "" } },
      { kind: "file", path: "a", content: { base64: "" } },
      "no json",
      { kind: "file", path: "a-b/c", content: { base64: "" } },
      { kind: "file", path: ["a", "b", "c"], content: { base64: "" } },
      { kind: "folder", path: "b" },
      { kind: "list", permissions: [] },
      { kind: "folder", path: "a/b" },
      { kind: "user", login: "z" },
      { kind: "group", name: "g", members: ["z"] },
    ];
    const expected = ["4  ", "user", "group", "", "a", "a/b", "a/b/c", "a-b/c", "b", "b/a.txt", "0"];
    for (const memoryBytes of [1, 1_000_000]) {
      const found = await items(lines(...given), { sort: { directory: place(), memoryBytes } });
      expect(found.map((item) => brief(item).replace(/SOURCE_INVALID_ITEM.*/, ""))).toEqual(expected);
    }
  });

  it("counts lines as an editor does, also where they are sorted", async () => {
    const text = '\ufeff\r\n{"kind":"folder","path":"b"}\r\n\r\n{"kind":"folder","path":"a","x":1}\r\n';
    const found = await items(bytes(text), { sort: { directory: place() } });
    expect(found.map(brief)).toEqual([unknown(4, "a", 'it has a property that is unknown: current value is "x"'), "b"]);
  });

  it("takes the format from the option, else from the name", async () => {
    await writeFile(place("list.CSV"), "kind,path\nfolder,a\n");
    expect((await items(place("list.CSV"))).map(brief)).toEqual(["a"]);
    expect((await items(bytes("kind,path\nfolder,a\n"), { format: "csv" })).map(brief)).toEqual(["a"]);
    await expect(items(place("list.CSV"), { format: "ndjson" })).resolves.toMatchObject([{ line: 1 }, { line: 2 }]);
  });
});
