import type { MappingEvent, MappingProgress } from "@primepack/cross-tenant";
import { flatFinding } from "./flat-finding.ts";
import { JsonRunView } from "./json-run-view.ts";
import type { MappingEnd, MappingView } from "./mapping-view.ts";

/** A mapping file for programs. */
export class JsonMappingView extends JsonRunView<object, MappingProgress> implements MappingView {
  override event(event: MappingEvent): Promise<void> {
    return super.event(flatFinding(event));
  }

  async summary({ summary, ...end }: MappingEnd): Promise<void> {
    await this.end({ ...summary, ...end });
  }
}
