import { join } from "node:path";
import { nameColumn, peak, processColumns, work, workColumn } from "../harness/figures.mjs";
import { makeInventory } from "../harness/inventory.mjs";
import { nodeTask } from "../harness/node-task.mjs";
import { megabytes } from "../harness/report.mjs";
import { interleave, ratio, typical } from "../harness/rounds.mjs";

const VERSIONS = 10;
const BYTES = 500;

export const inventoryVersions = {
  name: "inventory-versions",
  title: "files with ten versions each, from an inventory",
  async run({ quick, rounds, scratch, measure, log }) {
    const few = quick ? 1000 : 10_000;
    const many = 10 * few;
    const inventories = new Map();
    for (const files of [few, many]) {
      log(`making an inventory of ${files} files`);
      inventories.set(files, await makeInventory(scratch, { files, versions: VERSIONS, bytes: BYTES }));
    }
    let ledgers = 0;
    const contestant = (name, files, hasLedger) => ({
      name,
      files,
      run: () => {
        ledgers += 1;
        const ledger = hasLedger ? [join(scratch, `ledger-${ledgers}`)] : [];
        return measure(nodeTask("inventory-versions", inventories.get(files), files, ...ledger));
      },
    });
    const contestants = [
      contestant(`${many} files`, many, false),
      contestant(`${few} files`, few, false),
      contestant(`${many} files, with a ledger`, many, true),
    ];
    const rows = await interleave(contestants, { rounds, log });
    const [all, part, noted] = rows;
    const anonymous = (run) => run.report.anonymous;
    return {
      facts: [
        `${many} and ${few} files of ${VERSIONS} versions with ${BYTES} bytes each, of 2,000 files in the page cache; every version with author, dates, check-in comment and a field`,
        "NDJSON, encryption, the default of workers, a store that keeps nothing but the manifests of packages in flight",
      ],
      rows,
      columns: {
        ...nameColumn,
        "ms CPU a version": (row) => typical(row, (run) => (1e3 * work(run)) / (row.files * VERSIONS)).toFixed(3),
        ...workColumn,
        ...processColumns,
        "anonymous MB": (row) => megabytes(typical(row, anonymous)),
        "file-backed MB": (row) => megabytes(typical(row, (run) => run.report.fileBacked)),
      },
      goals: [
        { goal: `peak memory of ${all.name}`, value: typical(all, peak) / 1e6, atMost: 300, unit: " MB" },
        { goal: `anonymous memory of ${noted.name}`, value: typical(noted, anonymous) / 1e6, atMost: 300, unit: " MB" },
        {
          goal: `peak memory of ${all.name}, as a multiple of ${part.name} (flat)`,
          value: ratio(all, part, peak),
          atMost: 1.2,
          unit: " x",
        },
      ],
    };
  },
};
