import type { exitCodeMeanings } from "./exit-code.ts";

/** Exit statuses as every command's help ends with them. */
export const listed = (meanings: typeof exitCodeMeanings): string =>
  Object.entries(meanings)
    .map(([code, meaning]) => `  ${code.padEnd(5)}${meaning}`)
    .join("\n");

export const credentialHelp = `Who asks the service; an emulator on this machine needs none
  --tenant ID            tenant of the application, with
  --client-id ID         its id and
  --certificate FILE     its certificate and private key (PEM)
                         (or AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_CERTIFICATE_PATH; a password of the file
                         is AZURE_CLIENT_CERTIFICATE_PASSWORD, a secret for Graph AZURE_CLIENT_SECRET; never arguments)
  --token-file FILE      one line, a bearer token; read again every minute, for who renews it
  --traffic TEXT         ISV|Company|App/1.0 or NONISV|Company|App/1.0 (default: NONISV|Primepack|Primepack/...)`;
