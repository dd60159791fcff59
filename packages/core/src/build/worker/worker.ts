import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { openLocatedContainer } from "../../container/locate.ts";
import { PrimepackError, Secret } from "../../errors/index.ts";
import { networkFromWire } from "../../http/network.ts";
import type { BlobContainer, Logger, SealedBlob } from "../../model/index.ts";
import { createAbort } from "./create-abort.ts";
import { sealFiles } from "./handle-seal.ts";
import type {
  LocatedContainerWire,
  LogMessage,
  SealReply,
  SealTask,
  StoredFile,
  ToMain,
  ToWorker,
  WorkerStart,
} from "./protocol.ts";
import { RemoteContainer } from "./remote-container.ts";
import { RemoteContents } from "./remote-content.ts";
import { createSealThread, type SealThread } from "./seal-thread.ts";
import { SharedCounters } from "./shared-counter.ts";
import type { BlobSink } from "./write-blob.ts";

// The entry of a worker thread. What it imports, directly or not, is loaded once for each thread: keep it small.

/** Containers that stay open, so that tasks of the same package share their connections. */
const OPEN_CONTAINERS = 16;
const openContainers = new Map<string, BlobContainer>();
let thread: SealThread | undefined;

/** Runs one task; never rejects. */
export default async function runSealTask(task: SealTask): Promise<SealReply> {
  const { port } = task;
  const abort = createAbort();
  const post = (message: ToMain, transfer: readonly ArrayBuffer[] = []) => port.postMessage(message, transfer);
  const remoteContainer = new RemoteContainer(post);
  const remoteContents = new RemoteContents(post);
  port.on("message", (message: ToWorker) => {
    if (message.type === "abort") abort.abort(PrimepackError.fromWire(message.error));
    else if (message.type === "called") remoteContainer.settle(message);
    else remoteContents.receive(message);
  });
  try {
    thread ??= startThread(workerData);
    const container = task.container === "remote" ? remoteContainer : openOnce(task.container);
    const results = await sealFiles(
      {
        container,
        files: task.files,
        key: task.key === undefined ? undefined : Secret.fromWire(task.key),
        openRemote: (file, signal) => remoteContents.open(file, signal),
        abort,
        onStored: gatherStored(port),
        onSealed: thread.onSealed,
      },
      thread.resources,
      thread.filesAtOnce,
    );
    return { results };
  } catch (reason) {
    return { error: PrimepackError.from(reason, "SEAL_FAILED", "seal files of a package").toWire() };
  } finally {
    port.close();
  }
}

function startThread({ memory, counters }: WorkerStart): SealThread {
  return createSealThread("worker", { memory, counters: new SharedCounters(counters) });
}

function openOnce(wire: LocatedContainerWire): BlobSink {
  const key = JSON.stringify(wire);
  const open = openContainers.get(key);
  if (open !== undefined) return open;
  const oldest = openContainers.keys().next();
  if (openContainers.size >= OPEN_CONTAINERS && oldest.done !== true) openContainers.delete(oldest.value);
  const { locator, sas, network } = wire;
  const { logs }: WorkerStart = workerData;
  const container = openLocatedContainer(locator, {
    ...(sas === undefined ? {} : { sas: Secret.fromWire(sas) }),
    ...(network === undefined ? {} : { network: networkFromWire(network) }),
    ...(logs ? { logger } : {}),
  });
  openContainers.set(key, container);
  return container;
}

const logger: Logger = {
  debug: (message, fields) => log("debug", message, fields),
  warn: (message, fields) => log("warn", message, fields),
};

function log(level: LogMessage["level"], message: string, fields: LogMessage["fields"]): void {
  parentPort?.postMessage({ type: "log", level, message, ...(fields === undefined ? {} : { fields }) });
}

/** How long stored files are gathered, in ms: waking the main thread for each costs as much as sealing a small one. */
const STORED_INTERVAL = 200;
/** Bytes of a file that is told of at once: beside storing it, waking the main thread costs nothing. */
const STORED_AT_ONCE = 1024 * 1024;

/** Tells of stored files now and then; those that are left when the task ends are told by its reply. */
function gatherStored(port: MessagePort): (file: number, sealed: SealedBlob) => void {
  let files: StoredFile[] = [];
  const tell = () => {
    if (files.length > 0) port.postMessage({ type: "stored", files } satisfies ToMain);
    files = [];
  };
  return (file, sealed) => {
    files.push({ file, sealed });
    if (sealed.size >= STORED_AT_ONCE) tell();
    else if (files.length === 1) setTimeout(tell, STORED_INTERVAL).unref();
  };
}
