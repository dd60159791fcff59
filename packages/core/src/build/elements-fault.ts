import { type PassedThrough, passedThroughFault } from "../manifest/passed-through.ts";
import type { SerializedElement } from "../model/index.ts";
import { SchemaCheck } from "../verify/schema/check-schema.ts";
import { manifestSchema } from "../verify/schema/manifest.ts";
import type { XmlElement } from "../xml/index.ts";

/** Elements that hold those that are passed through, in the order in which they stand in a `File`. */
const holders = {
  webParts: "WebParts",
  links: "Links",
  eventReceivers: "EventReceivers",
  versionEvents: "VersionEvents",
} as const;

/**
 * Why the elements that an item passes through can't be written; undefined if they can. Planning doesn't know the rules
 * of the manifest, and one value of a wrong type would make the service refuse the whole package: so they are held
 * against what `verify` holds them against.
 *
 * A `VersionEvent` may not name a user: by which number it would is known when the package is planned.
 */
export function elementsFault(item: PassedThrough): string | undefined {
  const unwritable = passedThroughFault(item);
  if (unwritable !== undefined) return `its elements can't be passed through: ${unwritable.message}`;
  const children: XmlElement[] = [];
  for (const [field, name] of Object.entries(holders) as [keyof typeof holders, string][]) {
    const elements = item[field];
    if (elements?.length) children.push(xmlElement({ name, attributes: {}, children: elements }));
  }
  if (children.length === 0) return undefined;
  const faults: string[] = [];
  const check = new SchemaCheck(manifestSchema, (_code, _at, message, severity) => {
    if (severity !== "note") faults.push(message);
  });
  check.root(xmlElement({ name: "SPObjects", attributes: {}, children: [] }));
  const file: XmlElement = { ...xmlElement({ name: "File", attributes: {}, children: [] }), children };
  check.record({
    ...xmlElement({ name: "SPObject", attributes: { ObjectType: "SPFile" }, children: [] }),
    children: [file],
  });
  if (item.versionEvents?.some(({ attributes }) => attributes.UserId !== undefined)) {
    faults.push("a VersionEvent can't name a user, as UserId is a number that packages give anew");
  }
  const [first] = faults;
  return first && `its elements can't be passed through: ${first}`;
}

function xmlElement({ name, attributes, children, text }: SerializedElement): XmlElement {
  return {
    name,
    attributes: { ...attributes },
    children: children.map(xmlElement),
    ...(text === undefined ? {} : { text }),
    line: 0,
    column: 0,
  };
}
