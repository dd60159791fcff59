import { describe, expect, it } from "vitest";
import type { SerializedElement } from "../model/index.ts";
import { linkElements, type PassedThrough, passedThroughFault, webPartElements } from "./passed-through.ts";

const element = (
  name: string,
  attributes: Record<string, string> = {},
  children: readonly SerializedElement[] = [],
): SerializedElement => ({ name, attributes, children });

const link = element("Link", { TargetId: "1", TargetUrl: "/a", IsDirty: "1", Level: "2" });

function faultOf(parts: PassedThrough): string {
  return passedThroughFault(parts)?.message ?? "";
}

describe("linkElements()", () => {
  it("gives numbers and booleans as such, and leaves what it was given as it is", () => {
    const given = structuredClone(link);
    expect(linkElements([given])).toEqual([{ TargetId: "1", TargetUrl: "/a", IsDirty: true, Level: 2 }]);
    expect(given).toEqual(link);
  });
});

describe("webPartElements()", () => {
  it("keeps any attributes, children and text", () => {
    const inner = { ...element("p:Data", { "p:x": "1" }), text: "AAE=" };
    const [webPart] = webPartElements([element("WebPart", { ID: "1", "xmlns:p": "urn:p" }, [inner])]);
    expect(webPart).toMatchObject({ name: "WebPart", attributes: { ID: "1" }, children: [{ text: "AAE=" }] });
  });
});

describe("passedThroughFault()", () => {
  it("finds nothing in elements that can be written", () => {
    const receiver = { Id: "1", Name: "n", WebId: "2", HostId: "3", HostType: "ListItem", Type: "ItemAdded" };
    const good = {
      links: [link],
      eventReceivers: [element("EventReceiver", { ...receiver, SequenceNumber: "10" })],
      versionEvents: [element("VersionEvent", { Id: "1", UIVersion: "512" })],
      webParts: [element("WebPart", { "xml:space": "preserve" })],
    };
    expect(faultOf(good)).toBe("");
    expect(faultOf({})).toBe("");
  });

  const refused: readonly (readonly [why: string, parts: Parameters<typeof faultOf>[0], message: string])[] = [
    ["an element of another name", { links: [element("Lnk")] }, "an element where <Link> stands"],
    ["a required attribute that is missing", { links: [element("Link", { TargetId: "1" })] }, "TargetUrl"],
    [
      "an attribute that the schema lacks",
      { links: [{ ...link, attributes: { ...link.attributes, New: "1" } }] },
      "New",
    ],
    [
      "a value of another type",
      { versionEvents: [element("VersionEvent", { Id: "x" })] },
      "Id must be of type integer",
    ],
    ["a child where there is none", { links: [{ ...link, children: [link] }] }, "no elements"],
    ["text where there is none", { links: [{ ...link, text: "t" }] }, "holds no text: current value is t"],
    ["a name that is none", { webParts: [element("WebPart", { "a b": "1" })] }, "XML names"],
    ["markup in a name", { webParts: [element("WebPart", {}, [element("a><b")])] }, "XML names"],
    ["a prefix that is not declared", { webParts: [element("WebPart", { "p:a": "1" })] }, "prefixes itself"],
  ];
  for (const [why, parts, message] of refused) {
    it(`finds ${why}`, () => {
      expect(faultOf(parts)).toContain(message);
    });
  }
});
