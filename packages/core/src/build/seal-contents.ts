import type { LimitFunction } from "p-limit";
import { PrimepackError, type Secret } from "../errors/index.ts";
import type { PackageContainers, PackagePlan, PlannedItem, SealedBlob, SourceContent } from "../model/index.ts";
import { QuickXorHash } from "../seal/quick-xor-hash.ts";
import { type ArchiveMember, archiveRoom, readMember, zipStored } from "./archives.ts";
import { contentsOf, type ItemContent } from "./contents.ts";
import { grownItems, packageGrowthLimit } from "./grown-items.ts";
import { removeIfAllowed } from "./worker/remove-if-allowed.ts";
import type { Sealer } from "./worker/sealer.ts";

/** Members of archives that are read at once, for those that come over a network. */
const MEMBERS_AT_ONCE = 8;

/** What sealing the contents of a package needs. */
export interface SealContentsPorts {
  readonly sealer: Sealer;
  /** AES-256 key of the package; undefined: its blobs are stored as they are. */
  readonly key: Secret<Uint8Array> | undefined;
  /** Contents that only this process has, by the handles of the plan. */
  readonly local: ReadonlyMap<number, SourceContent>;
  /** Held while a package's archives are made: their members, 20 MB at most, are in memory then. */
  readonly archiving: LimitFunction;
  readonly signal: AbortSignal;
  /** A file's content is stored. */
  onStored?(): void;
}

/** An archive that is stored. */
export interface SealedArchive {
  readonly blob: SealedBlob;
  /** Names of its members. */
  readonly members: readonly string[];
}

export interface SealedContents {
  /** By name: blobs of their own, and members of archives, which have no MD5 (the empty text) and no IV. */
  readonly sealed: ReadonlyMap<string, SealedBlob>;
  readonly archives: readonly SealedArchive[];
  /** Items of which some content failed; nothing of them is stored. */
  readonly failures: ReadonlyMap<PlannedItem, PrimepackError>;
}

/**
 * Seals and stores all contents of a package. An item of which one content can't be read fails as a whole: its other
 * blobs are removed. Rejects when the container or the sealing fails.
 */
export async function sealContents(
  plan: PackagePlan,
  containers: PackageContainers,
  ports: SealContentsPorts,
): Promise<SealedContents> {
  const contents = plan.items.flatMap(contentsOf);
  const work = new ContentSealing(plan, containers, ports, contents);
  await work.sealBlobs();
  const archives = contents.some(({ content }) => content.archive !== undefined)
    ? await ports.archiving(() => work.sealArchives())
    : [];
  if (archives.length === 0) await work.dropGrown();
  return { sealed: work.sealed, archives, failures: work.failures };
}

class ContentSealing {
  readonly sealed = new Map<string, SealedBlob>();
  readonly failures = new Map<PlannedItem, PrimepackError>();
  readonly #plan: PackagePlan;
  readonly #containers: PackageContainers;
  readonly #ports: SealContentsPorts;
  readonly #contents: readonly ItemContent[];
  readonly #members = new Map<string, ArchiveMember>();

  constructor(
    plan: PackagePlan,
    containers: PackageContainers,
    ports: SealContentsPorts,
    contents: readonly ItemContent[],
  ) {
    this.#plan = plan;
    this.#containers = containers;
    this.#ports = ports;
    this.#contents = contents;
  }

  /** Contents that get blobs of their own. */
  async sealBlobs(): Promise<void> {
    const { sealer, key, local, signal } = this.#ports;
    const contents = this.#takeStored(this.#contents.filter(({ content }) => content.archive === undefined));
    if (contents.length === 0) return;
    // What an encrypted blob holds is nobody's business.
    const contentType = key === undefined ? await contentTypeByName() : () => ({});
    const results = await sealer.sealPackage({
      name: this.#plan.name,
      containers: this.#containers,
      key,
      local,
      signal,
      onStored: (index, sealed) => {
        this.#containers.onStored?.(sealed);
        this.#tellStored(contents[index]);
      },
      requests: contents.map(({ name, content: { blob, size, content } }) => ({
        blob,
        size,
        content,
        ...contentType(name),
      })),
    });
    contents.forEach((content, index) => {
      const result = results[index];
      if (result?.ok) this.sealed.set(content.content.blob, result.sealed);
      else if (result) this.#fail(content, result.error);
    });
    await this.#dropFailed();
  }

  /** Leaves what an earlier attempt has not stored in these containers. */
  #takeStored(contents: readonly ItemContent[]): readonly ItemContent[] {
    const { stored } = this.#containers;
    if (stored === undefined) return contents;
    return contents.filter((content) => {
      const sealed = stored.get(content.content.blob);
      if (sealed === undefined) return true;
      this.sealed.set(sealed.name, sealed);
      this.#tellStored(content);
      return false;
    });
  }

  /** Reads the contents that travel in archives, and stores these. */
  async sealArchives(): Promise<SealedArchive[]> {
    await this.#readMembers();
    await this.dropGrown();
    const archives: SealedArchive[] = [];
    const { sealer, key, signal } = this.#ports;
    for (const [name, contents] of this.#byArchive()) {
      const members = contents
        .map(({ content }) => this.#members.get(content.blob))
        .filter((held) => held !== undefined);
      const options = { key, signal, isContent: true };
      const zip = zipStored(members);
      const blob = await sealer.sealStream(this.#containers.content, this.#plan.name, name, [zip], options);
      archives.push({ blob, members: members.map((member) => member.name) });
      for (const content of contents) this.#tellStored(content);
    }
    this.#members.clear();
    return archives;
  }

  /** Leaves out what has grown too much for the package or its archive. */
  async dropGrown(): Promise<void> {
    const sizeOf = (blob: string) => this.sealed.get(blob)?.size ?? 0;
    const drop = (grown: ReadonlyMap<PlannedItem, PrimepackError>) => {
      for (const [item, error] of grown) this.failures.set(item, error);
      return this.#dropFailed();
    };
    for (const [archive, contents] of this.#byArchive()) {
      const bytes = archiveRoom(contents.map(({ content }) => content.blob));
      const counts = (content: ItemContent["content"]) => content.archive === archive;
      await drop(grownItems(this.#left(), sizeOf, { of: "archive", bytes, exceptAlone: false, counts }));
    }
    await drop(grownItems(this.#left(), sizeOf, packageGrowthLimit));
  }

  async #readMembers(): Promise<void> {
    const waiting = [...this.#byArchive().values()].flat();
    const { local, signal } = this.#ports;
    const read = async (): Promise<void> => {
      for (let content = waiting.shift(); content !== undefined; content = waiting.shift()) {
        try {
          const member = await readMember(content.content, local, signal);
          this.#members.set(member.name, member);
          this.sealed.set(member.name, memberFacts(member));
        } catch (reason) {
          signal.throwIfAborted();
          this.#fail(content, PrimepackError.from(reason, "SOURCE_FAILED", "read a content"));
        }
      }
    };
    await Promise.all(Array.from({ length: MEMBERS_AT_ONCE }, read));
    await this.#dropFailed();
  }

  /** The contents of items that have not failed, by their archives. */
  #byArchive(): ReadonlyMap<string, readonly ItemContent[]> {
    const archives = new Map<string, ItemContent[]>();
    for (const content of this.#contents) {
      const { archive } = content.content;
      if (archive === undefined || this.failures.has(content.item)) continue;
      const members = archives.get(archive);
      if (members) members.push(content);
      else archives.set(archive, [content]);
    }
    return archives;
  }

  #left(): PlannedItem[] {
    return this.#plan.items.filter((item) => !this.failures.has(item));
  }

  /** The first failure of an item counts; it names the part where the item has several. */
  #fail({ item, part }: ItemContent, error: PrimepackError): void {
    if (this.failures.has(item)) return;
    this.failures.set(item, part === undefined ? error : partError(part, error));
  }

  /** Removes what is stored of items that have failed. */
  async #dropFailed(): Promise<void> {
    if (this.failures.size === 0) return;
    for (const { item, content } of this.#contents) {
      if (!this.failures.has(item) || !this.sealed.delete(content.blob)) continue;
      if (!this.#members.delete(content.blob) && !this.#keepsBlobs) {
        await removeIfAllowed(this.#containers.content, content.blob, this.#ports.signal);
      }
    }
  }

  /** Whoever was told that a blob is stored may go by it in a later attempt, in which its item need not fail again. */
  get #keepsBlobs(): boolean {
    return this.#containers.onStored !== undefined || this.#containers.stored !== undefined;
  }

  #tellStored(content: ItemContent | undefined): void {
    // A file is one, however many versions it has.
    if (content !== undefined && content.item === content.content) this.#ports.onStored?.();
  }
}

function memberFacts({ name, bytes, modified }: ArchiveMember): SealedBlob {
  return {
    name,
    size: bytes.length,
    storedSize: bytes.length,
    md5: "",
    quickXorHash: Buffer.from(new QuickXorHash().update(bytes).digest()).toString("base64"),
    ...(modified === undefined ? {} : { modified }),
  };
}

function partError(part: string, error: PrimepackError): PrimepackError {
  const { code, message, hint } = error;
  return new PrimepackError(code, `Cannot package the item as its ${part} failed: ${message}`, { cause: error, hint });
}

/** Loads its table of types, which most runs do without, when it is needed. */
async function contentTypeByName(): Promise<(name: string) => { contentType?: string }> {
  const { default: mime } = await import("mime-types");
  return (name) => {
    const type = mime.lookup(name);
    return type === false ? {} : { contentType: type };
  };
}
