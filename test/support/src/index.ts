export { type Azurite, startAzurite } from "./azurite.ts";
export { accountSas, containerSas } from "./azurite-sas.ts";
export {
  type HandMadeBlob,
  type HandMadePackage,
  handMadeKey,
  handMadePackages,
  type SealedHandMadePackage,
  sealHandMade,
  sealText,
} from "./broken-packages.ts";
export { chromiumPath, startChromium } from "./chromium.ts";
export {
  type CliOptions,
  type CliResult,
  cliProgram,
  type EmulatorProcess,
  runCliProcess,
  startEmulatorProcess,
} from "./cli-process.ts";
export { collect } from "./collect.ts";
export { deterministicRandom } from "./deterministic-random.ts";
export { exampleTarget } from "./example-target.ts";
export { type Fault, type FaultServer, type SeenRequest, startFaultServer } from "./fault-server.ts";
export { folderDigest } from "./folder-digest.ts";
export { type HostileEntry, type HostileTree, makeHostileTree } from "./hostile-tree.ts";
export { type HttpProxy, startHttpProxy } from "./http-proxy.ts";
export { collectJournal, describeJournal, type JournalUnderTest } from "./journal-conformance.ts";
export { collectLedger, describeLedger, type LedgerUnderTest, ledgerEntry } from "./ledger-conformance.ts";
export { type BlobFaults, memoryJobContainer } from "./memory-job-container.ts";
export { makeTree, manyFiles, type TreeFiles } from "./plain-tree.ts";
export { RandomSource } from "./random-source.ts";
export { type Exchange, type Relay, type RelayedRequest, type RelayOptions, startRelay } from "./relay.ts";
export { richFields, richPackage } from "./rich-package.ts";
export { type SelfSignedCertificate, selfSignedCertificate } from "./self-signed-certificate.ts";
export { temporaryFolder } from "./temporary-folder.ts";
export { asUnprivileged, runUnprivileged, type UnprivilegedResult } from "./unprivileged.ts";
export { type CollectingStream, collectingStream, type ManualClock, manualClock } from "./view-rims.ts";
export { VirtualTime } from "./virtual-time.ts";
export { canonicalXml, schemaOf, specFolder, specIsMissing, validateXsd } from "./xsd.ts";
