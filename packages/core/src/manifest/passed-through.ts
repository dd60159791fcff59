import { PrimepackError } from "../errors/index.ts";
import type { SerializedElement } from "../model/index.ts";
import type { ElementBinding, XmlElement } from "../xml/index.ts";
import { type VersionEventElement, versionEventBinding } from "./file.ts";
import { type EventReceiverElement, eventReceiverBinding, type LinkElement, linkBinding } from "./links.ts";

// Elements that a source hands over as some other program wrote them. All but web parts are closed types of the schema,
// and are read into their records as from a manifest, so that what the service would refuse is found here.

export function linkElements(elements: readonly SerializedElement[]): LinkElement[] {
  return records(linkBinding, elements);
}

export function eventReceiverElements(elements: readonly SerializedElement[]): EventReceiverElement[] {
  return records(eventReceiverBinding, elements);
}

export function versionEventElements(elements: readonly SerializedElement[]): VersionEventElement[] {
  return records(versionEventBinding, elements);
}

/** Any attributes and content: web parts are documented outside of the schema. */
export function webPartElements(elements: readonly SerializedElement[]): XmlElement[] {
  return elements.map((element) => xmlElement(named("WebPart", element), ["xml"]));
}

/** What an item may carry of them, in a source or in a plan. */
export interface PassedThrough {
  readonly links?: readonly SerializedElement[];
  readonly eventReceivers?: readonly SerializedElement[];
  readonly webParts?: readonly SerializedElement[];
  readonly versionEvents?: readonly SerializedElement[];
}

/**
 * Why an item's passed-through elements can't be written (code MANIFEST_INVALID); undefined if they can. One such item
 * would make the package unusable, so it is asked when the item is planned.
 */
export function passedThroughFault(item: PassedThrough): PrimepackError | undefined {
  const { links = [], eventReceivers = [], webParts = [], versionEvents = [] } = item;
  try {
    for (const link of linkElements(links)) linkBinding.write(link, 0);
    for (const receiver of eventReceiverElements(eventReceivers)) eventReceiverBinding.write(receiver, 0);
    for (const event of versionEventElements(versionEvents)) versionEventBinding.write(event, 0);
    webPartElements(webParts);
    return undefined;
  } catch (error) {
    if (error instanceof PrimepackError && error.code === "MANIFEST_INVALID") return error;
    throw error;
  }
}

function records<T>(binding: ElementBinding<T>, elements: readonly SerializedElement[]): T[] {
  return elements.map((element) => {
    const xml = xmlElement(named(binding.name, element), []);
    if (xml.text !== undefined) invalid(`<${binding.name}> as it holds no text`, xml.text);
    return binding.read(xml);
  });
}

function named(name: string, element: SerializedElement): SerializedElement {
  if (element.name !== name) invalid(`an element where <${name}> stands`, element.name);
  return element;
}

/**
 * Names that every version of XML takes, in ASCII: which others are allowed differs between the editions of XML 1.0, and
 * the elements that are known to be passed through have none.
 */
const nameForm = /^(?:(?<prefix>[A-Za-z_][\w.-]*):)?(?<local>[A-Za-z_][\w.-]*)$/;

/** A copy, as readers use elements up; with every name and prefix checked, as writers take them as they are. */
function xmlElement(element: SerializedElement, outerPrefixes: readonly string[]): XmlElement {
  const attributes: Record<string, string> = Object.create(null);
  const declared = Object.keys(element.attributes).flatMap((name) => /^xmlns:(.+)$/.exec(name)?.[1] ?? []);
  const prefixes = [...outerPrefixes, ...declared];
  check(element.name, prefixes);
  for (const [name, value] of Object.entries(element.attributes)) {
    check(name, [...prefixes, "xmlns"]);
    attributes[name] = value;
  }
  return {
    name: element.name,
    attributes,
    children: element.children.map((child) => xmlElement(child, prefixes)),
    ...(element.text === undefined ? {} : { text: element.text }),
    line: 0,
    column: 0,
  };
}

function check(name: string, prefixes: readonly string[]): void {
  const { prefix, local } = nameForm.exec(name)?.groups ?? {};
  if (local === undefined) invalid("an element that is passed through as names are XML names of ASCII", name);
  if (prefix !== undefined && !prefixes.includes(prefix)) {
    invalid("an element that is passed through as it declares its prefixes itself", name);
  }
}

function invalid(what: string, value: string): never {
  throw new PrimepackError("MANIFEST_INVALID", `Cannot write ${what}: current value is ${value.slice(0, 120)}`);
}
