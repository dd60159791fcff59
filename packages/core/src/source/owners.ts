import type { Stats } from "node:fs";
import { readFile } from "node:fs/promises";

/** The login of an entry's owner. */
export type OwnerOf = (stats: Pick<Stats, "uid">) => string;

const ACCOUNTS = "/etc/passwd";

/**
 * Owners by the accounts of this machine, else as `uid:1000`: accounts of a directory service stand in no file.
 * Undefined on Windows, where Node doesn't say who owns an entry.
 */
export async function localOwners(platform: NodeJS.Platform = process.platform): Promise<OwnerOf | undefined> {
  if (platform === "win32") return undefined;
  // Without the file, which a container image may lack, all are known by their numbers.
  return ownersOf(await readFile(ACCOUNTS, "utf8").catch(() => ""));
}

/** Owners by the lines of passwd(5); of several logins of one number the first counts. */
export function ownersOf(accounts: string): OwnerOf {
  const logins = new Map<number, string>();
  for (const line of accounts.split("\n")) {
    const [login = "", , uid = ""] = line.split(":");
    if (login !== "" && /^\d+$/.test(uid) && !logins.has(Number(uid))) logins.set(Number(uid), login);
  }
  return ({ uid }) => logins.get(uid) ?? `uid:${uid}`;
}
