import { describe, expect, it } from "vitest";
import { fieldElements } from "./field-elements.ts";

describe("fieldElements()", () => {
  it("writes what a field has, in the order of the samples", () => {
    const field = { name: "Site", type: "URL", fieldId: "0-1", value: "https://x", value2: "X", principals: [] };
    expect(JSON.stringify(fieldElements([field, { name: "Empty" }]))).toBe(
      '[{"Name":"Site","Value":"https://x","Value2":"X","Type":"URL","FieldId":"0-1"},{"Name":"Empty"}]',
    );
  });

  it("adds the retention label as the schema declares it", () => {
    const label = { name: "Keep 7 years", setBy: 4, setAt: "2024-01-02T03:04:05Z", flags: 5 };
    expect(fieldElements([], label)).toEqual([
      {
        Name: "_ComplianceTag",
        Value: "Keep 7 years",
        Type: "Text",
        ListDefaultComplianceTag: "Keep 7 years",
        ListDefaultComplianceTagUserId: 4,
        ListDefaultCompliancetagWrittenTime: "2024-01-02T03:04:05",
        ListDefaultComplianceFlags: 5,
      },
    ]);
  });

  it("puts the label on the column's own value where the item has one", () => {
    const fields = [{ name: "_ComplianceTag", value: "Old", fieldId: "0-2" }, { name: "Title" }];
    expect(fieldElements(fields, { name: "New" })).toEqual([
      { Name: "_ComplianceTag", Value: "Old", FieldId: "0-2", ListDefaultComplianceTag: "New" },
      { Name: "Title" },
    ]);
  });
});
