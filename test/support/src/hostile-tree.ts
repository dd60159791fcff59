import { execFileSync } from "node:child_process";
import { chmod, link, mkdir, rename, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HostileName, hostileFileNames, hostileFolderNames } from "./hostile-names.ts";

export interface HostileEntry {
  /** Names below the tree's root; a byte that is no UTF-8 stands as a lone surrogate U+DC80 to U+DCFF. */
  readonly path: readonly string[];
  readonly kind: "file" | "folder" | "link" | "special";
  /** Bytes of a file. */
  readonly size?: number;
  /**
   * For a user without rights of its own: `unreadable` is listed, but a file can't be opened, a folder not be listed;
   * `unknown` is listed, but can't be looked at; `unseen` is below a folder that can't be listed.
   */
  readonly access: "readable" | "unreadable" | "unknown" | "unseen";
  /** Why it is here. */
  readonly what: string;
}

export interface HostileTree {
  readonly root: string;
  /** Each entry that was made, but for what is in {@link HostileTree.endless}. */
  readonly entries: readonly HostileEntry[];
  /** A chain of folders whose paths outgrow what the system opens; where a reader has to stop depends on the root's path. */
  readonly endless: readonly string[];
  /** What this platform or file system can't hold; empty on Linux. */
  readonly impossible: readonly string[];
  /** Removes the tree, which takes more than `fs.rm`: no call takes its longest paths, and some folders are closed. */
  remove(): Promise<void>;
}

/**
 * Makes a tree of whatever a source may hold that SharePoint refuses or changes, or a reader trips over.
 *
 * @param root A folder to be made; other users must be able to reach it if the tree is read by one.
 */
export async function makeHostileTree(root: string): Promise<HostileTree> {
  const maker = new TreeMaker(root);
  await mkdir(root);
  await chmod(root, 0o755);
  for (const name of hostileFileNames) await maker.file(["names"], name);
  for (const name of hostileFolderNames) {
    await maker.folder([], name);
    await maker.file([name.name], { name: "inside.txt", what: name.what }, name.bytes);
  }
  await makePlainOddities(maker);
  await makeLinks(maker);
  await makeSpecials(maker);
  await makeUnreadables(maker);
  await makeDeepPath(maker);
  await makeEndlessPath(maker);
  return {
    root,
    entries: maker.entries,
    endless: ["endless"],
    impossible: maker.impossible,
    remove: () => removeTree(root),
  };
}

class TreeMaker {
  readonly root: string;
  readonly entries: HostileEntry[] = [];
  readonly impossible: string[] = [];
  readonly #folders = new Set<string>();

  constructor(root: string) {
    this.root = root;
  }

  absolute(...names: readonly string[]): string {
    return join(this.root, ...names);
  }

  /** Writes a file of a few bytes in a folder whose last name may be of bytes; folders above are made and described. */
  async file(above: readonly string[], name: HostileName, aboveBytes?: readonly number[]): Promise<void> {
    await this.#makeFolders(above);
    const content = `content of ${JSON.stringify(name.name)}`;
    const path = this.#native(above, name, aboveBytes);
    await this.attempt(
      { path: [...above, name.name], kind: "file", size: Buffer.byteLength(content), what: name.what },
      () => writeFile(path, content, { flag: "wx" }),
    );
  }

  async folder(above: readonly string[], name: HostileName): Promise<void> {
    await this.#makeFolders(above);
    const path = [...above, name.name];
    this.#folders.add(path.join("/"));
    await this.attempt({ path, kind: "folder", what: name.what }, () => mkdir(this.#native(above, name)));
  }

  /** Makes an entry and describes it, or notes that it can't be made here. */
  async attempt(
    entry: Omit<HostileEntry, "access"> & Partial<Pick<HostileEntry, "access">>,
    make: () => Promise<unknown> | unknown,
  ): Promise<void> {
    try {
      await make();
      this.entries.push({ access: "readable", ...entry });
    } catch (reason) {
      this.impossible.push(`${entry.what} (${JSON.stringify(entry.path)}): ${String(reason)}`);
    }
  }

  async #makeFolders(path: readonly string[]): Promise<void> {
    for (let length = 1; length <= path.length; length++) {
      const part = path.slice(0, length);
      const key = part.join("/");
      if (this.#folders.has(key)) continue;
      this.#folders.add(key);
      await this.attempt({ path: part, kind: "folder", what: "a folder for others" }, () =>
        mkdir(this.absolute(...part)),
      );
    }
  }

  /** By hand, since names are not always what `path.join` would leave alone. */
  #native(above: readonly string[], name: HostileName, aboveBytes?: readonly number[]): Buffer | string {
    if (process.platform === "win32") return this.absolute(...above, name.name);
    const folders = aboveBytes === undefined ? above.map((part) => Buffer.from(part)) : [Buffer.from(aboveBytes)];
    const last = name.bytes === undefined ? Buffer.from(name.name) : Buffer.from(name.bytes);
    const slash = Buffer.from("/");
    return Buffer.concat([Buffer.from(this.root), ...[...folders, last].flatMap((part) => [slash, part])]);
  }
}

async function makePlainOddities(maker: TreeMaker): Promise<void> {
  await maker.folder([], { name: "empty folder", what: "an empty folder" });
  await maker.folder([], { name: "files", what: "a folder for others" });
  const at = (name: string) => maker.absolute("files", name);
  const file = (name: string, size: number, what: string, make: () => Promise<unknown>) =>
    maker.attempt({ path: ["files", name], kind: "file", size, what }, make);
  await file("empty.txt", 0, "an empty file", () => writeFile(at("empty.txt"), ""));
  await file("sparse.bin", 8_388_608, "a file of nothing but a hole", async () => {
    await writeFile(at("sparse.bin"), "");
    await truncate(at("sparse.bin"), 8_388_608);
  });
  await file("one of two.txt", 4, "a file with two names", () => writeFile(at("one of two.txt"), "same"));
  await file("two of two.txt", 4, "a file with two names", () => link(at("one of two.txt"), at("two of two.txt")));
  for (const [name, date] of [
    ["old.txt", "1850-06-01T00:00:00.500Z"],
    ["before 1970.txt", "1969-12-31T23:59:58.500Z"],
    ["future.txt", "2400-01-01T00:00:00Z"],
  ] as const) {
    await file(name, 3, "an odd date", async () => {
      await writeFile(at(name), "odd");
      await utimes(at(name), new Date(date), new Date(date));
    });
  }
}

async function makeLinks(maker: TreeMaker): Promise<void> {
  await maker.folder([], { name: "links", what: "a folder for others" });
  for (const [name, target, what] of [
    ["to file", "../files/empty.txt", "a link to a file"],
    ["to folder", "../files", "a link to a folder"],
    ["to nothing", "missing", "a link to nothing"],
    ["to itself", "to itself", "a link to itself"],
    ["to above", "..", "a link to a folder above it"],
    ["out of the tree", "/", "a link out of the tree"],
    ["a", "b", "one of two links in a ring"],
    ["b", "a", "one of two links in a ring"],
  ] as const) {
    await maker.attempt({ path: ["links", name], kind: "link", what }, () =>
      symlink(target, maker.absolute("links", name)),
    );
  }
}

async function makeSpecials(maker: TreeMaker): Promise<void> {
  await maker.folder([], { name: "special", what: "a folder for others" });
  const pipe = maker.absolute("special", "pipe");
  await maker.attempt({ path: ["special", "pipe"], kind: "special", what: "a pipe that no one writes to" }, () =>
    execFileSync("mkfifo", [pipe], { stdio: "pipe" }),
  );
  await maker.attempt({ path: ["special", "socket"], kind: "special", what: "a socket" }, () =>
    makeSocket(maker.absolute("special", "socket")),
  );
}

/** Bound under a short path, since a socket's address holds no more than 100 bytes, then moved; closing leaves it there. */
async function makeSocket(path: string): Promise<void> {
  const short = join(tmpdir(), `primepack-${process.pid}.sock`);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(short, resolve);
  });
  await rename(short, path);
  await new Promise((resolve) => server.close(resolve));
}

async function makeUnreadables(maker: TreeMaker): Promise<void> {
  await maker.folder([], { name: "closed", what: "a folder for others" });
  const path = (...names: string[]) => ["closed", ...names];
  const close = (mode: number, ...names: string[]) => chmod(maker.absolute(...path(...names)), mode);
  await maker.attempt(
    { path: path("file.txt"), kind: "file", size: 6, access: "unreadable", what: "a file that can't be read" },
    async () => {
      await writeFile(maker.absolute(...path("file.txt")), "secret");
      await close(0, "file.txt");
    },
  );
  for (const [name, mode, folder, inside] of [
    ["no rights", 0o000, "unreadable", "unseen"],
    ["enter only", 0o111, "unreadable", "unseen"],
    ["list only", 0o444, "readable", "unknown"],
  ] as const) {
    const what = `a folder with mode ${mode.toString(8)}`;
    await maker.attempt({ path: path(name), kind: "folder", access: folder, what }, () =>
      mkdir(maker.absolute(...path(name))),
    );
    await maker.attempt({ path: path(name, "inside.txt"), kind: "file", size: 6, access: inside, what }, () =>
      writeFile(maker.absolute(...path(name, "inside.txt")), "inside"),
    );
    await close(mode, name);
  }
}

/** Longer than SharePoint's 400 characters, short enough for every system but old Windows. */
async function makeDeepPath(maker: TreeMaker): Promise<void> {
  const above = ["deep", ...Array.from({ length: 12 }, (_, level) => `level ${level} `.padEnd(48, "x"))];
  await maker.file(above, { name: "at the bottom.txt", what: "a path over 400 characters" });
}

/** No call takes the whole path, so that the halves are made apart, and one is moved into the other. */
async function makeEndlessPath(maker: TreeMaker): Promise<void> {
  const half = Array.from({ length: 14 }, () => "e".repeat(200));
  const lower = maker.absolute("lower");
  try {
    await mkdir(maker.absolute("endless", ...half), { recursive: true });
    await mkdir(join(lower, ...half), { recursive: true });
    await rename(lower, maker.absolute("endless", ...half, "lower"));
  } catch (reason) {
    maker.impossible.push(`a path that no call takes: ${String(reason)}`);
    await removeTree(lower);
  }
}

async function removeTree(root: string): Promise<void> {
  if (process.platform === "win32") {
    await rm(root, { recursive: true, force: true });
    return;
  }
  for (const name of ["no rights", "enter only", "list only"]) {
    await chmod(join(root, "closed", name), 0o700).catch(() => undefined);
  }
  execFileSync("rm", ["-rf", root]);
}
