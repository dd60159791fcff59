import { describe, expect, it } from "vitest";
import type { PassedThrough } from "../manifest/passed-through.ts";
import type { SerializedElement } from "../model/index.ts";
import { elementsFault } from "./elements-fault.ts";

const element = (name: string, attributes: Record<string, string>, text?: string): SerializedElement => ({
  name,
  attributes,
  children: [],
  ...(text === undefined ? {} : { text }),
});

const guid = "dddddddd-0000-4000-8000-00000000000d";
const link = { TargetId: guid, TargetUrl: "/a", IsDirty: "false" };
const receiver = {
  Id: guid,
  Name: "n",
  WebId: guid,
  HostId: guid,
  HostType: "List",
  Type: "ItemAdded",
  SequenceNumber: "1",
};

describe("elementsFault()", () => {
  it("finds nothing in elements that the service takes", () => {
    const good: PassedThrough = {
      links: [element("Link", { ...link, Level: "255" })],
      eventReceivers: [element("EventReceiver", receiver)],
      versionEvents: [element("VersionEvent", { Id: "1", UIVersion: "512", Time: "2024-01-02T03:04:05" })],
      webParts: [{ ...element("WebPart", { ID: "1" }), children: [element("AllUsersProperties", {}, "AAE=")] }],
    };
    expect(elementsFault(good)).toBeUndefined();
    expect(elementsFault({})).toBeUndefined();
  });

  it.each<[string, PassedThrough, string]>([
    ["what can't be written", { links: [element("Link", { TargetId: guid })] }, "TargetUrl"],
    ["an id that is no GUID", { links: [element("Link", { ...link, TargetId: "x" })] }, "GUID"],
    ["a number of more than 8 bits", { links: [element("Link", { ...link, Level: "256" })] }, "255"],
    ["a number of more than 32 bits", { versionEvents: [element("VersionEvent", { Id: "4294967296" })] }, "integer"],
    ["a time that is none", { versionEvents: [element("VersionEvent", { Time: "yesterday" })] }, "date"],
    ["a user's number", { versionEvents: [element("VersionEvent", { Id: "1", UserId: "7" })] }, "UserId"],
    ["an event that is none", { eventReceivers: [element("EventReceiver", { ...receiver, Type: "Odd" })] }, "one of"],
    ["text in a web part", { webParts: [element("WebPart", {}, "text")] }, "elements only"],
  ])("finds %s", (_, parts, message) => {
    expect(elementsFault(parts)).toContain(message);
  });
});
