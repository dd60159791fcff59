export { collect } from "./collect.ts";
export { deterministicRandom } from "./deterministic-random.ts";
export { exampleTarget } from "./example-target.ts";
export { folderDigest } from "./folder-digest.ts";
export { temporaryFolder } from "./temporary-folder.ts";
