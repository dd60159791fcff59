import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { MappedUser, SourceUser, UserMap } from "../model/index.ts";
import { mappedUserFault, UserMapping } from "./user-mapping.ts";

const users = (count: number): Map<string, SourceUser> =>
  new Map(Array.from({ length: count }, (_, index) => [`u${index}`, { kind: "user", login: `u${index}` }]));

const mapped = (login: string): MappedUser => ({ to: "user", login: `${login}@x.y` });

describe("UserMapping.ask()", () => {
  test("has nothing to wait for where the map answers at once", () => {
    const asked: string[] = [];
    const mapping = new UserMapping(({ login }) => {
      asked.push(login);
      return login === "u1" ? undefined : mapped(login);
    });
    expect(mapping.ask(users(3))).toBeUndefined();
    expect(mapping.ask(users(4))).toBeUndefined();
    expect(asked).toEqual(["u0", "u1", "u2", "u3"]);
    expect(mapping.answer("u0")).toEqual(mapped("u0"));
    expect(mapping.answer("u1")).toBeUndefined();
  });

  test("asks of each once and of at most 8 at a time, whoever else asks meanwhile", async () => {
    const calls = new Map<string, number>();
    let open = 0;
    let most = 0;
    const mapping = new UserMapping(async ({ login }) => {
      calls.set(login, (calls.get(login) ?? 0) + 1);
      open += 1;
      most = Math.max(most, open);
      await setImmediate();
      open -= 1;
      return mapped(login);
    });
    const first = mapping.ask(users(50));
    const second = mapping.ask(users(60));
    await second;
    expect(mapping.answer("u49")).toEqual(mapped("u49"));
    expect(mapping.answer("u59")).toEqual(mapped("u59"));
    await first;
    expect(calls.size).toBe(60);
    expect(Math.max(...calls.values())).toBe(1);
    // Both callers had lanes of their own.
    expect(most).toBeLessThanOrEqual(16);
    expect(mapping.ask(users(60))).toBeUndefined();
  });

  test("takes answers that are had at once among those that are waited for", async () => {
    const mapping = new UserMapping(({ login }) => (login === "u1" ? Promise.resolve(mapped(login)) : mapped(login)));
    await mapping.ask(users(3));
    expect(mapping.answer("u2")).toEqual(mapped("u2"));
  });

  test.each<[string, UserMap]>([
    [
      "throws",
      () => {
        throw new Error("no directory");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no directory"))],
    [
      "rejects later",
      async ({ login }) => {
        await setImmediate();
        if (login === "u20") throw new Error("no directory");
        return mapped(login);
      },
    ],
    [
      "throws among answers that are waited for",
      ({ login }) => {
        if (login === "u20") throw new Error("no directory");
        return Promise.resolve(mapped(login));
      },
    ],
  ])("ends with one USER_MAP_FAILED where the map %s", async (_, map) => {
    const asked = new Set<string>();
    const mapping = new UserMapping((user) => {
      asked.add(user.login);
      return map(user);
    });
    await expect((async () => mapping.ask(users(500)))()).rejects.toMatchObject({
      code: "USER_MAP_FAILED",
      message: expect.stringMatching(/^Cannot map "u\d+" as no directory$/),
      cause: expect.objectContaining({ message: "no directory" }),
    });
    expect(asked.size).toBeLessThan(50);
  });

  test.each<[unknown, string]>([
    ["ada@x.y", 'the answer is an object: current value is "ada@x.y"'],
    [{ to: "robot", login: "a" }, 'its "to" is one of user, guest, group, deleted: current value is "robot"'],
    [{ to: "user" }, "its login is a text that isn't empty: current value is undefined"],
    [{ to: "deleted", login: " " }, 'its login is a text that isn\'t empty: current value is " "'],
    [{ to: "user", login: "a", name: "" }, 'its name is a text that isn\'t empty: current value is ""'],
    [{ to: "user", login: "a", email: 7 }, "its email is a text: current value is 7"],
  ])("refuses the answer %j", async (answer, because) => {
    const expected = { code: "USER_MAP_FAILED", message: `Cannot map "u0" as ${because}` };
    expect(() => new UserMapping(() => answer as MappedUser).ask(users(1))).toThrow(expect.objectContaining(expected));
    const later = new UserMapping(() => Promise.resolve(answer as MappedUser));
    await expect(later.ask(users(1))).rejects.toMatchObject(expected);
  });
});

describe("mappedUserFault()", () => {
  test.each<MappedUser>([
    { to: "user", login: "a@x.y", name: "A", email: "" },
    { to: "guest", login: "a@x.y" },
    { to: "group", login: "g" },
    { to: "deleted" },
  ])("finds none in %j", (answer) => {
    expect(mappedUserFault(answer)).toBeUndefined();
  });
});
