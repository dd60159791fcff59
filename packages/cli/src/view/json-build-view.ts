import type { BuildEvent, BuildProgress } from "@primepack/core";
import type { BuildEnd, BuildView } from "./build-view.ts";
import { JsonRunView } from "./json-run-view.ts";
import type { Work } from "./work-rate.ts";

/** A build for programs. */
export class JsonBuildView extends JsonRunView<BuildEvent, BuildProgress> implements BuildView {
  counted(total: Work): void {
    this.paint({ type: "counted", ...total });
  }

  async summary({ summary, tally, ...end }: BuildEnd): Promise<void> {
    await this.end({ ...summary, ...tally, ...end });
  }
}
