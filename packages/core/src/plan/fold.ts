const ascii = /^\p{ASCII}*$/u;

/**
 * The name in the form in which ids are computed: NFC, Unicode full case folding (CaseFolding.txt, statuses C and F),
 * NFC again. Python's `normalize("NFC", normalize("NFC", name).casefold())` is the same function.
 *
 * Letters that the runtime's Unicode version does not know yet fold to themselves.
 */
export function caseFold(name: string): string {
  if (ascii.test(name)) return name.toLowerCase();
  return foldLetters(name.normalize("NFC")).normalize("NFC");
}

/**
 * The name in the form in which two names of one folder clash. Wider than {@link caseFold}, and a function of it, so that
 * names with equal ids always clash: also compatibility forms (full and half width, ligatures), Katakana as Hiragana, and
 * no characters that show nothing. SharePoint compares by a database collation that no page names; a name too many that
 * gets a suffix costs less than an import that fails.
 */
export function comparisonKey(name: string): string {
  if (ascii.test(name)) return name.toLowerCase();
  const folded = caseFold(name);
  if (ascii.test(folded)) return folded;
  return foldLetters(folded.normalize("NFKC"))
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .replace(/[\u30a1-\u30f6\u30fd\u30fe]/g, (katakana) => String.fromCharCode(katakana.charCodeAt(0) - 0x60))
    .normalize("NFKC");
}

/** Full case folding out of the case mappings that JavaScript has. */
function foldLetters(text: string): string {
  // Dotless i has an upper-case form, the common I, but no folding of its own.
  const parts = text.toLowerCase().split("\u0131");
  return (
    parts
      .map((part) => part.toUpperCase().toLowerCase())
      .join("\u0131")
      // The lower-case mapping knows where a word ends, folding does not.
      .replaceAll("\u03c2", "\u03c3")
      // Cherokee folds to its upper-case letters.
      .replace(/[\uab70-\uabbf\u13f8-\u13fd]/g, (letter) => letter.toUpperCase())
  );
}
