// What a reader of blobs needs who has nothing but the URI of their container.

export { openSasContainer, type SasContainerOptions } from "./sas-containers.ts";
