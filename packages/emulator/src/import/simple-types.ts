/** Types of attribute values; an array is an enumeration, named as in the schema by its first member. */
export type SimpleType =
  | "string"
  | "boolean"
  | "int"
  | "short"
  | "byte"
  | "unsignedByte"
  | "float"
  | "dateTime"
  | { readonly name: string; readonly values: readonly string[] };

const ranges = {
  int: [-2147483648, 2147483647, "Int32"],
  short: [-32768, 32767, "Int16"],
  byte: [-128, 127, "SByte"],
  unsignedByte: [0, 255, "Byte"],
} as const;

const dateTimeForm =
  /^-?(\d{4,})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?$/;

/** Why the value is not of its type, in the words of .NET's validation; undefined: it is. */
export function typeFault(value: string, type: SimpleType, targetNamespace: string): string | undefined {
  if (type === "string") return undefined;
  if (typeof type === "object") {
    if (type.values.includes(value)) return undefined;
    return invalid(value, `${targetNamespace}:${type.name}`, "The Enumeration constraint failed.");
  }
  const trimmed = value.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
  const fault = builtIn(trimmed, type);
  return fault && invalid(value, `http://www.w3.org/2001/XMLSchema:${type}`, fault);
}

function builtIn(value: string, type: Exclude<SimpleType, "string" | object>): string | undefined {
  if (type === "boolean") {
    return /^(?:true|false|0|1)$/.test(value) ? undefined : `The string '${value}' is not a valid Boolean value.`;
  }
  if (type === "float") {
    const form = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|INF|-INF|NaN)$/;
    return form.test(value) ? undefined : `The string '${value}' is not a valid Single value.`;
  }
  if (type === "dateTime") {
    return isDateTime(value) ? undefined : `The string '${value}' is not a valid DateTime value.`;
  }
  const [min, max, name] = ranges[type];
  if (!/^[+-]?\d+$/.test(value)) return `The string '${value}' is not a valid ${name} value.`;
  const number = Number(value);
  return number >= min && number <= max ? undefined : `Value '${value}' was either too large or too small for ${name}.`;
}

function isDateTime(value: string): boolean {
  const parts = dateTimeForm.exec(value);
  if (!parts) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  if (year === 0 || month < 1 || month > 12 || minute > 59 || second > 59) return false;
  const lastDay = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  return day >= 1 && day <= lastDay && (hour < 24 || (hour === 24 && minute === 0 && second === 0));
}

function invalid(value: string, type: string, reason: string): string {
  return `The value '${value}' is invalid according to its datatype '${type}' - ${reason}`;
}

/** Of a checked `xs:dateTime`; one without a zone is UTC. */
export function dateOf(value: string): Date {
  const text = value.trim();
  return new Date(/(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
}

export function isTrue(value: string | undefined): boolean {
  return value?.trim() === "true" || value?.trim() === "1";
}

const guidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** With hyphens, without braces, in either case. */
export function isGuid(value: string | undefined): value is string {
  return value !== undefined && guidForm.test(value);
}
