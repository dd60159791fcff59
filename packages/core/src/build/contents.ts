import type { PlannedContent, PlannedItem } from "../model/index.ts";

/** One content of an item of a plan, and what messages and content types call it. */
export interface ItemContent {
  readonly item: PlannedItem;
  readonly content: PlannedContent;
  /** `version 1.0`, `attachment "plan.txt"`; undefined for a file that has no older versions. */
  readonly part: string | undefined;
  /** Name of the file or attachment, whose extension tells the content type. */
  readonly name: string;
}

/** All contents of an item: of a file its versions, oldest first and the current one last; of a list item its attachments. */
export function contentsOf(item: PlannedItem): ItemContent[] {
  if (item.kind === "file") {
    const { versions = [] } = item;
    const name = item.path.at(-1) ?? "";
    const part = (version: string) => (versions.length === 0 ? undefined : `version ${version}`);
    return [...versions, item].map((content) => ({ item, content, part: part(content.version), name }));
  }
  if (item.kind === "item") {
    const attachments = item.attachments ?? [];
    return attachments.map((content) => {
      return { item, content, part: `attachment ${JSON.stringify(content.name)}`, name: content.name };
    });
  }
  return [];
}
