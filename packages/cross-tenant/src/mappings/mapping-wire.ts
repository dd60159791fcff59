import { guidOf, isMembers, type Members, serviceText } from "@primepack/core/http";
import type { SharePointIdentityMapping } from "@primepack/core/wire";
import { folded, type MappingForm, type MappingMembers, mappingOf, withMembers } from "./mapping-forms.ts";
import type { ChangeAnswer, StoredMapping } from "./mapping-types.ts";

/** One entry of a delta: the members that are given, or of a removal its source alone. */
export function wireEntry(form: MappingForm, members: MappingMembers, isRemoval: boolean): SharePointIdentityMapping {
  const entry: Record<string, unknown> = isRemoval ? { "@removed": { reason: "deleted" } } : {};
  const given = isRemoval ? (["source"] as const) : (["organization", "type", "source", "target", "contact"] as const);
  for (const member of given) {
    const value = members[member];
    if (value === undefined) continue;
    const [name, property] = form.wire[member];
    entry[name] = property === undefined ? value : { [property]: value };
  }
  return entry;
}

/** The source that an entity names; undefined if it names none. */
export function sourceIn(form: MappingForm, entity: Members): string | undefined {
  return textAt(form, entity, "source");
}

/** A mapping as the service gives it; `source` stands in where it names none. */
export function storedMapping<Mapping>(form: MappingForm, entity: Members, source: string): StoredMapping<Mapping> {
  const members = withMembers(sourceIn(form, entity) ?? source, (member) => {
    const text = textAt(form, entity, member);
    if (text === undefined) return undefined;
    if (member === "type") return form.types.find((type) => folded(type) === folded(text)) ?? text;
    return guidOf(text) ?? text;
  });
  return {
    ...mappingOf<Mapping>(form, members),
    id: typeof entity.id === "string" && entity.id !== "" ? entity.id : undefined,
    isDeleted: isMembers(entity.deleted) || isMembers(entity["@removed"]),
  };
}

/**
 * What an answer to a delta says of each of these sources, in their order. Answers are matched by the source that they
 * name; those that name none stand for the entry at their place if there are as many answers as entries.
 */
export function changeAnswers<Mapping>(
  form: MappingForm,
  sources: readonly string[],
  body: unknown,
): readonly ChangeAnswer<Mapping>[] {
  const entities = entitiesIn(form, body);
  const byKey = new Map<string, Members>();
  for (const entity of entities) {
    const source = sourceIn(form, entity);
    if (source !== undefined && !byKey.has(form.keyOf(source))) byKey.set(form.keyOf(source), entity);
  }
  const isInOrder = entities.length === sources.length;
  return sources.map((source, index) => {
    const atPlace = isInOrder ? entities[index] : undefined;
    const isNameless = atPlace !== undefined && sourceIn(form, atPlace) === undefined && saysSomething(atPlace);
    const entity = byKey.get(form.keyOf(source)) ?? (isNameless ? atPlace : undefined);
    return entity === undefined ? { type: "unanswered" } : changeAnswer(form, entity, source);
  });
}

/** Whether an entity has more than nulls and annotations that say nothing of what became of it. */
function saysSomething(entity: Members): boolean {
  if (refusalIn(entity) !== undefined || isMembers(entity["@removed"])) return true;
  return holdsMapping(entity);
}

function changeAnswer<Mapping>(form: MappingForm, entity: Members, source: string): ChangeAnswer<Mapping> {
  const refusal = refusalIn(entity);
  if (refusal !== undefined) return { type: "refused", ...refusal };
  const mapping = storedMapping<Mapping>(form, entity, source);
  return { type: mapping.isDeleted ? "removed" : "set", mapping };
}

/** Whether a reply is more than annotations and nulls: how the service says that there is no mapping isn't documented. */
export function holdsMapping(body: Members): boolean {
  return Object.entries(body).some(([name, value]) => !name.startsWith("@") && value !== null && value !== undefined);
}

/** `value`, or the one object that the first revision of the pages answered with. */
function entitiesIn(form: MappingForm, body: unknown): readonly Members[] {
  if (!isMembers(body)) return [];
  // What is no object keeps its place.
  if (Array.isArray(body.value)) return body.value.map((entity: unknown) => (isMembers(entity) ? entity : {}));
  return sourceIn(form, body) === undefined ? [] : [body];
}

/** OData 4.01, "Delta Update": what failed is annotated so; the prefix is an alias that the service chooses. */
const FAILURE_ANNOTATION = /^@(?:[^@]*\.)?(?:DataModificationException|error)$/i;

/** No page says how a failed entry among good ones is told; an entry that carries an error in any known way is one. */
function refusalIn(entity: Members): { readonly code: string | undefined; readonly message: string } | undefined {
  for (const [name, value] of Object.entries(entity)) {
    if (name !== "error" && !FAILURE_ANNOTATION.test(name)) continue;
    const plain = serviceText(value);
    if (plain !== undefined) return { code: undefined, message: plain };
    if (!isMembers(value)) continue;
    const said = [value.info, value.error].find(isMembers) ?? value;
    const status = typeof value.responseCode === "number" ? String(value.responseCode) : value.responseCode;
    const code = serviceText(said.code) ?? serviceText(status);
    const message = serviceText(isMembers(said.message) ? said.message.value : said.message);
    return { code, message: message ?? (code === undefined ? "no reason given" : `no reason given but code ${code}`) };
  }
  return undefined;
}

function textAt({ wire }: MappingForm, entity: Members, member: keyof MappingMembers): string | undefined {
  const [name, property] = wire[member];
  const holder = entity[name];
  const value = property === undefined ? holder : isMembers(holder) ? holder[property] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}
