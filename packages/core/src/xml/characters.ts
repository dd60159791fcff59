/**
 * What stands for a character that XML 1.0 cannot hold: U+FFFD, the replacement character.
 *
 * Not nothing, since leaving characters out could join words or make two values one, and a reader should see that
 * something was there. A lone surrogate would become the same by being written as UTF-8.
 */
export const XML_REPLACEMENT = "\ufffd";

const LAST_MARKUP = 62;
const HIGH_SURROGATE = 0xd800;
const LOW_SURROGATE = 0xdc00;
const SURROGATE_END = 0xe000;
const NOT_CHARACTER = 0xfffe;

/** By code up to 62: what an attribute value has instead of the character; undefined for those that may stand. */
const attributeForms: readonly (string | undefined)[] = Array.from({ length: LAST_MARKUP + 1 }, (_, code) => {
  const character = String.fromCharCode(code);
  switch (character) {
    case "&":
      return "&amp;";
    case "<":
      return "&lt;";
    case ">":
      return "&gt;";
    case '"':
      return "&quot;";
    // A parser makes spaces of these three unless they are references.
    case "\t":
      return "&#x9;";
    case "\n":
      return "&#xA;";
    case "\r":
      return "&#xD;";
    default:
      return code < 32 ? XML_REPLACEMENT : undefined;
  }
});

/** The forms of one kind of text, and where they are: a table of bytes is much faster to look into. */
interface Escaping {
  readonly forms: readonly (string | undefined)[];
  readonly special: Uint8Array;
}

function escaping(keeps: (code: number, form: string) => boolean): Escaping {
  const forms = attributeForms.map((form, code) => (form === undefined || keeps(code, form) ? undefined : form));
  return { forms, special: Uint8Array.from(forms, (form) => (form === undefined ? 0 : 1)) };
}

const inAttribute = escaping(() => false);
const inText = escaping((code) => code === 9 || code === 10 || code === 34);
const inCleaning = escaping((_, form) => form !== XML_REPLACEMENT);

/** Index of the first UTF-16 unit that may need another form; the length if there is none. */
function firstSpecial(text: string, special: Uint8Array): number {
  const { length } = text;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code <= LAST_MARKUP) {
      if (special[code] === 1) return index;
    } else if (code >= HIGH_SURROGATE && (code < SURROGATE_END || code >= NOT_CHARACTER)) return index;
  }
  return length;
}

function replace(text: string, { forms, special }: Escaping): string {
  const first = firstSpecial(text, special);
  if (first === text.length) return text;
  let result = "";
  let copied = 0;
  for (let index = first; index < text.length; index++) {
    const code = text.charCodeAt(index);
    let form: string | undefined;
    if (code <= LAST_MARKUP) form = forms[code];
    else if (code >= NOT_CHARACTER) form = XML_REPLACEMENT;
    else if (code >= HIGH_SURROGATE && code < SURROGATE_END) {
      const next = text.charCodeAt(index + 1);
      if (code < LOW_SURROGATE && next >= LOW_SURROGATE && next < SURROGATE_END) index++;
      else form = XML_REPLACEMENT;
    }
    if (form === undefined) continue;
    result += text.slice(copied, index) + form;
    copied = index + 1;
  }
  return result + text.slice(copied);
}

/**
 * The text with U+FFFD for every character that XML 1.0 cannot hold: controls but tab, line feed and carriage return;
 * lone surrogates; U+FFFE and U+FFFF.
 */
export function xmlClean(text: string): string {
  return replace(text, inCleaning);
}

/** An attribute value between double quotes: clean as by {@link xmlClean}, and read back as the very same text. */
export function escapeAttribute(text: string): string {
  return replace(text, inAttribute);
}

/** Character data: clean as by {@link xmlClean}, and read back as the very same text. */
export function escapeText(text: string): string {
  return replace(text, inText);
}
