import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readUserMap } from "./user-map.ts";

const answer = (map: Awaited<ReturnType<typeof readUserMap>>, login: string) => map.map({ kind: "user", login });

async function* chunks(text: string | Uint8Array, size = Number.MAX_SAFE_INTEGER): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

const header = "source,target,kind,name,email";

describe("readUserMap()", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "primepack-user-map-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("reads all kinds from a file with a byte order mark and line ends of Windows", async () => {
    const path = join(folder, "users.csv");
    const lines = [
      "\ufeffSource, Target ,KIND,name,email",
      "CONTOSO\\ada,ada@fabrikam.com,,Ada,ada@mail.example",
      'guest@other.example,guest_other.example#ext#@fabrikam.com,Guest,"Guest, Other"',
      "",
      'guest@other.example,guest_other.example#ext#@fabrikam.com,Guest,"Guest, Other ""X""",',
      "S-1-5-21-1-2-3-500,3f2504e0-4f89-41d3-9a0c-0305e82c3301,group,Admins,",
      "gone@contoso.com,,deleted,,",
      "left@contoso.com,left@fabrikam.com,deleted,Left,",
      "c:0(.s|true,c:0-.f|rolemanager|spo-grid-all-users/1,group,,",
    ];
    await writeFile(path, lines.join("\r\n"));
    const read = await readUserMap(path);
    expect(read.problems).toEqual([
      { line: 3, message: "it must have 5 cells, as the first row has: current value is 4" },
    ]);
    expect(read.problemCount).toBe(1);
    expect(read.users).toBe(6);
    expect(answer(read, "contoso\\ADA")).toEqual({
      to: "user",
      login: "ada@fabrikam.com",
      name: "Ada",
      email: "ada@mail.example",
    });
    expect(answer(read, "guest@other.example")).toEqual({
      to: "guest",
      login: "guest_other.example#ext#@fabrikam.com",
      name: 'Guest, Other "X"',
    });
    expect(answer(read, "s-1-5-21-1-2-3-500")).toEqual({
      to: "group",
      login: "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
      name: "Admins",
    });
    expect(answer(read, "gone@contoso.com")).toEqual({ to: "deleted" });
    expect(answer(read, "left@contoso.com")).toEqual({ to: "deleted", login: "left@fabrikam.com", name: "Left" });
    expect(answer(read, "c:0(.s|true")).toEqual({ to: "group", login: "c:0-.f|rolemanager|spo-grid-all-users/1" });
    expect(answer(read, "nobody@contoso.com")).toBeUndefined();
  });

  test("finds a login with and without the claim of a plain account", async () => {
    const read = await readUserMap(chunks("source,target\nCONTOSO\\ada,a@b.c\ni:0#.f|membership|bob@x.y,b@b.c"));
    expect(answer(read, "i:0#.w|contoso\\ada")).toEqual({ to: "user", login: "a@b.c" });
    expect(answer(read, "Bob@X.Y")).toEqual({ to: "user", login: "b@b.c" });
  });

  test.each([
    ["an empty source", ",a@b.c,,,", "the source must be a login or SID: current value is empty"],
    [
      "an unknown kind",
      "x,a@b.c,robot,,",
      'the kind must be one of user, guest, group, deleted: current value is "robot"',
    ],
    ["no target", "x,,,,", 'the target of a user must be a UPN or a claims login: current value is ""'],
    [
      "a target of the directory",
      "x,CONTOSO\\ada,,,",
      'the target of a user must be a UPN or a claims login: current value is "CONTOSO\\\\ada"',
    ],
    [
      "a group without id",
      "x,Admins,group,,",
      'the target of a group must be an object id or a claims login: current value is "Admins"',
    ],
    ["too many values", "x,a@b.c,,,,,", "it must have 5 cells, as the first row has: current value is 7"],
    [
      "a source that was there",
      "KEPT@x.y,a@b.c,,,",
      'no other line may have the same source: current value is "KEPT@x.y"',
    ],
  ])("tells of %s with its line, and uses the others", async (_, line, message) => {
    const read = await readUserMap(chunks(`${header}\nkept@x.y,k@b.c,,,\n${line}\nlast@x.y,l@b.c,,,`));
    expect(read.problems).toEqual([{ line: 3, message }]);
    expect(answer(read, "kept@x.y")).toEqual({ to: "user", login: "k@b.c" });
    expect(answer(read, "last@x.y")).toEqual({ to: "user", login: "l@b.c" });
  });

  test("loses no other line to a stray quote", async () => {
    const lines = [header, 'a@x.y,"a@b.c,,,', 'b@x.y,"b"@b.c,,,', 'c@x.y,c"@b.c,,,', "d@x.y,d@b.c,,,"];
    const read = await readUserMap(chunks(lines.join("\n")));
    expect(read.problems.map(({ line }) => line)).toEqual([2, 3, 4]);
    expect(read.problems[0]?.message).toBe("it has a quote that doesn't end");
    expect(read.users).toBe(1);
  });

  test("loses no other line to one that is far too long", async () => {
    const long = `x@x.y,${"x".repeat(200_000)}`;
    const read = await readUserMap(chunks(`source,target\na@x.y,a@b.c\n${long}\nb@x.y,b@b.c\n${long}`, 5000));
    expect(read.problems.map(({ line }) => line)).toEqual([3, 5]);
    expect(read.users).toBe(2);
  });

  test("keeps the first 1,000 problems and counts all", async () => {
    const read = await readUserMap(chunks(`source,target\n${"x,y\n".repeat(1200)}`));
    expect(read.problems).toHaveLength(1000);
    expect(read.problems.at(-1)?.line).toBe(1001);
    expect(read.problemCount).toBe(1200);
  });

  test.each([
    ["an empty file", "", "its first row must name the columns: current value is an empty file"],
    ["a file without a column of targets", "source,login\na,b", 'its first row must name the column "target"'],
    ["a column that is there twice", "source,target,Target\na,b,c", "its first row must name each column once"],
    ["bytes of another encoding", Buffer.from("source,target\nJos\xe9,a@b.c", "latin1"), "it must be UTF-8"],
    ["a character that is cut off", Buffer.from([...Buffer.from("source,target\n"), 0xe2, 0x82]), "it must be UTF-8"],
  ])("refuses %s with USER_MAP_FAILED", async (_, content, because) => {
    await expect(readUserMap(chunks(content))).rejects.toMatchObject({
      code: "USER_MAP_FAILED",
      message: expect.stringContaining(because),
    });
  });

  test("names a file that can't be opened", async () => {
    await expect(readUserMap(join(folder, "none.csv"))).rejects.toMatchObject({
      code: "USER_MAP_FAILED",
      message: expect.stringMatching(/^Cannot read the user map as ENOENT: current value is ".*none\.csv"$/),
    });
  });

  test("closes the bytes and rejects with ABORTED when the caller aborts", async () => {
    const controller = new AbortController();
    let closed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from("source,target\n");
        for (let user = 0; ; user += 1) {
          if (user === 3) controller.abort();
          yield Buffer.from(`u${user},u${user}@b.c\n`);
        }
      } finally {
        closed = true;
      }
    }
    await expect(readUserMap(endless(), { signal: controller.signal })).rejects.toMatchObject({ code: "ABORTED" });
    expect(closed).toBe(true);
  });

  test("says the same of any lines, however they are cut into chunks", async () => {
    const text = fc.string({ unit: fc.constantFrom("a", "@", ",", '"', " ", "\n", "\r", "😀"), maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 20 }), async (lines, size) => {
        const { map: _, ...whole } = await readUserMap(chunks(`source,target\n${lines}`));
        const { map: __, ...cut } = await readUserMap(chunks(`source,target\n${lines}`, size));
        expect(cut).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  test("reads back every map that is written as CSV, however it is cut into chunks", async () => {
    const text = fc.string({ unit: fc.constantFrom("a", "Z", "é", "日", "😀", '"', ",", " ", ".", "'", ";", "\\") });
    const users = fc.uniqueArray(fc.record({ name: text, email: text, to: fc.constantFrom("user", "guest") }), {
      maxLength: 20,
    });
    const quote = (value: string) => `"${value.replaceAll('"', '""')}"`;
    const end = fc.constantFrom("\n", "\r\n", "\r");
    await fc.assert(
      fc.asyncProperty(users, end, fc.integer({ min: 1, max: 40 }), async (entries, lineEnd, size) => {
        const lines = entries.map(({ name, email, to }, index) =>
          [`CONTOSO\\u${index}`, `u${index}@b.c`, to, quote(name), quote(email)].join(","),
        );
        const read = await readUserMap(chunks([header, ...lines, ""].join(lineEnd), size));
        expect(read.problems).toEqual([]);
        for (const [index, { name, email, to }] of entries.entries()) {
          const expected = {
            to,
            login: `u${index}@b.c`,
            ...(name.trim() === "" ? {} : { name: name.trim() }),
            ...(email.trim() === "" ? {} : { email: email.trim() }),
          };
          expect(answer(read, `contoso\\U${index}`)).toEqual(expected);
        }
      }),
    );
  });
});
