import { PrimepackError } from "@primepack/core";

// Connection strings, SAS URLs and SAS queries; bearer tokens; and 32 bytes in base64, which is what a key is.
const storageSecret = /(?:^|[?&;])sig=|(?:AccountKey|SharedAccessSignature)=/i;
const token = /eyJ[\w-]{8,}\.eyJ[\w-]{8,}\./;
const key = /^(?:--?[a-z-]+=)?[A-Za-z0-9+/]{43}=$/;

/**
 * Throws INVALID_OPTION if an argument looks like a secret, which other users of the machine could read from the list of
 * processes. The value is not repeated.
 */
export function refuseSecretArguments(argv: readonly string[]): void {
  for (const argument of argv) {
    if (storageSecret.test(argument)) {
      throw new PrimepackError(
        "INVALID_OPTION",
        "Cannot take a connection string or SAS as an argument as other users could see it: current value is [redacted]",
        { hint: "Write it into a file for --storage-file or --blob-sas-file; replace the one that was seen." },
      );
    }
    if (token.test(argument)) {
      throw new PrimepackError(
        "INVALID_OPTION",
        "Cannot take a token as an argument as other users could see it: current value is [redacted]",
        { hint: "Write it into a file for --token-file." },
      );
    }
    if (key.test(argument)) {
      throw new PrimepackError(
        "INVALID_OPTION",
        "Cannot take a key as an argument as other users could see it: current value is [redacted]",
        { hint: "Write it into a file for --key-file." },
      );
    }
  }
}
