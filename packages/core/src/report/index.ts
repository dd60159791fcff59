// What reports are written with: CSV that spreadsheets take for text, pages that open from disk, files that appear whole.

export { BYTE_ORDER_MARK, type CsvCell, csvLine } from "./csv-line.ts";
export { escapeHtml, Html, type HtmlValue, html } from "./html.ts";
export { cutText, ProblemTally, type ProblemTallyOptions } from "./problem-tally.ts";
export { bytes, count, countOf, duration, moment, percentage, rate } from "./quantities.ts";
export { makeReportFolder, writeReportFile } from "./report-folder.ts";
export { type ReportPage, reportPage } from "./report-page.ts";
export { withReportFile } from "./with-report-file.ts";
