/** Where a path, or an end of it, stands in a text. */
interface Mention {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

/**
 * The paths that a text mentions, whole or by an end of two segments or more: where one mention lies in a longer one, as
 * `a/b` in `a/b c.txt`, only the longer one counts. Both come folded, and the paths by their last segment.
 */
export function pathsMentioned(text: string, pathsByLeaf: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const mentions: Mention[] = [];
  for (const [leaf, paths] of pathsByLeaf) {
    if (text.includes(leaf)) for (const path of paths) mentions.push(...mentionsOf(path, text));
  }
  const isWithin = (inner: Mention, outer: Mention) =>
    outer.from <= inner.from && inner.to <= outer.to && outer.to - outer.from > inner.to - inner.from;
  return mentions.filter((mention) => !mentions.some((other) => isWithin(mention, other))).map(({ path }) => path);
}

/** Of the longest end of the path that stands in the text. */
function mentionsOf(path: string, text: string): readonly Mention[] {
  for (let start = 0; start !== -1; ) {
    const end = path.slice(start);
    if (!end.includes("/")) return [];
    const found = placesOf(end, text, start === 0);
    if (found.length > 0) return found.map((from) => ({ path, from, to: from + end.length }));
    const slash = path.indexOf("/", start);
    start = slash === -1 ? -1 : slash + 1;
  }
  return [];
}

function placesOf(path: string, text: string, isWhole: boolean): readonly number[] {
  const places: number[] = [];
  for (let at = text.indexOf(path); at !== -1; at = text.indexOf(path, at + 1)) {
    const before = text.charAt(at - 1);
    // Behind a slash, the end of a path belongs to another path than this one.
    const begins = before === "/" ? isWhole : !/[\p{L}\p{N}_\\]/u.test(before);
    if (begins && ENDS.test(text.slice(at + path.length, at + path.length + 4))) places.push(at);
  }
  return places;
}

/** What may follow a path: nothing that would make it a longer one, or one that is escaped. */
const ENDS = /^(?:[^\p{L}\p{N}_/\\.%-]|[.-](?![\p{L}\p{N}_])|$)/u;
