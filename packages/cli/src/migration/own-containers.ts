import { resolve } from "node:path";
import { type ContainerProvider, ownContainers } from "@primepack/submitter";
import type { MigrateArguments } from "../arguments/migrate-arguments.ts";
import type { CommandContext } from "../command-context.ts";
import { networkFromEnvironment, storageSecret } from "../environment.ts";
import { credentialFor } from "./credential.ts";

/**
 * Containers of an own storage account if one is named: by a connection string in `--storage-file` or
 * PRIMEPACK_STORAGE, or by its URL with `--storage-account`. Undefined: the service provides them. Throws INVALID_OPTION.
 */
export async function containersFor(
  { storageFile, storageAccount, credential }: MigrateArguments,
  { cwd, env }: Pick<CommandContext, "cwd" | "env">,
): Promise<ContainerProvider | undefined> {
  const network = networkFromEnvironment(env);
  const options = network === undefined ? {} : { network };
  if (storageAccount !== undefined) {
    const asker = await credentialFor(credential, storageAccount, { cwd, env });
    return ownContainers({ ...options, accountUrl: storageAccount, credential: asker });
  }
  const storage = await storageSecret(storageFile && resolve(cwd, storageFile), env);
  return storage && ownContainers({ ...options, storage });
}
