import { rm } from "node:fs/promises";
import { join } from "node:path";
import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  BlobServiceClient,
  generateAccountSASQueryParameters,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { primepack } from "./node-task.mjs";
import { targetFile } from "./target.mjs";

/** Uploads of a folder by each program that is installed, into a container of its own for each run. */
export function uploaders(bench, storage, folder) {
  const { measure, tools, scratch } = bench;
  const contestants = [{ name: "primepack", run: () => buildInto(bench, storage, folder) }];
  let containers = 0;
  const fresh = () => {
    containers += 1;
    return `uploads-${containers}`;
  };
  const rclone = tools.get("rclone").command;
  if (rclone) {
    // rclone has no other way to a storage that is reached by http and a port.
    const env = { RCLONE_AZUREBLOB_USE_EMULATOR: "true", RCLONE_AZUREBLOB_ENDPOINT: storage.url };
    contestants.push({
      name: "rclone copy",
      run: () => measure([rclone, "copy", "--config", "", folder, `:azureblob:${fresh()}`], { env }),
    });
  }
  const azcopy = tools.get("azcopy").command;
  if (azcopy) {
    contestants.push({
      name: "azcopy copy --put-md5",
      async run() {
        const container = fresh();
        await serviceOf(storage).createContainer(container);
        const url = `${storage.url}/${container}?${accountSas(storage)}`;
        const args = [
          "copy",
          `${folder}/*`,
          url,
          "--recursive",
          "--put-md5",
          "--from-to=LocalBlob",
          "--log-level=NONE",
          "--output-level=quiet",
        ];
        const logs = join(scratch, "azcopy");
        return measure([azcopy, ...args], { env: { AZCOPY_LOG_LOCATION: logs, AZCOPY_JOB_PLAN_LOCATION: logs } });
      },
    });
  }
  return contestants;
}

/** A whole build with encryption, hashes and snapshots; only the client is measured. */
export async function buildInto({ measure, scratch }, storage, folder, ...flags) {
  const out = join(scratch, "out");
  const command = primepack("build", folder, "--target", targetFile, "--out", out, "--quiet", ...flags);
  const run = await measure(command, { env: { PRIMEPACK_STORAGE: storage.connectionString } });
  await rm(out, { recursive: true });
  return run;
}

const credential = ({ account, accountKey }) => new StorageSharedKeyCredential(account, accountKey);

const serviceOf = (storage) => new BlobServiceClient(storage.url, credential(storage));

function accountSas(storage) {
  const options = {
    permissions: AccountSASPermissions.parse("rwdlac"),
    resourceTypes: AccountSASResourceTypes.parse("sco").toString(),
    services: AccountSASServices.parse("b").toString(),
    expiresOn: new Date(Date.now() + 3_600_000),
  };
  return generateAccountSASQueryParameters(options, credential(storage)).toString();
}
