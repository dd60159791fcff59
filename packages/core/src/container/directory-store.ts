import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { throwIfAborted } from "../errors/index.ts";
import type { PackageContainers, PackageLocation, PackageStore } from "../model/index.ts";
import { DirectoryContainer } from "./directory.ts";
import { writeError } from "./file-error.ts";
import { PackageFolder } from "./package-folder.ts";
import { checkPackageName } from "./package-name.ts";

/**
 * Packages as folders of `directory`: `<package>/content`, `<package>/manifest` and `<package>/blobs.ndjson`.
 *
 * A package is written to `.partial-<package>` and gets its name by one rename, so that what has the name is whole.
 * `open` drops what stands under either name.
 */
export function directoryPackageStore(directory: string): PackageStore {
  const root = resolve(directory);
  return {
    async open(packageName, signal) {
      checkPackageName(packageName);
      const doing = `begin the package ${packageName} in ${root}`;
      throwIfAborted(signal, doing);
      const folder = new PackageFolder(root, packageName);
      try {
        await folder.clear();
        await mkdir(join(folder.partial, "content"), { recursive: true });
        await mkdir(join(folder.partial, "manifest"));
      } catch (error) {
        throw writeError(error, doing);
      }
      return containersIn(folder);
    },
  };
}

function containersIn(folder: PackageFolder): PackageContainers {
  return {
    content: new DirectoryContainer(join(folder.partial, "content")),
    manifest: new DirectoryContainer(join(folder.partial, "manifest")),
    async complete(blobs): Promise<PackageLocation> {
      await folder.complete(blobs);
      return {
        content: { kind: "directory", path: `${folder.name}/content` },
        manifest: { kind: "directory", path: `${folder.name}/manifest` },
      };
    },
    discard: () => folder.discard(),
  };
}
