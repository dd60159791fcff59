import { MessageChannel, type MessagePort } from "node:worker_threads";
import { PrimepackError } from "../../errors/index.ts";
import type { SealedBlob, SourceContent } from "../../model/index.ts";
import type { FileReply, SealReply, SealTask, ToMain, ToWorker } from "./protocol.ts";
import { answerContainerCall } from "./remote-container.ts";
import { ContentSender } from "./remote-content.ts";
import type { BlobSink } from "./write-blob.ts";

/** One task as the main thread sees it. */
export interface TaskRun {
  readonly task: Omit<SealTask, "port">;
  /** Answers the calls of a task whose container is `remote`. */
  readonly container: BlobSink;
  /** Contents that are `remote`, by the task's file indexes. */
  readonly contents: ReadonlyMap<number, SourceContent | undefined>;
  /** Its reason is the one that the worker rejects with. */
  readonly signal: AbortSignal;
  onStored(file: number, sealed: SealedBlob): void;
}

/** Hands a task to a worker; rejects if that can't finish it. */
export type SubmitTask = (task: SealTask, transfer: readonly [MessagePort]) => Promise<SealReply>;

/**
 * Runs a task in a worker and serves it meanwhile: container calls, contents, progress. Tells the worker of an abort and
 * then waits for it to end its work. Rejects with the worker's error.
 */
export async function runTask(run: TaskRun, submit: SubmitTask): Promise<readonly FileReply[]> {
  const { container, contents, signal } = run;
  const { port1: port, port2: workerPort } = new MessageChannel();
  const post = (message: ToWorker, transfer: readonly ArrayBuffer[] = []) => port.postMessage(message, transfer);
  const sender = new ContentSender(contents, post);
  const abort = () => {
    sender.close();
    post({ type: "abort", error: PrimepackError.from(signal.reason, "ABORTED", "seal the package").toWire() });
  };
  port.on("message", (message: ToMain) => {
    if (message.type === "stored") for (const { file, sealed } of message.files) run.onStored(file, sealed);
    else if (message.type === "call") void answerContainerCall(container, message, signal, post);
    else if (!signal.aborted) sender.receive(message);
  });
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  try {
    const reply = await submit({ ...run.task, port: workerPort }, [workerPort]);
    if ("error" in reply) throw PrimepackError.fromWire(reply.error);
    return reply.results;
  } finally {
    signal.removeEventListener("abort", abort);
    sender.close();
    port.close();
  }
}
