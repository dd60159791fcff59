// Control characters move the cursor and colour the terminal, direction marks reorder what is read, and lone surrogates
// become replacement characters: a name from a hostile source may hold any of them.
const unsafe = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** The text with everything that a terminal would act on written as `\u{hex}`; one line. */
export function safeText(text: string): string {
  return text.replace(unsafe, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
