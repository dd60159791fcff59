/**
 * What is measured of core beside its public entry: modules that no user can import, taken from the same build.
 * Nothing outside the benchmarks may do this.
 */
const entry = import.meta.resolve("@primepack/core");
const load = (path) => import(new URL(path, entry));

export const core = () => import("@primepack/core");
export const quickXorHash = () => load("seal/quick-xor-hash.js");
export const manifest = () => load("manifest/manifest.js");
