import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { OutputStream } from "./output-stream.ts";

/** A stream of a few bytes whose writes end only when told. */
function slowStream() {
  const written: string[] = [];
  const pending: ((error?: Error) => void)[] = [];
  const target = new Writable({
    highWaterMark: 4,
    decodeStrings: false,
    write(chunk: string, _encoding, callback) {
      written.push(chunk);
      pending.push(callback);
    },
  });
  return { target, written, finish: (error?: Error) => pending.shift()?.(error) };
}

describe("OutputStream", () => {
  it("write() waits until the reader has taken what was written", async () => {
    const { target, finish } = slowStream();
    const output = new OutputStream(target);
    let taken = false;
    const writing = output.write("long line\n").then(() => {
      taken = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toBe(false);
    finish();
    await writing;
    expect(taken).toBe(true);
  });

  it("drops what is written after the reader has gone, and waits no more", async () => {
    const { target, written, finish } = slowStream();
    const output = new OutputStream(target);
    const writing = output.write("first line\n");
    finish(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    await writing;
    await output.write("second line\n");
    output.paint("third");
    expect(written).toEqual(["first line\n"]);
  });

  it("paint() leaves out what a stuck terminal can't take", () => {
    const { target, written } = slowStream();
    const output = new OutputStream(target);
    output.paint("frame 1");
    output.paint("frame 2");
    expect(written).toEqual(["frame 1"]);
  });
});
