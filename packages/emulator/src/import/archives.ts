import type { ImportRequest } from "../ports.ts";
import { demand, Fault, fatal } from "./fault.ts";
import { QuickXorHash } from "./quick-xor-hash.ts";
import { findBlob, plainBytes } from "./stored-bytes.ts";
import { childrenNamed, type Element } from "./xml-reader.ts";
import { type ZipMember, zipMembers } from "./zip.ts";

/** Limits of `ArchivedFiles.xml`: archives of a package, bytes of an archive, and of a member (less than). */
const mostArchives = 2;
const mostArchiveBytes = 10 * 1024 * 1024;
const mostMemberBytes = 100 * 1024;

/** The members of the package's archives by `FileValue`. */
export type Archives = ReadonlyMap<string, ZipMember>;

/**
 * Opens the archives that `ArchivedFiles.xml` lists. A zip is encrypted as a whole, and its checksum is over the
 * plaintext zip; by the switch `archiveEncryption` its members are as they are stored, encrypted again. Whatever is wrong with one ends the job.
 */
export async function openArchives(root: Element | undefined, request: ImportRequest): Promise<Archives> {
  const all = new Map<string, ZipMember>();
  const archives = root ? childrenNamed(root, "ArchivedFile") : [];
  try {
    demand(
      archives.length <= mostArchives,
      `A package may have ${mostArchives} archives: there are ${archives.length}.`,
    );
    demand(archives.length === 0 || request.key !== undefined, "Archives need an encrypted package.");
    for (const archive of archives) {
      const { Name = "", Checksum = "" } = archive.attributes;
      const members = zipMembers(await zipOf(Name, Checksum, request), mostMemberBytes);
      for (const file of childrenNamed(archive, "File")) {
        const value = file.attributes.FileValue ?? "";
        const member = members.get(value);
        demand(member !== undefined, `The archive '${Name}' does not hold '${value}'.`);
        const isEncrypted = request.switches.archiveEncryption === "members";
        const size = isEncrypted ? member.size : encryptedSize(member.size);
        demand(size < mostMemberBytes, `The member '${value}' of '${Name}' is 100 KB or more.`);
        demand(!all.has(value), `'${value}' is listed in ArchivedFiles.xml more than once.`);
        all.set(value, member);
      }
    }
  } catch (error) {
    if (error instanceof Fault) throw fatal(`ArchivedFiles.xml: ${error.message}`, "sharePoint", error);
    throw error;
  }
  return all;
}

function encryptedSize(size: number): number {
  return 16 * (Math.floor(size / 16) + 1);
}

async function zipOf(name: string, checksum: string, request: ImportRequest): Promise<Buffer> {
  const blob = await findBlob(request.data, name, { missingSnapshot: request.switches.missingSnapshot });
  demand(blob !== undefined, `The blob '${name}' does not exist.`);
  demand(
    blob.size <= mostArchiveBytes + 16,
    `The archive '${name}' has ${blob.size} bytes of at most ${mostArchiveBytes}.`,
  );
  const chunks: Uint8Array[] = [];
  const hash = new QuickXorHash();
  for await (const chunk of plainBytes(blob, request.key, request.signal)) {
    chunks.push(chunk);
    hash.update(chunk);
  }
  demand(hash.digest() === checksum, `The checksum of the archive '${name}' does not match: '${hash.digest()}'.`);
  return Buffer.concat(chunks);
}
