import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { PrimepackError } from "@primepack/core/errors";
import { importPackage, openSite, type SiteState } from "./import/index.ts";
import { openJobService } from "./jobs/index.ts";
import { graphCrossTenantRoutes } from "./server/graph-cross-tenant.ts";
import { graphDriveRoutes } from "./server/graph-drives.ts";
import { graphMigrationRoutes } from "./server/graph-migration.ts";
import { graphService } from "./server/graph-service.ts";
import { startHttpServer } from "./server/http-server.ts";
import { sharePointService } from "./server/sharepoint-service.ts";
import { openStorage } from "./storage/storage.ts";
import { openCrossTenant } from "./tenant/open-cross-tenant.ts";
import { resolveOrganizations } from "./tenant/organizations.ts";
import type { EmulatedList, Emulator, EmulatorFaults, EmulatorOptions, EmulatorSwitches } from "./types.ts";

const DEFAULT_LISTS: readonly EmulatedList[] = [{ title: "Documents", url: "Shared Documents" }];
/** The library of a SharePoint Embedded container. */
const CONTAINER_LISTS: readonly EmulatedList[] = [{ title: "Documents", url: "Document Library" }];
const DEFAULT_SWITCHES: Required<EmulatorSwitches> = {
  badJobStatus: 400,
  missingSnapshot: "object",
  sideFiles: "lenient",
  manifestOrder: "listed",
  existingFiles: "append",
  errorLimit: 100,
  md5Error: "mismatch",
  archiveEncryption: "archive",
  logLines: "fields",
  movedItems: "refuse",
  deletedObjects: "delete",
  deleteRunning: "cancel",
};

/** `ports.json`: URIs that were given out stay good when the emulator comes back. */
interface Ports {
  readonly http: number;
  readonly blob: number;
  readonly queue: number;
}

/**
 * Starts a Migration API on loopback, with an Azurite behind it, over what the folder holds from an earlier life: sites,
 * jobs, containers and queues. Jobs that were not over go on.
 *
 * Rejects with INVALID_OPTION, EMULATOR_IN_USE if another emulator has the folder, or EMULATOR_START_FAILED.
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { site = "/sites/emulated", graphContainers = ["b!emulated"], lists = DEFAULT_LISTS, now } = options;
  checkSite(site);
  checkCount("concurrentJobs", options.concurrentJobs);
  checkCount("switches.errorLimit", options.switches?.errorLimit);
  const organizations = resolveOrganizations(options.organizations);
  const directory = resolve(options.directory);
  const own = join(directory, "emulator");
  await mkdir(directory, { recursive: true });
  // Queues, logs and SAS of jobs under way are nobody else's.
  await mkdir(own, { recursive: true, mode: 0o700 });
  const ports = await readPorts(join(own, "ports.json"));
  let faults = options.faults ?? {};
  const switches = { ...DEFAULT_SWITCHES, ...options.switches };
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    const ends = [];
    for (const end of opened.splice(0).reverse()) ends.push(await end().then(undefined, (error: unknown) => [error]));
    const failure = ends.find((end) => end !== undefined);
    if (failure !== undefined) throw failure[0];
  };
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= closeAll();
    return closed;
  };
  try {
    const storage = await openStorage({
      directory: join(own, "azurite"),
      ...(ports === undefined ? {} : { ports }),
      now,
      sasLifetime: () => faults.sasLifetimeMs,
    });
    opened.push(() => storage.close());
    const open = async (url: string, siteLists: readonly EmulatedList[]) => {
      const state = await openSite(directory, { url, lists: siteLists, ...(now === undefined ? {} : { now }) });
      opened.push(() => state.close());
      return state;
    };
    const collection = await open(site, lists);
    const containers = new Map<string, SiteState>();
    for (const id of graphContainers) containers.set(id, await open(containerUrl(id), CONTAINER_LISTS));
    const jobs = await openJobService({
      directory: join(own, "jobs"),
      storage: storage.jobs,
      importPackage,
      sites: [collection, ...containers.values()],
      concurrentJobs: options.concurrentJobs ?? 2,
      switches,
      faults: () => faults,
      now: now ?? (() => new Date()),
      timer: options.timer ?? ((milliseconds, signal) => setTimeout(milliseconds, undefined, { signal })),
    });
    opened.push(() => jobs.close());
    const tenantDirectory = join(directory, "tenant");
    const crossTenant = await openCrossTenant({
      directory: tenantDirectory,
      organizations,
      faults: () => faults,
      now: now ?? (() => new Date()),
    });
    opened.push(() => crossTenant.close());
    const server = await startHttpServer({
      port: options.port,
      preferredPort: ports?.http,
      services: [
        graphService([
          ...graphMigrationRoutes({ sites: containers, jobs, provisioning: storage }),
          ...graphDriveRoutes(containers),
          ...graphCrossTenantRoutes(crossTenant),
        ]),
        sharePointService({ site: collection, jobs, provisioning: storage, switches }),
      ],
      accessToken: options.accessToken,
      faults: () => faults,
    });
    opened.push(() => server.close());
    await writePorts(join(own, "ports.json"), { http: server.port, ...storage.ports });
    const url = `http://127.0.0.1:${server.port}`;
    return {
      url,
      siteUrl: `${url}${encodeURI(site)}`,
      graphUrl: `${url}/v1.0`,
      graphBetaUrl: `${url}/beta`,
      storage: storage.connectionString,
      directory,
      crossTenant: {
        directory: tenantDirectory,
        tasks: () => crossTenant.tasks.tasks(),
        mappings: (kind) => crossTenant.mappings.all(kind),
      },
      setFaults(changed: EmulatorFaults) {
        faults = changed;
      },
      stop: close,
    };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

function checkSite(site: string): void {
  const isPath = /^(\/[^/\\?#%:*"<>|]+)+$/.test(site) && !/\/\.\.?(\/|$)/.test(site);
  // Graph's versions are no sites, and the emulator's own folders are no trees.
  if (isPath && !/^\/(v1\.0|beta|emulator|tenant)(\/|$)/i.test(site)) return;
  throw new PrimepackError(
    "INVALID_OPTION",
    `Cannot start the emulator as its site must be a server-relative URL such as /sites/name: current value is ${JSON.stringify(site)}`,
  );
}

function checkCount(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value > 0)) return;
  throw new PrimepackError(
    "INVALID_OPTION",
    `Cannot start the emulator as ${name} must be a whole number above 0: current value is ${value}`,
  );
}

/** Containers have sites of names of their own; ids of any length and letters make one. */
function containerUrl(id: string): string {
  const hash = createHash("sha256").update(id).digest("hex");
  const guid = [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)];
  return `/contentstorage/CSP_${guid.join("-")}`;
}

async function readPorts(path: string): Promise<Ports | undefined> {
  try {
    const { http, blob, queue } = JSON.parse(await readFile(path, "utf8")) as Partial<Ports>;
    if (http === undefined || blob === undefined || queue === undefined) return undefined;
    return { http, blob, queue };
  } catch {
    // None yet, or cut off while it was written: other ports will do.
    return undefined;
  }
}

async function writePorts(path: string, ports: Ports): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(ports)}\n`);
  await rename(`${path}.new`, path);
}
