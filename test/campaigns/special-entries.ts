import { mkdir, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { TreeEntry } from "./campaign-tree.ts";
import { writeUniqueBytes } from "./unique-bytes.ts";

/** An entry of a tree, and how SharePoint has to have it. */
export interface ExpectedEntry extends TreeEntry {
  /** Below the library's root folder. */
  readonly importedPath: string;
  /** As the file system has it; later than `modified` where that lies ahead. */
  readonly created: Date;
}

const BLOCK = 8 * 1024 * 1024;

/** Around the blocks of AES, the pieces that are hashed, and the blocks that are uploaded. */
const SIZES = [0, 1, 15, 16, 17, 31, 32, 33, 65_535, 65_536, 65_537, BLOCK - 1, BLOCK, BLOCK + 1];

/** Whole files of several MB, and how many. */
const SEVERAL_MEGABYTES = 12;

/** As many bytes as a file system takes. */
const LONG_NAME = `${"漢".repeat(83)}.pdf`;

/** Names that a file system takes and SharePoint doesn't, and what becomes of them; written down, not computed. */
const MENDED_FILES: Readonly<Record<string, string>> = {
  "a:b*c?.txt": "a_x003A_b_x002A_c_x003F_.txt",
  '"<>|\\.txt': "_x0022__x003C__x003E__x007C__x005C_.txt",
  " leading.txt": "_x0020_leading.txt",
  "trailing ": "trailing_x0020_",
  "period.": "period_x002E_",
  con: "_x0063_on",
  LPT7: "_x004C_PT7",
  "Desktop.ini": "_x0044_esktop.ini",
  "old_vti_name.txt": "old__x0076_ti_name.txt",
  "~$owner.docx": "_x007E_$owner.docx",
  "line\nbreak.txt": "line_x000A_break.txt",
  "literal_x0041_.txt": "literal_x0041_.txt",
  "literal_x0041_:.txt": "literal_x005F_x0041__x003A_.txt",
  "cafe\u0301.txt": "caf\u00e9.txt",
  "\u{1f468}\u200d\u{1f469}\u200d\u{1f467} 日本語.txt": "\u{1f468}\u200d\u{1f469}\u200d\u{1f467} 日本語.txt",
  "#%&{}'+,;=@[]()!$^`.txt": "#%&{}'+,;=@[]()!$^`.txt",
  "&amp;]]>.txt": "&amp;]]_x003E_.txt",
  [LONG_NAME]: LONG_NAME,
};

const MENDED_FOLDERS: Readonly<Record<string, string>> = {
  "~folder": "_x007E_folder",
  aux: "_x0061_ux",
  "dots..": "dots._x002E_",
  "tab\tin": "tab_x0009_in",
  Forms: "Forms",
};

/** The oldest is the first that every file system holds. */
const DATES = [
  "1902-01-01T00:00:00Z",
  "1955-11-05T06:15:00Z",
  "1969-12-31T23:59:59Z",
  "1969-07-20T20:17:40.250Z",
  "1970-01-01T00:00:00Z",
  "1999-12-31T23:59:59Z",
  "2000-01-01T00:00:00Z",
  "2000-02-29T12:00:00Z",
  "2004-02-29T23:59:59.999Z",
  "2040-06-07T08:09:10Z",
];

const DEEPEST = 30;

/**
 * Makes a folder of what is rare among files: sizes at every border, `largest` bytes, names that have to be mended, old
 * and future dates, deep and empty folders. Gives its entries, a folder before what is in it.
 */
export async function makeSpecialEntries(source: string, largest: number): Promise<readonly ExpectedEntry[]> {
  const planned: (Pick<ExpectedEntry, "kind" | "path" | "importedPath" | "size"> & { readonly date?: string })[] = [];
  const add = (
    kind: TreeEntry["kind"],
    path: string,
    more: { size?: number; importedPath?: string; date?: string } = {},
  ) =>
    planned.push({
      kind,
      path: `Special/${path}`,
      size: 0,
      ...more,
      importedPath: `Special/${more.importedPath ?? path}`,
    });
  planned.push({ kind: "folder", path: "Special", importedPath: "Special", size: 0 });
  add("folder", "sizes");
  for (const size of SIZES) add("file", `sizes/${size} bytes.bin`, { size });
  for (let number = 0; number < SEVERAL_MEGABYTES; number += 1) {
    add("file", `sizes/several ${number}.mp4`, { size: 2_000_000 + number * 611_953 });
  }
  add("file", "sizes/largest.iso", { size: largest });
  add("folder", "names");
  for (const [name, mended] of Object.entries(MENDED_FILES)) {
    add("file", `names/${name}`, { size: 5, importedPath: `names/${mended}` });
  }
  for (const [name, mended] of Object.entries(MENDED_FOLDERS)) {
    add("folder", `names/${name}`, { importedPath: `names/${mended}` });
    add("file", `names/${name}/in it.txt`, { size: 3, importedPath: `names/${mended}/in it.txt` });
  }
  add("folder", "dates");
  for (const [index, date] of DATES.entries()) {
    add("folder", `dates/${index}`, { date });
    add("file", `dates/${index}/dated.txt`, { size: 7, date });
  }
  add("folder", "deep");
  let deep = "deep";
  for (let depth = 1; depth <= DEEPEST; depth += 1) {
    deep = `${deep}/d${depth}`;
    add("folder", deep);
  }
  add("file", `${deep}/deepest.txt`, { size: 11 });
  add("folder", "empty");

  for (const { kind, path, size } of planned) {
    if (kind === "folder") await mkdir(join(source, path), { recursive: true });
    else await writeUniqueBytes(join(source, path), path, size);
  }
  const entries: ExpectedEntry[] = [];
  const made = new Date("2023-04-05T06:07:08Z");
  // What is in a folder first: writing it changed the folder's date.
  for (const { date, ...entry } of planned.toReversed()) {
    const modified = date === undefined ? made : new Date(date);
    const place = join(source, entry.path);
    await utimes(place, modified, modified);
    const { birthtimeMs } = await stat(place);
    const created = birthtimeMs > 0 ? new Date(Math.min(birthtimeMs, modified.getTime())) : modified;
    entries.unshift({ ...entry, modified, created });
  }
  return entries;
}
