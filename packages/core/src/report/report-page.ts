import { createHash } from "node:crypto";
import { Html, html } from "./html.ts";
import { style } from "./style.ts";

/** What a page shows, and where. */
export interface ReportPage {
  /** Name and heading of the page. */
  readonly title: string;
  /** Below the heading. */
  readonly header: Html;
  readonly main: Html;
  readonly footer: Html;
  /** Where the keyboard gets first, past what is above: the id of a heading. Default: nowhere. */
  readonly skipTo?: { readonly id: string; readonly text: string };
  /** The page's own script. Default: none may run. */
  readonly script?: string;
}

/**
 * A page that needs no other file and asks no network: its policy lets run nothing but its own script and style, by their
 * hashes. Classes and colours are those of this folder's style.
 */
export function reportPage({ title, header, main, footer, skipTo, script }: ReportPage): string {
  const allowed = script === undefined ? "" : ` script-src '${hashOf(script)}';`;
  const policy = `default-src 'none'; style-src '${hashOf(style)}';${allowed} base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
${skipTo !== undefined && html`<a class="skip" href="#${skipTo.id}">${skipTo.text}</a>\n`}<header>
<h1><bdi>${title}</bdi></h1>
${header}
</header>
<main>
${main}
</main>
<footer>${footer}</footer>
${script !== undefined && html`<script>${new Html(script)}</script>\n`}</body>
</html>
`.text;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
