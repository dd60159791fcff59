import { describe, expect, it } from "vitest";
import { StreamedReply, type StreamingReply } from "./http-reply.ts";

/** Stands for the connection: only the pausing is looked at. */
function controller() {
  return {
    paused: false,
    aborted: false,
    reason: null,
    pause() {
      this.paused = true;
    },
    resume() {
      this.paused = false;
    },
    abort() {
      this.aborted = true;
    },
  };
}

function streamed() {
  const connection = controller();
  let reply: StreamingReply | undefined;
  const handler = new StreamedReply(
    undefined,
    (started) => {
      reply = started;
    },
    () => {},
  );
  handler.onRequestStart(connection);
  handler.onResponseStart(connection, 200, {});
  if (reply === undefined) throw new Error("no reply");
  return { connection, handler, chunks: reply.body[Symbol.asyncIterator]() };
}

describe("StreamedReply", () => {
  it("pauses the connection while four chunks wait, and resumes it when they are used up", async () => {
    const { connection, handler, chunks } = streamed();
    for (let index = 0; index < 4; index++) {
      expect(connection.paused).toBe(false);
      handler.onResponseData(connection, Buffer.from([index]));
    }
    expect(connection.paused).toBe(true);
    for (let index = 0; index < 4; index++) {
      expect((await chunks.next()).value).toEqual(Buffer.from([index]));
      expect(connection.paused).toBe(true);
    }
    const next = chunks.next();
    expect(connection.paused).toBe(false);
    handler.onResponseData(connection, Buffer.from([4]));
    expect((await next).value).toEqual(Buffer.from([4]));
    handler.onResponseEnd();
    expect((await chunks.next()).done).toBe(true);
    expect(connection.aborted).toBe(false);
  });

  it("drops the connection when its reader leaves early", async () => {
    const { connection, handler, chunks } = streamed();
    handler.onResponseData(connection, Buffer.from([0]));
    await chunks.next();
    await chunks.return?.();
    expect(connection.aborted).toBe(true);
  });
});
