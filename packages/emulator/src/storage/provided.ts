import type { BlobServiceClient } from "@azure/storage-blob";

// What is known of a provisioned container stands with it, as its metadata: a SAS without list shows it to nobody.

const PROVIDED = "provided";
const JOB = "job";

/** Metadata of a container that was just provisioned. */
export const freshlyProvided: Readonly<Record<string, string>> = { [PROVIDED]: "true" };

/** The containers of an account: which of them are ours, and whose job has them. */
export class ProvidedContainers {
  readonly #service: BlobServiceClient;
  /** One claim at a time: looking and claiming are two requests. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(service: BlobServiceClient) {
    this.#service = service;
  }

  /** `absent`: there is no such container. `own`: it was not provisioned. */
  async kind(container: string): Promise<"provided" | "own" | "absent"> {
    const metadata = await this.#metadata(container);
    if (metadata === undefined) return "absent";
    return metadata[PROVIDED] === undefined ? "own" : "provided";
  }

  /** Gives the containers to a job, all or none; false if another job has one of them. */
  claim(containers: readonly string[], jobId: string): Promise<boolean> {
    const claimed = this.#last.then(() => this.#claim(containers, jobId));
    this.#last = claimed.catch(() => undefined);
    return claimed;
  }

  async #claim(containers: readonly string[], jobId: string): Promise<boolean> {
    for (const container of containers) {
      const owner = (await this.#metadata(container))?.[JOB];
      if (owner !== undefined && owner !== jobId) return false;
    }
    for (const container of containers) {
      await this.#service.getContainerClient(container).setMetadata({ ...freshlyProvided, [JOB]: jobId });
    }
    return true;
  }

  async #metadata(container: string): Promise<Record<string, string> | undefined> {
    try {
      return (await this.#service.getContainerClient(container).getProperties()).metadata ?? {};
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return undefined;
      throw error;
    }
  }
}
