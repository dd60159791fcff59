import type { HttpReply, HttpRequest } from "./http-types.ts";
import { header } from "./http-types.ts";

/** How much of its own a reply says about itself. */
export type ODataMode = "verbose" | "minimalmetadata" | "nometadata";

/** An object with the name of its type, as `SP.MigrationJobProgress`. */
export interface ODataObject {
  readonly type: string;
  /** Absolute URL; only what is addressable has one. */
  readonly id?: string;
  readonly properties: Readonly<Record<string, ODataValue>>;
}

export interface ODataCollection {
  /** Of the elements: `Edm.String`, `SP.List`. */
  readonly elementType: string;
  readonly items: readonly ODataValue[];
  /** Absolute URL of the next page. */
  readonly next?: string | undefined;
}

export type ODataValue = string | number | boolean | null | ODataObject | ODataCollection;

/** An answer that is an error, in SharePoint's terms. */
export class ODataFault extends Error {
  readonly status: number;
  /** `-2147024891, System.UnauthorizedAccessException`. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "ODataFault";
    this.status = status;
    this.code = code;
  }
}

/**
 * What `Accept` asks for. JSON without a mode is minimal, as is what is asked for in other words: the service would give
 * Atom then, which the emulator doesn't know. Full metadata is given as minimal.
 */
function modeOf(request: HttpRequest): ODataMode {
  const accept = header(request, "accept")?.toLowerCase() ?? "";
  const [, mode] = /odata(?:\.metadata)?\s*=\s*(\w+)/.exec(accept) ?? [];
  if (mode === "verbose") return "verbose";
  return mode === "nometadata" || mode === "none" ? "nometadata" : "minimalmetadata";
}

/** The result of a function, or a property: verbose replies hold it under its name. */
export function resultReply(request: HttpRequest, name: string, value: ODataValue): HttpReply {
  const mode = modeOf(request);
  const rendered = render(value, mode);
  if (mode === "verbose") return json(200, mode, { d: { [name]: rendered } });
  const body = isObject(value) ? (rendered as object) : { value: rendered };
  return json(200, mode, { ...metadata(request, mode, value), ...body });
}

/** What an URL leads to: an entity, or a collection. */
export function resourceReply(request: HttpRequest, value: ODataObject | ODataCollection): HttpReply {
  const mode = modeOf(request);
  const rendered = render(value, mode);
  if (mode === "verbose") {
    if (isObject(value)) return json(200, mode, { d: rendered });
    return json(200, mode, {
      d: {
        results: value.items.map((item) => render(item, mode)),
        ...(value.next === undefined ? {} : { __next: value.next }),
      },
    });
  }
  const body = isObject(value) ? (rendered as object) : { value: rendered };
  const next = !isObject(value) && value.next !== undefined ? { "odata.nextLink": value.next } : {};
  return json(200, mode, { ...metadata(request, mode, value), ...next, ...body });
}

export function errorReply(request: HttpRequest, status: number, code: string, message: string): HttpReply {
  const mode = modeOf(request);
  const error = { code, message: { lang: "en-US", value: message } };
  return json(status, mode, mode === "verbose" ? { error } : { "odata.error": error });
}

function render(value: ODataValue, mode: ODataMode): unknown {
  if (value === null || typeof value !== "object") return value;
  if (!isObject(value)) {
    const items = value.items.map((item) => render(item, mode));
    return mode === "verbose" ? { __metadata: { type: `Collection(${value.elementType})` }, results: items } : items;
  }
  const properties = Object.fromEntries(
    Object.entries(value.properties).map(([name, property]) => [name, render(property, mode)]),
  );
  if (mode === "verbose") {
    const own = value.id === undefined ? {} : { id: value.id, uri: value.id };
    return { __metadata: { ...own, type: value.type }, ...properties };
  }
  if (mode === "nometadata" || value.id === undefined) return properties;
  return { "odata.type": value.type, "odata.id": value.id, "odata.editLink": value.id, ...properties };
}

function metadata(request: HttpRequest, mode: ODataMode, value: ODataValue): Record<string, string> {
  if (mode !== "minimalmetadata") return {};
  const [base] = request.url.href.split(/\/_(?:api|vti_bin)/i);
  const type = isObject(value)
    ? value.type
    : isCollection(value)
      ? `Collection(${value.elementType})`
      : `Edm.${edm(value)}`;
  return { "odata.metadata": `${base}/_api/$metadata#${type}` };
}

function edm(value: unknown): string {
  if (typeof value === "boolean") return "Boolean";
  return typeof value === "number" ? "Int32" : "String";
}

function isObject(value: ODataValue): value is ODataObject {
  return typeof value === "object" && value !== null && "properties" in value;
}

function isCollection(value: ODataValue): value is ODataCollection {
  return typeof value === "object" && value !== null && "items" in value;
}

function json(status: number, mode: ODataMode, body: unknown): HttpReply {
  return {
    status,
    headers: { "content-type": `application/json;odata=${mode};charset=utf-8` },
    body: JSON.stringify(body),
  };
}
