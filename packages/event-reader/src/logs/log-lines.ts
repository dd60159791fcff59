import { GUID_LENGTH } from "../parse/guids-in.ts";

/** A line, or a piece of one. */
export interface LogLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/**
 * The lines of a text in UTF-8 without their ends (CR LF, LF or CR). A line of more than `maxLength` characters comes in
 * pieces of that length, each of which repeats the last 36 characters of the one before, so that no GUID is cut.
 *
 * Memory: a chunk, and a line of `maxLength`.
 */
export async function* logLines(
  chunks: AsyncIterable<Uint8Array>,
  maxLength: number,
): AsyncGenerator<LogLine, void, undefined> {
  const decoder = new TextDecoder("utf-8");
  let line = 1;
  let rest = "";
  let endedWithReturn = false;

  function* take(text: string): Generator<LogLine> {
    // The second half of a CR LF whose halves came in two chunks.
    const fresh = endedWithReturn && text.startsWith("\n") ? text.slice(1) : text;
    if (text !== "") endedWithReturn = text.endsWith("\r");
    const ended = (rest + fresh).split(/\r\n|\n|\r/);
    rest = ended.pop() ?? "";
    for (const whole of ended) {
      yield* pieces(whole, line, maxLength);
      line += 1;
    }
    while (rest.length > maxLength) {
      yield { line, text: rest.slice(0, maxLength) };
      rest = rest.slice(maxLength - GUID_LENGTH);
    }
  }

  for await (const chunk of chunks) yield* take(decoder.decode(chunk, { stream: true }));
  yield* take(decoder.decode());
  if (rest !== "") yield { line, text: rest };
}

function* pieces(text: string, line: number, maxLength: number): Generator<LogLine> {
  let piece = text;
  for (; piece.length > maxLength; piece = piece.slice(maxLength - GUID_LENGTH)) {
    yield { line, text: piece.slice(0, maxLength) };
  }
  yield { line, text: piece };
}
