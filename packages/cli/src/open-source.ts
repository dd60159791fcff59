import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import {
  azureBlobSource,
  countFileSystem,
  describe,
  fileSystemSource,
  inventorySource,
  openLocatedContainer,
  PrimepackError,
  type ReadableBlobs,
  type Secret,
  type Source,
} from "@primepack/core";
import type {
  BlobArguments,
  FileArguments,
  InventoryArguments,
  SourceArguments,
} from "./arguments/source-arguments.ts";
import type { CommandContext } from "./command-context.ts";
import { blobSas, networkFromEnvironment } from "./environment.ts";
import { sourcePaths } from "./source-paths.ts";
import type { Work } from "./view/work-rate.ts";

/** A source that the command line names. */
export interface OpenedSource {
  readonly source: Source;
  /** Absolute; folders and files that are read as a whole. */
  readonly paths: readonly string[];
  /** Counts the items beside the run, where that costs little. */
  readonly count?: (signal: AbortSignal) => Promise<Work>;
}

/** What opening a source takes of the process. */
type SourceContext = Pick<CommandContext, "cwd" | "env"> & {
  readonly interrupt: { readonly signal: AbortSignal };
};

/**
 * Opens the source, as far as that shows mistakes of the command line. Throws INVALID_OPTION.
 *
 * @param isDelta - a ledger will ask what entries stay the same when they are moved.
 */
export async function openSource(
  flags: SourceArguments,
  context: SourceContext,
  isDelta: boolean,
): Promise<OpenedSource> {
  if (flags.kind === "files") return openFiles(flags, context, isDelta);
  const source = await (flags.kind === "blobs" ? openBlobs(flags, context) : openInventory(flags, context));
  return { source, paths: [] };
}

async function openFiles(
  { paths: named, include, exclude, owners, sidecar }: FileArguments,
  { cwd, interrupt: { signal } }: SourceContext,
  identity: boolean,
): Promise<OpenedSource> {
  const paths = await sourcePaths(named, cwd);
  const options = { include, exclude, ...(sidecar !== undefined && { sidecar }) };
  return {
    paths,
    source: fileSystemSource(paths, { ...options, owners, identity, signal }),
    count: (countSignal) => countFileSystem(paths, { ...options, signal: countSignal }),
  };
}

async function openBlobs({ container, sasFile, prefix }: BlobArguments, context: SourceContext): Promise<Source> {
  const { cwd, env, interrupt } = context;
  const credential = await blobSas(sasFile && resolve(cwd, sasFile), env);
  const network = networkFromEnvironment(env);
  return azureBlobSource({
    container,
    signal: interrupt.signal,
    ...(credential && { credential }),
    ...(prefix !== undefined && { prefix }),
    ...(network && { network }),
  });
}

async function openInventory(flags: InventoryArguments, context: SourceContext): Promise<Source> {
  const { cwd, env, interrupt } = context;
  const { delimiter, contentRoot, absolutePaths, contentOrigins, sort, temp, blobs } = flags;
  const file = resolve(cwd, flags.file);
  await refuseUnlessA("file", "--inventory", file);
  if (contentRoot !== undefined) await refuseUnlessA("folder", "--content-root", resolve(cwd, contentRoot));
  if (temp !== undefined) await refuseUnlessA("folder", "--temp", resolve(cwd, temp));
  const network = networkFromEnvironment(env);
  return inventorySource({
    file,
    absolutePaths,
    signal: interrupt.signal,
    ...(delimiter && { delimiter }),
    ...(contentRoot !== undefined && { contentRoot: resolve(cwd, contentRoot) }),
    ...(contentOrigins.length > 0 && { contentUrls: { origins: contentOrigins, ...(network && { network }) } }),
    ...(blobs && { blobs: await blobsOf(blobs, context) }),
    ...(sort && { sort: { directory: temp === undefined ? tmpdir() : resolve(cwd, temp) } }),
  });
}

/** A mistake in the name is told before there is a run. */
async function refuseUnlessA(wanted: "file" | "folder", flag: string, path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw new PrimepackError("INVALID_OPTION", `Cannot read ${flag} as ${describe(error)}`, { cause: error });
  });
  if (found.isDirectory() !== (wanted === "folder")) {
    throw new PrimepackError(
      "INVALID_OPTION",
      `Cannot read ${flag} as it must be a ${wanted}: current value is ${path}`,
    );
  }
}

/** The container under its own name. */
async function blobsOf(
  { container, sasFile }: NonNullable<InventoryArguments["blobs"]>,
  { cwd, env }: SourceContext,
): Promise<Readonly<Record<string, ReadableBlobs>>> {
  const url = containerUrl(container);
  const sas = await blobSas(sasFile && resolve(cwd, sasFile), env);
  const network = networkFromEnvironment(env);
  const opened = openLocatedContainer({ kind: "azure", url: url.href }, optionsOf(sas, network));
  return { [url.pathname.slice(url.pathname.lastIndexOf("/") + 1)]: opened };
}

function optionsOf(
  sas: Secret | undefined,
  network: ReturnType<typeof networkFromEnvironment>,
): Parameters<typeof openLocatedContainer>[1] {
  return { ...(sas && { sas }), ...(network && { network }) };
}

function containerUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.search === "" && /\/[^/]+$/.test(url.pathname))
    return url;
  // A query could be a SAS, which is a secret.
  const shown = url === undefined ? "no URL" : url.origin + url.pathname;
  throw new PrimepackError(
    "INVALID_OPTION",
    `Cannot use --blob-container as it must be the URL of a container without a query: current value is ${shown}`,
  );
}
