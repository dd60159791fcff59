import type { BatchEvent, BatchProgress } from "@primepack/cross-tenant";
import type { BatchEnd, BatchView } from "./batch-view.ts";
import { flatFinding } from "./flat-finding.ts";
import { JsonRunView } from "./json-run-view.ts";

/** A batch of moves for programs. */
export class JsonBatchView extends JsonRunView<object, BatchProgress> implements BatchView {
  override event(event: BatchEvent): Promise<void> {
    return super.event(flatFinding(event));
  }

  async summary({ summary, ...end }: BatchEnd): Promise<void> {
    await this.end({ ...summary, ...end });
  }
}
