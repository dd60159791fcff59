import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BindingDefinition, ElementBinding, type OtherContent } from "./binding.ts";
import { xmlClean } from "./characters.ts";
import type { XmlElement } from "./element.ts";
import { readXmlDocument } from "./reader.ts";

interface Leaf extends OtherContent {
  readonly element?: "Leaf";
  readonly Id: string;
}
interface Twig extends OtherContent {
  readonly element: "Twig";
  readonly Length?: number;
  readonly content?: readonly XmlElement[];
}
interface Tree extends OtherContent {
  readonly Name: string;
  readonly Age?: number;
  readonly Height?: number;
  readonly IsOld?: boolean;
  readonly Branch?: readonly Tree[];
  readonly Leaves?: readonly Leaf[];
  readonly Parts?: readonly (Leaf | Twig)[];
  readonly Fruit?: readonly XmlElement[];
}

const leaf: ElementBinding<Leaf> = new ElementBinding<Leaf>({
  name: "Leaf",
  attributes: { Id: "string" },
  children: {},
});
const twig: ElementBinding<Twig> = new ElementBinding<Twig>({
  name: "Twig",
  attributes: { Length: "integer?" },
  children: {},
  open: true,
  anyContent: true,
});
const definition: Omit<BindingDefinition<Tree>, "name"> = {
  attributes: { Name: "string", Age: "integer?", Height: "number?", IsOld: "boolean?" },
  children: {
    Branch: { many: () => branch },
    Leaves: { list: () => leaf },
    Parts: { mixed: () => [leaf, twig] },
    Fruit: { any: true },
  },
};
const tree: ElementBinding<Tree> = new ElementBinding<Tree>({ ...definition, name: "Tree" });
const branch: ElementBinding<Tree> = new ElementBinding<Tree>({ ...definition, name: "Branch" });

const parse = (xml: string): Promise<XmlElement> =>
  readXmlDocument([Buffer.from(xml)], { root: /<(\w+)/.exec(xml)?.[1] ?? "" });
const read = async (xml: string): Promise<Tree> => tree.read(await parse(xml));

const whole = `<Tree Name="Oak" Age="9" Height="1.5" IsOld="true">
  <Branch Name="B">
    <Leaves>
      <Leaf Id="1"/>
      <Leaf Id="2"/>
    </Leaves>
  </Branch>
  <Branch Name="C"/>
  <Leaves/>
  <Parts>
    <Twig Length="3" Colour="green">
      <x y="z">t</x>
    </Twig>
    <Leaf Id="3"/>
  </Parts>
  <Fruit>
    <Apple/>
  </Fruit>
</Tree>
`;

describe("ElementBinding", () => {
  it("reads as many elements of any name as the reader lets through", async () => {
    const { Fruit } = await read(`<Tree Name="Oak"><Fruit>${"<a/>".repeat(200_000)}</Fruit></Tree>`);
    expect(Fruit).toHaveLength(200_000);
  });

  it("reads every form of child, and writes it again as it was", async () => {
    const record = await read(whole);
    expect(record).toMatchObject({
      Name: "Oak",
      Age: 9,
      Height: 1.5,
      IsOld: true,
      Branch: [{ Name: "B", Leaves: [{ Id: "1" }, { Id: "2" }] }, { Name: "C" }],
      Leaves: [],
      Parts: [
        { element: "Twig", Length: 3, otherAttributes: { Colour: "green" }, content: [{ name: "x", text: "t" }] },
        { Id: "3" },
      ],
      Fruit: [{ name: "Apple" }],
    });
    expect(tree.write(record, 0)).toBe(whole);
  });

  it("writes children in the table's order, whatever order the record has", () => {
    const record: Tree = { Leaves: [], Name: "N", Branch: [{ Name: "B" }] };
    expect(tree.write(record, 0)).toBe(`<Tree Name="N">\n  <Branch Name="B"/>\n  <Leaves/>\n</Tree>\n`);
  });

  it("reads what the schema holds equal as equal", async () => {
    expect(await read(`<Tree Name="N" Age="+007" Height="1e2" IsOld="1"/>`)).toEqual({
      Name: "N",
      Age: 7,
      Height: 100,
      IsOld: true,
    });
  });

  it("keeps values that are none of their type beside the record, and refuses to write them", async () => {
    const record = await read(`<Tree Name="N" Age="" IsOld="TRUE" Height="tall"/>`);
    expect(record).toMatchObject({ otherAttributes: { Age: "", IsOld: "TRUE", Height: "tall" } });
    expect(() => tree.write(record, 0)).toThrow(
      "Cannot write <Tree> as its Age must be of type integer: current value is ",
    );
  });

  it("keeps what it does not know, and refuses to write it where the element is closed", async () => {
    const odd = await read(`<Tree Name="N" __proto__="p"><Leaves a="b"><Leaf Id="1"/><Moss/></Leaves><Stone/></Tree>`);
    expect(odd.Leaves).toEqual([{ Id: "1" }]);
    expect(Object.entries(odd.otherAttributes ?? {})).toEqual([["__proto__", "p"]]);
    expect(odd.otherElements).toMatchObject([
      { name: "Leaves", attributes: { a: "b" }, children: [{ name: "Moss" }] },
      { name: "Stone" },
    ]);
    const { otherElements, ...attributesOnly } = odd;
    expect(() => tree.write(attributesOnly, 0)).toThrow(/^Cannot write <Tree> as it allows no attributes beside/);
    expect(() => tree.write({ Name: "N", otherElements: otherElements ?? [] }, 0)).toThrow(
      /allows no elements .* <Leaves>$/,
    );
  });

  it("reads the first of two elements where one is allowed, and keeps the second", async () => {
    const forest = new ElementBinding<{ readonly Root?: Leaf } & OtherContent>({
      name: "Forest",
      attributes: {},
      children: {
        Root: { one: () => new ElementBinding<Leaf>({ name: "Root", attributes: { Id: "string" }, children: {} }) },
      },
    });
    const record = forest.read(await parse(`<Forest><Root Id="1"/><Root Id="2"/></Forest>`));
    expect(record).toMatchObject({ Root: { Id: "1" }, otherElements: [{ attributes: { Id: "2" } }] });
  });

  it("refuses to read or write an element without a required attribute", async () => {
    await expect(read(`<Tree>\n <Branch Age="1"/></Tree>`)).rejects.toMatchObject({ code: "MANIFEST_INVALID" });
    await expect(read(`<Tree Name="N">\n <Branch Age="1"/></Tree>`)).rejects.toThrow(
      "Cannot read <Branch> at 2:2 as its attribute Name is missing or no string",
    );
    expect(() => tree.write({} as Tree, 0)).toThrow("Cannot write <Tree> as its attribute Name is required");
  });

  it("refuses to write numbers that the schema's types do not hold", () => {
    for (const Age of [1.5, Number.NaN, 2 ** 53]) {
      expect(() => tree.write({ Name: "N", Age }, 0)).toThrow(
        `its Age must be of type integer: current value is ${Age}`,
      );
    }
    expect(() => tree.write({ Name: "N", Height: Number.POSITIVE_INFINITY }, 0)).toThrow(/type number/);
  });

  it("is not confused by what it remembers of the last record", async () => {
    const text = fc.string({ unit: "binary", maxLength: 4 });
    const record = fc.record({ Name: text, Branch: fc.array(fc.record({ Name: text }), { maxLength: 3 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 4 }), async (records) => {
        const clean = records.map(({ Name, Branch }) => ({
          Name: xmlClean(Name),
          ...(Branch.length === 0 ? {} : { Branch: Branch.map((inner) => ({ Name: xmlClean(inner.Name) })) }),
        }));
        const written = records.map((given) => tree.write(given, 0));
        expect(await Promise.all(written.map(read))).toEqual(clean);
      }),
    );
  });
});
