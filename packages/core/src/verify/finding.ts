import { type Code, codes } from "../errors/index.ts";

/** `error`: the service refuses it or loses something; `warning`: it may; `note`: worth knowing. */
export type Severity = "error" | "warning" | "note";

/** One thing that the second look found. */
export interface Finding {
  readonly code: Code;
  readonly severity: Severity;
  /** Name of the package; absent for what concerns the whole output. */
  readonly package?: string;
  /** `manifest/Manifest.xml:12:5` (line and column from 1), or a blob: `content/00000001.dat`. */
  readonly place: string;
  readonly message: string;
  /** What to do next; the registry's remedy of the code. */
  readonly remedy: string;
}

/** Where something stands in a file that is being read. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Takes a fault at a position of one file. Default severity: `error`. */
export type Report = (code: Code, at: Position, message: string, severity?: Severity) => void;

/** Takes a fault at a place of one package. Default severity: `error`. */
export type ReportAt = (code: Code, place: string, message: string, severity?: Severity) => void;

export function makeFinding(
  code: Code,
  severity: Severity,
  packageName: string | undefined,
  place: string,
  message: string,
): Finding {
  return {
    code,
    severity,
    ...(packageName === undefined ? {} : { package: packageName }),
    place,
    message,
    remedy: codes[code].remedy,
  };
}

const QUOTE_LENGTH = 200;

/** A value for a message: JSON, so that no control character is printed, and cut where it is long. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > QUOTE_LENGTH ? `${value.slice(0, QUOTE_LENGTH)}…` : value);
}
