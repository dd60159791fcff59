import { PrimepackError } from "../errors/index.ts";
import { readXmlRecords, type XmlElement } from "../xml/index.ts";
import { type BlobAccess, checkFacts, type OpenedBlob, openBlob, reportUnreadable } from "./check-blob.ts";
import type { Report, ReportAt } from "./finding.ts";
import type { KnownBlob } from "./inventory.ts";
import type { RuleContext } from "./rules/context.ts";
import type { SideFileRules } from "./rules/types.ts";
import { SchemaCheck } from "./schema/check-schema.ts";
import { manifestSchema } from "./schema/manifest.ts";
import type { FileSchema } from "./schema/types.ts";
import type { BlobFacts } from "./stored-blob.ts";

/** Records between two chances to hand findings out. */
const BATCH = 256;

/**
 * Reads one XML file of the manifest container: its blob, its schema, its rules. Yields now and then, so that findings go
 * out; returns what the blob is, if it could be read.
 */
export async function* readManifestFile(
  access: BlobAccess,
  known: KnownBlob,
  schema: FileSchema,
  rules: SideFileRules,
  base: Omit<RuleContext, "report" | "place">,
  report: ReportAt,
): AsyncGenerator<undefined, BlobFacts | undefined, undefined> {
  // Until the end was reached without a fault, nothing may be held against the package that the rest might say.
  const { facts: packageFacts } = base;
  const needed = schema === manifestSchema || known.name === "SystemData.xml";
  const wasPartial = packageFacts.isPartial;
  if (needed) packageFacts.isPartial = true;
  const opened = await openBlob(access, known, [], report);
  if (opened === undefined) return undefined;
  const { place, reading } = opened;
  const positioned: Report = (code, { line, column }, message, severity) =>
    report(code, `${place}:${line}:${column}`, message, severity);
  const context: RuleContext = {
    ...base,
    report: positioned,
    place: ({ line, column }) => `${place}:${line}:${column}`,
  };
  const check = new SchemaCheck(schema, positioned);
  try {
    const onRoot = (root: XmlElement) => {
      check.root(root);
      rules.root?.(context, root);
    };
    const { signal } = access;
    const options = { root: schema.root, namespace: schema.namespace, file: known.name, onRoot };
    let count = 0;
    try {
      if (reading.isClosed) return await closedFacts(opened, report);
      const records = readXmlRecords(reading.read(), signal === undefined ? options : { ...options, signal });
      for await (const record of records) {
        if (check.record(record)) rules.record?.(context, record);
        if (++count % BATCH === 0) yield undefined;
      }
      check.end();
      const { fault } = await reading.finish();
      if (fault === undefined) packageFacts.isPartial = wasPartial;
    } catch (reason) {
      // After a failed decryption, what was read is noise; that finding says it all.
      if (!isFileFault(reason)) throw reason;
      const facts = await reading.finish();
      if (facts.fault === undefined) report(reason.code, place, reason.message);
    }
    const facts = await reading.finish();
    checkFacts(opened, facts, report);
    return facts;
  } catch (reason) {
    reportUnreadable(reason, place, report);
    return undefined;
  } finally {
    await reading.close();
  }
}

async function closedFacts(opened: OpenedBlob, report: ReportAt): Promise<BlobFacts> {
  const facts = await opened.reading.finish();
  checkFacts(opened, facts, report);
  return facts;
}

/** Faults of the file's text, against those of the store it comes from. */
function isFileFault(reason: unknown): reason is PrimepackError {
  return reason instanceof PrimepackError && (reason.code.startsWith("XML_") || reason.code === "MANIFEST_UNEXPECTED");
}
