import { PrimepackError, redact } from "@primepack/core";
import { ServiceError } from "@primepack/core/http";

/** A question about the service that no public source settles. */
export interface Question {
  readonly id: string;
  /** What it is about, and what primepack does as long as nobody knows. */
  readonly question: string;
}

/** What the service answered. */
export interface Finding extends Question {
  /** `open`: it was not tried, or trying it failed. */
  readonly status: "answered" | "open";
  /** One sentence. */
  readonly answer: string;
  /** Plain JSON, without secrets. */
  readonly evidence?: unknown;
}

/** What was found by trying. */
export interface Observation {
  readonly answer: string;
  readonly evidence?: unknown;
}

/** Tries to answer a question; a failure leaves it open, unless the check itself is to end. */
export async function ask(question: Question, signal: AbortSignal, look: () => Promise<Observation>): Promise<Finding> {
  try {
    const { answer, evidence } = await look();
    return {
      ...question,
      status: "answered",
      answer,
      ...(evidence === undefined ? {} : { evidence: plain(evidence) }),
    };
  } catch (error) {
    if (signal.aborted) throw error;
    const { code, message } = PrimepackError.from(error, "INTERNAL", `answer ${question.id}`);
    return { ...question, status: "open", answer: `${message} (${code})`, evidence: plain(refusalOf(error)) };
  }
}

/** What the service said of a request that it refused: evidence, too. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof ServiceError)) return { error: PrimepackError.from(error, "INTERNAL", "ask").code };
  const { code, status, serviceCode, innerCode, serviceMessage } = error;
  return {
    error: code,
    ...(status === undefined ? {} : { status }),
    ...(serviceCode === undefined ? {} : { serviceCode }),
    ...(innerCode === undefined ? {} : { innerCode }),
    ...(serviceMessage === undefined ? {} : { serviceMessage }),
  };
}

/** What a refused request tells. */
export interface Refusal {
  /** Code of ours. */
  readonly error: string;
  /** Of HTTP. */
  readonly status?: number;
  readonly serviceCode?: string;
  readonly innerCode?: string;
  readonly serviceMessage?: string;
}

/** How a request went. */
export type Trial = { readonly ok: true; readonly reply: unknown } | ({ readonly ok: false } & Refusal);

/** Sends, and takes a refusal of the service for an answer. */
export async function tried(request: () => Promise<unknown>): Promise<Trial> {
  try {
    return { ok: true, reply: await request() };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { ok: false, ...refusalOf(error) };
  }
}

/** JSON without what must not leave this machine. */
function plain(value: unknown): unknown {
  return JSON.parse(redact(JSON.stringify(value) ?? "null"));
}

/** All that was found, for people. */
export function findingsMarkdown(place: string, findings: readonly Finding[]): string {
  const cell = (text: string) => text.replace(/[\r\n]+/g, " ").replaceAll("|", "\\|");
  const rows = findings.map(({ id, status, answer }) => `| ${cell(id)} | ${status} | ${cell(answer)} |`);
  const details = findings.map(({ id, question, status, answer, evidence }) =>
    [
      `## ${id}`,
      question,
      `**${status === "answered" ? "Answer" : "Open"}:** ${answer}`,
      ...(evidence === undefined ? [] : [`\`\`\`json\n${JSON.stringify(evidence, undefined, 2)}\n\`\`\``]),
    ].join("\n\n"),
  );
  return `# What ${place} answered

| Question | | Answer |
| --- | --- | --- |
${rows.join("\n")}

${details.join("\n\n")}
`;
}
