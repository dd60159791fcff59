import type { MigrationEvent, MigrationProgress } from "@primepack/runner";
import { JsonRunView } from "./json-run-view.ts";
import type { MigrationEnd, MigrationView } from "./migration-view.ts";

/** A migration for programs. Items are in the report's `items.ndjson`. */
export class JsonMigrationView extends JsonRunView<MigrationEvent, MigrationProgress> implements MigrationView {
  item(): void {}

  async summary({ summary, ...end }: MigrationEnd): Promise<void> {
    await this.end({ ...summary, ...end });
  }
}
