import { PrimepackError, Secret } from "../errors/index.ts";
import { KEY_BYTES, type PackageContainers } from "../model/index.ts";

/** The run's one key; `provided`: each package has the one of its containers; `none`: blobs are stored as they are. */
export type Encryption = Secret<Uint8Array> | "provided" | "none";

/** What a package's blobs are encrypted with; undefined for `none`. Throws INVALID_KEY. */
export function packageKey(
  encryption: Encryption,
  packageName: string,
  { key }: Pick<PackageContainers, "key">,
): Secret<Uint8Array> | undefined {
  if (encryption === "none") return undefined;
  if (encryption !== "provided") return encryption;
  if (key !== undefined) return checkedKey(key);
  throw new PrimepackError(
    "INVALID_KEY",
    `Cannot encrypt package ${packageName} as its containers have to bring the key: current value is none`,
    { hint: "Let PackageStore.open() give `key` with the containers, or build with another `encryption`." },
  );
}

/** The key itself if it is one. Throws INVALID_KEY; nothing of the value is in its message. */
export function checkedKey(key: unknown): Secret<Uint8Array> {
  const value: unknown = key instanceof Secret ? key.reveal() : undefined;
  if (value instanceof Uint8Array && value.byteLength === KEY_BYTES) return key as Secret<Uint8Array>;
  const size = value instanceof Uint8Array ? value.byteLength : 0;
  throw new PrimepackError("INVALID_KEY", `Cannot encrypt as a key has ${KEY_BYTES} bytes: current value has ${size}`);
}
