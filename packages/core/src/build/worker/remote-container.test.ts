import { describe, expect, it } from "vitest";
import { MemoryContainer } from "../../container/memory.ts";
import { PrimepackError } from "../../errors/index.ts";
import { createAbort } from "./create-abort.ts";
import type { ToMain } from "./protocol.ts";
import { answerContainerCall, RemoteContainer } from "./remote-container.ts";

const { signal } = createAbort();

/** A remote container joined with `container` as a port joins them. */
function remoteOf(container: MemoryContainer, onMessage: (message: ToMain) => void = () => undefined): RemoteContainer {
  const remote = new RemoteContainer((message, transfer = []) => {
    const arrived = structuredClone(message, { transfer: [...transfer] });
    onMessage(arrived);
    if (arrived.type !== "call") return;
    setImmediate(() => {
      void answerContainerCall(container, arrived, signal, (answer) => {
        if (answer.type === "called") remote.settle(structuredClone(answer));
      });
    });
  });
  return remote;
}

describe("RemoteContainer", () => {
  it("RemoteContainer makes each call on the container behind it", async () => {
    const container = new MemoryContainer();
    const remote = remoteOf(container);
    await remote.putBlob("one", Buffer.alloc(3, 1), { md5: "m", iv: "i", signal });
    await Promise.all([
      remote.putBlock("two", 1, 4, new Uint8Array(2).fill(2), signal),
      remote.putBlock("two", 0, 0, new Uint8Array(4).fill(1), signal),
    ]);
    await remote.putBlockList("two", 2, 6, { md5: "n" });
    await remote.snapshot("two");
    expect(await container.properties("one")).toEqual({ name: "one", size: 3, md5: "m", iv: "i" });
    const chunks: Uint8Array[] = [];
    for await (const chunk of container.read("two")) chunks.push(chunk);
    expect([...Buffer.concat(chunks)]).toEqual([1, 1, 1, 1, 2, 2]);
    await remote.remove("one");
    await expect(container.properties("one")).rejects.toMatchObject({ code: "BLOB_NOT_FOUND" });
  });

  it("RemoteContainer transfers a body, the used part of its memory alone in sight", async () => {
    let body: Uint8Array | undefined;
    const remote = remoteOf(new MemoryContainer(), (message) => {
      if (message.type === "call" && message.method === "putBlob") body = message.body;
    });
    const block = new Uint8Array(100).fill(5);
    await remote.putBlob("one", block.subarray(0, 3), { md5: "m" });
    expect([body?.length, block.length]).toEqual([3, 0]);
  });

  it("RemoteContainer rejects with the error of the container, code and hint kept", async () => {
    const container = new MemoryContainer();
    container.snapshot = async () => {
      throw new PrimepackError("CONTAINER_BUSY", "Cannot snapshot as the storage is busy", { hint: "Wait" });
    };
    container.remove = () => {
      throw new TypeError("not a promise at all");
    };
    const remote = remoteOf(container);
    await expect(remote.snapshot("one")).rejects.toMatchObject({ code: "CONTAINER_BUSY", hint: "Wait" });
    await expect(remote.remove("one")).rejects.toMatchObject({ code: "CONTAINER_REFUSED" });
  });

  it("RemoteContainer rejects with the signal's reason while the container hangs", async () => {
    const container = new MemoryContainer();
    container.snapshot = () => new Promise(() => undefined);
    const abort = createAbort();
    const call = remoteOf(container).snapshot("one", abort.signal);
    abort.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
  });
});
