/** HRESULTs as decimal text. */
export const errorCodes = {
  fileExists: "-2147024816",
  generic: "-2146232832",
} as const;

const types = {
  sharePoint: "Microsoft.SharePoint.SPException",
  schema: "System.Xml.Schema.XmlSchemaValidationException",
  xml: "System.Xml.XmlException",
  format: "System.FormatException",
  cryptography: "System.Security.Cryptography.CryptographicException",
  argument: "System.ArgumentException",
} as const;

export type FaultType = keyof typeof types;

/** Why the service refuses an object; where it leaves an import altogether, the job. */
export class Fault extends Error {
  readonly errorCode: string;
  readonly errorType: string;
  readonly isFatal: boolean;

  constructor(
    message: string,
    options: {
      readonly code?: string;
      readonly type?: FaultType;
      readonly isFatal?: boolean;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Fault";
    this.errorCode = options.code ?? errorCodes.generic;
    this.errorType = types[options.type ?? "sharePoint"];
    this.isFatal = options.isFatal ?? false;
  }
}

export function fatal(message: string, type: FaultType = "sharePoint", cause?: unknown): Fault {
  return new Fault(message, { type, isFatal: true, cause });
}

/** Refuses the object unless the condition holds. */
export function demand(condition: boolean, message: string | (() => string), type?: FaultType): asserts condition {
  if (!condition) throw new Fault(typeof message === "string" ? message : message(), type ? { type } : {});
}
