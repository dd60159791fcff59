/** Readable in the light and in the dark, on paper and on a narrow screen. Contrasts of text are 4.5:1 or more. */
export const style = `
:root {
  color-scheme: light dark;
  --back: #f5f6f8; --paper: #ffffff; --text: #1b2028; --soft: #565f6d; --line: #dde1e7; --accent: #1f5fbf;
  --imported: #2f8f4e; --deleted: #8a5cc2; --unchanged: #4c9aa6; --existing: #9fb0c0; --excluded: #c3cad3;
  --pending: #5b8def; --skipped: #d9a520; --unknown: #c2571a; --failed: #c22f3d;
  --text-failed: #a81f2e; --text-unknown: #994009; --text-skipped: #775300; --text-pending: #1f55bd; --text-warned: #775300;
  --good: #1d6d38; --data: #3a78d4; --items: #2f8f6e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #14171c; --paper: #1d2128; --text: #e7eaee; --soft: #a5aeba; --line: #343b45; --accent: #84b4ff;
    --imported: #46b06b; --deleted: #a881dc; --unchanged: #5fb2bf; --existing: #7d90a5; --excluded: #5d6877;
    --pending: #7aa5f7; --skipped: #e0b23f; --unknown: #e58145; --failed: #ec6570;
    --text-failed: #ff8b94; --text-unknown: #ffa06a; --text-skipped: #f0c65c; --text-pending: #9bc0ff; --text-warned: #f0c65c;
    --good: #6fd58f; --data: #6ea2f0; --items: #4fbf96;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--paper); padding: 0.4rem 0.8rem; z-index: 2; }
header, main, footer { max-width: 1320px; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 0.35rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 0 0 0.9rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 0.5rem; }
.note { color: var(--soft); font-size: 0.85em; font-weight: 400; }
.nothing { color: var(--soft); margin: 0; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 1.15rem 1.25rem; margin: 1rem 0; }
.status { display: inline-block; font-weight: 600; border: 1px solid currentcolor; border-radius: 1em; padding: 0 0.75em; }
.status-complete { color: var(--good); } .status-interrupted, .status-cancelled, .status-losses { color: var(--text-failed); }
dl.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.75rem, 1fr)); gap: 0.75rem; margin: 1.1rem 0 0; }
dl.facts div { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 0.65rem 0.9rem; }
dl.facts dt { color: var(--soft); font-size: 0.85rem; }
dl.facts dd { margin: 0; font-size: 1.25rem; font-weight: 650; white-space: nowrap; font-variant-numeric: tabular-nums; }
dl.facts dd.text-failed, dl.facts dd.text-unknown { font-weight: 700; }
.bar { display: block; width: 100%; height: 28px; border-radius: 6px; margin-bottom: 1rem; }
.key { width: 0.75em; height: 0.75em; margin-right: 0.5em; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem 2rem; }
figure { margin: 0; } figcaption { font-weight: 600; margin-bottom: 0.25rem; }
.chart { display: block; width: 100%; height: auto; }
.chart text { fill: var(--soft); font-size: 11px; } .grid { stroke: var(--line); stroke-width: 1; }
.fill-data { fill: var(--data); } .fill-items { fill: var(--items); }
.fill-imported { fill: var(--imported); } .fill-deleted { fill: var(--deleted); } .fill-unchanged { fill: var(--unchanged); }
.fill-existing { fill: var(--existing); } .fill-excluded { fill: var(--excluded); } .fill-pending { fill: var(--pending); }
.fill-skipped { fill: var(--skipped); } .fill-unknown { fill: var(--unknown); } .fill-failed { fill: var(--failed); }
.text-failed { color: var(--text-failed); } .text-unknown { color: var(--text-unknown); } .text-skipped { color: var(--text-skipped); }
.text-pending { color: var(--text-pending); } .text-warned { color: var(--text-warned); }
details { margin-top: 0.9rem; } summary { cursor: pointer; color: var(--accent); }
.scroll { overflow-x: auto; } .tall { max-height: 30rem; overflow: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
table.legend, table.narrow { width: auto; } table.legend th { white-space: nowrap; }
caption { text-align: left; color: var(--soft); padding-bottom: 0.3rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.9rem 0.35rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 500; } thead th { color: var(--soft); font-size: 0.85rem; white-space: nowrap; }
.tall thead th { position: sticky; top: 0; background: var(--paper); }
tbody tr:last-child > * { border-bottom: 0; }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.id { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.85em; }
td.id { white-space: nowrap; } #problems td.id { white-space: normal; overflow-wrap: anywhere; min-width: 9rem; }
.path { min-width: 14rem; overflow-wrap: anywhere; } .said { min-width: 14rem; overflow-wrap: anywhere; }
.badge { font-weight: 600; }
form { display: flex; flex-wrap: wrap; gap: 0.5rem 1.25rem; align-items: end; }
form p { margin: 0; } form p:first-child { flex: 1 1 20rem; }
label { display: block; font-size: 0.85rem; color: var(--soft); }
input, select, button { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--soft); border-radius: 6px; padding: 0.35rem 0.6rem; }
input { width: 100%; } button { cursor: pointer; }
#found { color: var(--soft); margin: 0.6rem 0; min-height: 1.5em; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
footer { color: var(--soft); font-size: 0.9rem; padding-bottom: 2.5rem; }
@media print { body { background: none; } form, .skip { display: none; } section { break-inside: avoid-page; } .tall { max-height: none; } }
`;
