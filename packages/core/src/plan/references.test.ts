import { expect, test } from "vitest";
import type { FieldValue, SourceItem } from "../model/index.ts";
import { principalsOf } from "./references.ts";

const named = (item: SourceItem) => [...principalsOf(item)].map((ref) => (typeof ref === "string" ? ref : ref.group));

const details = (name: string) => ({
  author: `${name}-author`,
  modifiedBy: `${name}-editor`,
  fields: [
    { name: "Owner", type: "User", value: `${name}-owner` },
    { name: "Team", type: "UserMulti", value: [`${name}-one`, { group: `${name}-group` }] },
    { name: "Title", type: "Text", value: "nobody" },
  ] satisfies FieldValue[],
});

const ofDetails = (name: string) => ["author", "editor", "owner", "one", "group"].map((part) => `${name}-${part}`);

const around = {
  retentionLabel: { name: "Keep", setBy: "labeller" },
  comments: [{ id: "1", text: "!", author: "commenter", created: new Date(0) }],
  sharing: [
    { time: new Date(0), initiator: "initiator", sharedWith: ["receiver", { group: "receivers" }] },
    { time: new Date(0), initiator: "initiator", sharedBy: "sharer", sharedWith: [] },
  ],
  permissions: [
    { principal: "reader", role: "Read" },
    { principal: { group: "readers" }, role: { id: 7 } },
  ],
};

const ofAround = [
  "labeller",
  "commenter",
  "initiator",
  "receiver",
  "receivers",
  "initiator",
  "sharer",
  "reader",
  "readers",
];

test("principalsOf() finds all whom a folder names", () => {
  const item: SourceItem = { kind: "folder", path: ["a"], ...details("own"), ...around };
  expect(named(item)).toEqual([...ofDetails("own"), ...ofAround]);
});

test("principalsOf() finds all whom a file and its versions name", () => {
  const content = new Uint8Array();
  const versions = [
    { size: 0, content, ...details("first") },
    { size: 0, content, ...details("second") },
  ];
  const item: SourceItem = { kind: "file", path: ["a"], size: 0, content, versions, ...details("own"), ...around };
  expect(named(item)).toEqual([...ofDetails("own"), ...ofAround, ...ofDetails("first"), ...ofDetails("second")]);
});

test("principalsOf() finds all whom a list item, its versions and attachments name", () => {
  const attachment = { name: "a", size: 0, content: new Uint8Array(), author: "attacher", modifiedBy: "changer" };
  const item: SourceItem = {
    kind: "item",
    path: ["a"],
    versions: [details("first")],
    attachments: [attachment, { name: "b", size: 0, content: new Uint8Array() }],
    ...details("own"),
    ...around,
  };
  expect(named(item)).toEqual([...ofDetails("own"), ...ofAround, ...ofDetails("first"), "attacher", "changer"]);
});

test("principalsOf() finds the grantees of a list, and owner and members of a group", () => {
  expect(named({ kind: "list", path: [], permissions: around.permissions })).toEqual(["reader", "readers"]);
  expect(named({ kind: "group", name: "g", owner: { group: "h" }, members: ["m", { group: "n" }] })).toEqual([
    "h",
    "m",
    "n",
  ]);
});

test("principalsOf() finds nobody where nobody is named", () => {
  const nobody: SourceItem[] = [
    { kind: "folder", path: ["a"] },
    { kind: "item", path: ["a"] },
    { kind: "user", login: "u" },
    { kind: "role", name: "r", id: 1 },
    { kind: "deletion", of: "file", path: ["a"] },
    { kind: "problem", path: ["a"], outcome: "failed", message: "no" },
    { kind: "group", name: "g", members: [] },
  ];
  expect(nobody.flatMap(named)).toEqual([]);
});
