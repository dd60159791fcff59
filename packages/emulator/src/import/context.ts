import type { ImportRequest } from "../ports.ts";
import type { SiteState } from "../site/site-state.ts";
import type { KeptElement, Stamps } from "../site/types.ts";
import type { Archives } from "./archives.ts";
import { demand } from "./fault.ts";
import type { JobPeople, Warn } from "./job-people.ts";
import { dateOf, isGuid } from "./simple-types.ts";
import type { Element } from "./xml-reader.ts";

/** What the handlers of objects share during one import. */
export interface ImportContext {
  readonly request: ImportRequest;
  readonly site: SiteState;
  readonly people: JobPeople;
  readonly archives: Archives;
  /** `IncludeSecurity`: permissions are imported. */
  readonly includesSecurity: boolean;
  /** GUIDs, folded, of root folders that the package names: as system objects, or by folder objects. */
  readonly namedRoots: Set<string>;
  /** Lists that were empty when the job began. */
  readonly newLists: ReadonlySet<string>;
  /** Role ids that the package's `Roles` define. */
  readonly roleIds: Set<number>;
  readonly warn: Warn;
}

/** What an object brought. */
export interface Imported {
  readonly url: string;
  readonly files: number;
  readonly bytes: number;
  readonly currentBytes: number;
}

export const nothingStored = { files: 0, bytes: 0, currentBytes: 0 } as const;

/** An `SPObject` and what is in it. */
export interface ObjectElement {
  readonly object: Element;
  readonly element: Element;
}

const earliest = Date.UTC(1900, 0, 1);

export function needed(element: Element, name: string): string {
  const value = element.attributes[name];
  demand(value !== undefined && value !== "", `The '${element.name}' element has no '${name}' attribute.`);
  return value;
}

export function neededGuid(element: Element, name: string): string {
  const value = needed(element, name);
  demand(isGuid(value), guidFault(element, name, value), "format");
  return value;
}

export function optionalGuid(element: Element, name: string): string | undefined {
  const value = element.attributes[name];
  if (value === undefined || value === "") return undefined;
  demand(isGuid(value), guidFault(element, name, value), "format");
  return value;
}

function guidFault(element: Element, name: string, value: string): string {
  const form = "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).";
  return `${form} '${element.name}/@${name}' is '${value}'.`;
}

export function isSameGuid(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Whole seconds, UTC; SharePoint's dates begin in 1900. */
export function timeOf(element: Element, name: string): string | undefined {
  const value = element.attributes[name];
  if (value === undefined) return undefined;
  const date = dateOf(value);
  demand(date.getTime() >= earliest, `The date '${value}' of '${name}' is out of range.`, "argument");
  return `${date.toISOString().slice(0, 19)}Z`;
}

export function stampsOf(context: ImportContext, element: Element): Stamps {
  const author = context.people.author(element.attributes.Author);
  const editor = context.people.author(element.attributes.ModifiedBy);
  const created = timeOf(element, "TimeCreated");
  const modified = timeOf(element, "TimeLastModified");
  return {
    ...(author === undefined ? {} : { author }),
    ...(editor === undefined ? {} : { editor }),
    ...(created === undefined ? {} : { created }),
    ...(modified === undefined ? {} : { modified }),
  };
}

/** Refuses an object of another web. */
export function demandWeb(context: ImportContext, element: Element): void {
  const id = element.attributes.ParentWebId;
  demand(
    id === undefined || id === "" || isSameGuid(id, context.site.webId),
    `Parent web not found: '${id}' is not the id of the web '${context.site.url}'.`,
  );
  const url = element.attributes.ParentWebUrl;
  const isAbsolute = url !== undefined && /^https?:\/\//i.test(url);
  demand(
    url === undefined || isAbsolute || url.toLowerCase() === context.site.url.toLowerCase(),
    `Parent web not found: '${url}' is not the URL of the web '${context.site.url}'.`,
  );
}

/** Server-relative, of a web-relative URL; one that is server-relative already comes out doubled, as in the service. */
export function atWeb(context: ImportContext, url: string): string {
  const web = context.site.url === "/" ? "" : context.site.url;
  return `${web}/${url.replace(/^\//, "")}`;
}

export function propertiesOf(element: Element): readonly Readonly<Record<string, string>>[] | undefined {
  const properties = element.children.find(({ name }) => name === "Properties");
  return properties?.children.map(({ attributes }) => ({ ...attributes }));
}

export function keptChildren(element: Element, name: string): readonly KeptElement[] | undefined {
  return element.children.find((child) => child.name === name)?.children.map(kept);
}

export function kept(element: Element): KeptElement {
  return {
    name: element.name,
    attributes: { ...element.attributes },
    children: element.children.map(kept),
    ...(element.text.trim() === "" ? {} : { text: element.text }),
  };
}

/** Only what is given. */
export function given<T extends object>(values: { readonly [name in keyof T]?: T[name] | undefined }): Partial<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}
