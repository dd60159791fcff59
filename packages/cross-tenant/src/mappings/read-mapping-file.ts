import { createHash, type Hash } from "node:crypto";
import { throwIfAborted } from "@primepack/core/errors";
import type { JournalChange } from "@primepack/core/model";
import type { TableRow } from "@primepack/core/table";
import type { MappingForm } from "./mapping-forms.ts";
import { type MappingJournal, putFinding, putRecord, RECORDS_AT_ONCE } from "./mapping-journal.ts";
import type { FindingEntry, MappingRecord } from "./mapping-records.ts";
import { duplicateFinding, mappingRowReader, mappingTableRows } from "./mapping-rows.ts";
import type { LineFinding, MappingRunOptions } from "./mapping-run-types.ts";

/** What was read of a file. */
export interface ReadMappings {
  readonly lines: number;
  readonly findings: number;
  readonly digest: string;
}

export interface ReadMappingsOptions {
  readonly form: MappingForm;
  readonly journal: MappingJournal;
  readonly given: MappingRunOptions;
  readonly generation: number;
  /** Told after each write. */
  told(lines: number, findings: readonly LineFinding[]): Promise<void>;
  /** Ends the reading, also of a file that gives nothing for long. */
  readonly stopping: AbortSignal;
}

/** Reads a file wholly into the journal, as what is wanted in a generation. Throws ABORTED if it was stopped before its end. */
export async function readMappings(options: ReadMappingsOptions): Promise<ReadMappings> {
  const { form, journal, given, generation, told, stopping } = options;
  const digest = new RowsDigest(given);
  const read = mappingRowReader(form, given.rows.sourceOrganizationId);
  const records = new Map<string, MappingRecord>();
  let findings: FindingEntry[] = [];
  const counts = { lines: 0, findings: 0 };
  const flush = async () => {
    const changes: JournalChange[] = [...records].map(([key, record]) => putRecord(key, record));
    await journal.write([...changes, ...findings.map(putFinding)]);
    const found = findings.map(({ source: _, ...finding }) => finding);
    counts.findings += found.length;
    records.clear();
    findings = [];
    await told(counts.lines, found);
  };
  for await (const rows of mappingTableRows(form, given.rows, stopping)) {
    digest.add(rows);
    for (const tableRow of rows) {
      const row = read(tableRow);
      counts.lines += 1;
      if (row.finding !== undefined) findings.push({ ...row.finding, source: row.source });
      else {
        const { source, ...values } = row.members;
        const { line, key, isRemoval } = row;
        const before = records.get(key) ?? journal.record(key);
        if (before?.wanted?.generation === generation) {
          findings.push({ ...duplicateFinding(line, source, before.wanted.line), source });
        } else {
          const wanted = { generation, line, values: isRemoval ? undefined : values };
          records.set(key, { ...before, source, wanted });
        }
      }
      if (records.size + findings.length >= RECORDS_AT_ONCE) await flush();
    }
  }
  throwIfAborted(stopping, "apply mappings");
  await flush();
  return { ...counts, digest: digest.end() };
}

/** The digest that reading the file would give. */
export async function digestOfMappings(
  form: MappingForm,
  given: MappingRunOptions,
  stopping: AbortSignal,
): Promise<string> {
  const digest = new RowsDigest(given);
  for await (const rows of mappingTableRows(form, given.rows, stopping)) digest.add(rows);
  return digest.end();
}

/** Of a file's rows, and of what else says what is sent. */
class RowsDigest {
  readonly #hash: Hash;

  constructor({ rows, removeMissing = false, resend = false, skipInvalid = false }: MappingRunOptions) {
    const settings = [rows.sourceOrganizationId?.toLowerCase() ?? null, removeMissing, resend, skipInvalid];
    this.#hash = createHash("sha256").update(JSON.stringify(settings));
  }

  add(rows: readonly TableRow[]): void {
    for (const { line, values, fault } of rows) this.#hash.update(`${JSON.stringify([line, values ?? fault])}\n`);
  }

  end(): string {
    return this.#hash.digest("hex");
  }
}
