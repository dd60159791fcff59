/**
 * An element with what is in it.
 *
 * Strings of a reader may share memory with the piece of text (up to 64 KiB) that they were cut from: copy those that
 * are kept long after the element.
 */
export interface XmlElement {
  /** Without the root's prefix, where the root has one. */
  readonly name: string;
  /** In the order of the document; has no prototype, so that any name is safe. */
  readonly attributes: Readonly<Record<string, string>>;
  /** How many attributes there are, told by the reader: who finds as many as it knows need not look for others. */
  readonly attributeCount?: number | undefined;
  readonly children: readonly XmlElement[];
  /** Character data directly in the element, joined; absent if there is none but white space between tags. */
  readonly text?: string;
  /** Of the start tag's `<`, from 1; 0 in an element that was not read. */
  readonly line: number;
  /** Of the start tag's `<`, from 1, in UTF-16 units; 0 in an element that was not read. */
  readonly column: number;
}
