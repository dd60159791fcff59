import { describe, expect, it } from "vitest";
import { EventChannel } from "./event-channel.ts";

describe("EventChannel", () => {
  it("drops events and holds nobody back while nobody reads", () => {
    const channel = new EventChannel<number>(0);
    expect(channel.emit(1)).toBeUndefined();
  });

  it("keeps events from the moment the iterator is made", async () => {
    const channel = new EventChannel<number>(10);
    const events = channel[Symbol.asyncIterator]();
    void channel.emit(1);
    void channel.emit(2);
    channel.end();
    expect(await events.next()).toEqual({ value: 1, done: false });
    expect(await events.next()).toEqual({ value: 2, done: false });
    expect((await events.next()).done).toBe(true);
  });

  it("holds the producer back until the reader has caught up", async () => {
    const channel = new EventChannel<number>(1);
    const events = channel[Symbol.asyncIterator]();
    expect(channel.emit(1)).toBeUndefined();
    let released = false;
    const held = channel.emit(2)?.then(() => {
      released = true;
    });
    expect(held).toBeInstanceOf(Promise);
    await Promise.resolve();
    expect(released).toBe(false);
    await events.next();
    await held;
    expect(released).toBe(true);
  });

  it("releases the producer when the reader leaves its loop", async () => {
    const channel = new EventChannel<number>(0);
    const events = channel[Symbol.asyncIterator]();
    const first = channel.emit(1);
    await events.next();
    const second = channel.emit(2);
    await events.return?.();
    await first;
    await second;
    expect(channel.emit(3)).toBeUndefined();
  });

  it("releases the producer when the reader leaves before it has read anything", async () => {
    const channel = new EventChannel<number>(0);
    const events = channel[Symbol.asyncIterator]();
    const held = channel.emit(1);
    expect(await events.return?.()).toEqual({ value: undefined, done: true });
    await held;
    expect(channel.emit(2)).toBeUndefined();
  });

  it("ends a read that is under way when the reader leaves", async () => {
    const channel = new EventChannel<number>(0);
    const events = channel[Symbol.asyncIterator]();
    const reading = events.next();
    await events.return?.();
    expect(await reading).toEqual({ value: undefined, done: true });
  });

  it("holds nobody back any more once it has let go, and loses nothing", async () => {
    const channel = new EventChannel<number>(0);
    const reader = channel[Symbol.asyncIterator]();
    const held = channel.emit(1);
    channel.letGo();
    await held;
    expect(channel.emit(2)).toBeUndefined();
    expect([(await reader.next()).value, (await reader.next()).value]).toEqual([1, 2]);
  });

  it("throws its failure after the events that wait", async () => {
    const channel = new EventChannel<number>(5);
    const events = channel[Symbol.asyncIterator]();
    void channel.emit(1);
    channel.end(new Error("broken"));
    expect((await events.next()).value).toBe(1);
    await expect(events.next()).rejects.toThrow("broken");
  });

  it("refuses a second reader", () => {
    const channel = new EventChannel<number>(5);
    channel[Symbol.asyncIterator]();
    expect(() => channel[Symbol.asyncIterator]()).toThrow(TypeError);
  });
});
