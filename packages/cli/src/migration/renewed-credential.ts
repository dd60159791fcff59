import { resolve } from "node:path";
import type { CredentialArguments } from "../arguments/service-arguments.ts";

/**
 * Who asks for a run that is gone on with: what is given now counts instead of what the run began with, and the rest
 * stays. A token takes the place of an application, and an application that of a token.
 *
 * Paths that are given now are relative to `cwd`, and are absolute in the result.
 */
export function renewedCredential(
  begun: CredentialArguments,
  given: CredentialArguments,
  cwd: string,
): CredentialArguments {
  const { certificate, tokenFile, ...others } = given;
  const { traffic, tokenFile: earlierToken, ...application } = begun;
  const decorated = traffic === undefined ? {} : { traffic };
  if (tokenFile !== undefined) return { ...decorated, ...others, tokenFile: resolve(cwd, tokenFile) };
  const isApplication = certificate !== undefined || others.tenant !== undefined || others.clientId !== undefined;
  return {
    ...decorated,
    ...application,
    ...(earlierToken === undefined || isApplication ? {} : { tokenFile: earlierToken }),
    ...others,
    ...(certificate === undefined ? {} : { certificate: resolve(cwd, certificate) }),
  };
}
