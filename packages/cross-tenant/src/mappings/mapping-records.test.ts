import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MappingRecord, readRecord, storedRecord } from "./mapping-records.ts";

const values = fc.record(
  { organization: fc.string(), type: fc.string(), target: fc.string(), contact: fc.string() },
  { requiredKeys: [] },
);
const record = fc.record(
  {
    source: fc.string(),
    wanted: fc.record({ generation: fc.nat(), line: fc.nat(), values: fc.option(values, { nil: undefined }) }),
    applied: fc.oneof(values, fc.constant("absent" as const)),
    end: fc.record(
      {
        run: fc.nat(),
        outcome: fc.constantFrom("added", "changed", "removed", "failed"),
        code: fc.string(),
        message: fc.string(),
        id: fc.string(),
      },
      { requiredKeys: ["run", "outcome"] },
    ),
  },
  { requiredKeys: ["source"] },
) as fc.Arbitrary<MappingRecord>;

describe("readRecord()", () => {
  it("gives what storedRecord() was given", () => {
    fc.assert(
      fc.property(record, fc.boolean(), fc.boolean(), (given, isApplied, isKey) => {
        const key = isKey ? given.source : "key";
        const applied = given.wanted?.values;
        const whole = isApplied && applied !== undefined ? { ...given, applied } : given;
        expect(readRecord(key, JSON.parse(JSON.stringify(storedRecord(key, whole))))).toEqual(whole);
      }),
    );
  });

  it("stores once what was applied as it was wanted", () => {
    const values = { target: "ana@north.example", contact: "ana@mail.north.example" };
    const stored = storedRecord("ana", { source: "Ana", wanted: { generation: 1, line: 2, values }, applied: values });
    expect(JSON.stringify(stored).split("ana@north.example")).toHaveLength(2);
  });
});
