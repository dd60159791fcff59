import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { html } from "./html.ts";
import { reportPage } from "./report-page.ts";

const parts = {
  title: 'Moves of "A" & <B>',
  header: html`<p>${"all <done>"}</p>`,
  main: html`<section>${1}</section>`,
  footer: html`<p>more</p>`,
};

const hashOf = (text: string | undefined) =>
  `'sha256-${createHash("sha256")
    .update(text ?? "")
    .digest("base64")}'`;

/** What the policy of a page allows, by its kind. */
function policyOf(page: string): ReadonlyMap<string, string> {
  const [, policy = ""] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
  return new Map(policy.split("; ").map((rule) => [rule.split(" ", 1)[0] ?? "", rule.split(" ").slice(1).join(" ")]));
}

describe("reportPage()", () => {
  it("puts its parts into their places, and escapes the title", () => {
    const page = reportPage({ ...parts, skipTo: { id: "lines", text: "Go to the lines" } });
    const title = "Moves of &quot;A&quot; &amp; &lt;B&gt;";
    expect(page).toContain(`<title>${title}</title>`);
    expect(page.slice(page.indexOf("<body>"))).toBe(`<body>
<a class="skip" href="#lines">Go to the lines</a>
<header>
<h1><bdi>${title}</bdi></h1>
<p>all &lt;done&gt;</p>
</header>
<main>
<section>1</section>
</main>
<footer><p>more</p></footer>
</body>
</html>
`);
  });

  it("lets run its own style and script and nothing else", () => {
    const page = reportPage({ ...parts, script: 'document.title = "x < y";' });
    const policy = policyOf(page);
    expect(policy.get("default-src")).toBe("'none'");
    expect(policy.get("style-src")).toBe(hashOf(/<style>(.*)<\/style>/s.exec(page)?.[1]));
    expect(policy.get("script-src")).toBe(hashOf(/<script>(.*)<\/script>/s.exec(page)?.[1]));
    expect(page).toContain('<script>document.title = "x < y";</script>');
  });

  it("lets run no script where it has none", () => {
    const page = reportPage(parts);
    expect(page).not.toMatch(/<script|class="skip"/);
    expect(policyOf(page).has("script-src")).toBe(false);
    expect(policyOf(page).get("default-src")).toBe("'none'");
  });
});
