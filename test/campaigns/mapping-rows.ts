import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { seededNumbers } from "./seeded-numbers.ts";

/** A line of a mapping file of users. */
export interface MappingRow {
  readonly sourceUserPrincipalName: string;
  readonly targetUserPrincipalName: string;
  readonly userType: "regularUser" | "guestUser" | "adminUser";
  readonly targetEmail: string;
}

const COLUMNS = ["sourceUserPrincipalName", "targetUserPrincipalName", "userType", "targetEmail"] as const;

const USER_TYPES = ["regularUser", "regularUser", "regularUser", "guestUser", "adminUser"] as const;
/** What has to be quoted in URLs, or in CSV, or is folded otherwise than it looks. */
const NAMES = ["ana", "o'neil", "Bo.Berg", "j+tag", "x_y", "MIXED.Case"] as const;

/** So many users, each with names of their own; the same for the same seed. */
export function mappingRows(count: number, seed: string, first = 0): readonly MappingRow[] {
  const draw = seededNumbers(`mappings ${seed} ${first}`);
  return Array.from({ length: count }, (_, index) => {
    const name = `${NAMES[Math.floor(draw() * NAMES.length)]}.${String(first + index).padStart(7, "0")}`;
    return {
      sourceUserPrincipalName: `${name}@south.example`,
      targetUserPrincipalName: `${name}@north.example`,
      userType: USER_TYPES[Math.floor(draw() * USER_TYPES.length)] ?? "regularUser",
      targetEmail: `${name}@mail.north.example`,
    };
  });
}

/** A later state of a mapping file, and what tells it from the first one. */
export interface ChangedRows {
  /** In another order than the first file has. */
  readonly rows: readonly MappingRow[];
  readonly changed: readonly MappingRow[];
  readonly removed: readonly MappingRow[];
  readonly added: readonly MappingRow[];
}

/** 10 % of the rows changed, 5 % gone, and 5 % more. */
export function changedRows(rows: readonly MappingRow[], seed: string): ChangedRows {
  const changed: MappingRow[] = [];
  const removed: MappingRow[] = [];
  const others: MappingRow[] = [];
  for (const [index, row] of rows.entries()) {
    if (index % 20 === 7) removed.push(row);
    else if (index % 10 === 3) changed.push({ ...row, targetEmail: `new.${row.targetEmail}` });
    else others.push(row);
  }
  const added = mappingRows(Math.floor(rows.length / 20), seed, rows.length);
  return { rows: [...added, ...others, ...changed].reverse(), changed, removed, added };
}

/** Writes a CSV file with a header. Every third cell is quoted, which changes nothing of its meaning. */
export async function writeMappingFile(path: string, rows: Iterable<MappingRow>): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    yield `${COLUMNS.join(",")}\r\n`;
    let cells = 0;
    let text = "";
    for (const row of rows) {
      const line = COLUMNS.map((column) => {
        cells += 1;
        return cells % 3 === 0 ? `"${row[column]}"` : row[column];
      });
      text += `${line.join(",")}\r\n`;
      if (text.length < 65_536) continue;
      yield text;
      text = "";
    }
    yield text;
  }
  await pipeline(lines, createWriteStream(path));
}
