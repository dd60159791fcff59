import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeHtml, html } from "./html.ts";

describe("html", () => {
  it("escapes text and keeps markup", () => {
    const cell = html`<td title="${'"><script>'}">${"<b> & 'x'"}</td>`;
    expect(html`<tr>${[cell, undefined, false, 3]}</tr>`.text).toBe(
      '<tr><td title="&quot;&gt;&lt;script&gt;">&lt;b&gt; &amp; &#39;x&#39;</td>3</tr>',
    );
  });

  it("shows what can't be seen or changes the direction of text", () => {
    expect(escapeHtml("a\u202eb\0c\ud800d\u2028e\ufffe")).toBe("a\\u{202e}b\\u{0}c\\u{d800}d\\u{2028}e\\u{fffe}");
    expect(escapeHtml("two\r\nlines\tand a tab")).toBe("two lines and a tab");
    expect(escapeHtml("\u05d0\u0628é😀")).toBe("\u05d0\u0628é😀");
  });

  it("never lets markup through", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(html`${text}`.text).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      }),
    );
  });
});
