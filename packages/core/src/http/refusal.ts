import type { Code } from "../errors/index.ts";
import { type HttpHeaders, headerOf } from "./http-reply.ts";
import { isMembers, type Members } from "./members.ts";
import { isOverload, isPassing } from "./retry-after.ts";
import { type ServiceAnswer, ServiceError } from "./service-error.ts";
import { serviceText } from "./service-text.ts";

/** A reply without success. */
export interface RefusedReply {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly text: string;
  /** Milliseconds that the service asks to wait. */
  readonly retryAfterMs: number | undefined;
}

/** Whether the service may have acted on a request that it answered so. */
export interface Refusal {
  readonly error: ServiceError;
  readonly mayHaveActed: boolean;
}

/** Codes that say more than their status does: HRESULTs of SharePoint (Progress page), inner codes of Graph. */
const codeByServiceCode: ReadonlyMap<string, Code> = new Map([
  ["-2147213145", "JOB_NOT_FOUND"],
  ["-2147213146", "JOB_STATUS_EXPIRED"],
  ["-2147024891", "SERVICE_FORBIDDEN"],
  ["jobNotFound", "JOB_NOT_FOUND"],
  ["jobProgressExpired", "JOB_STATUS_EXPIRED"],
  ["invalidAzureResource", "JOB_CONTAINERS_REFUSED"],
  ["activityLimitReached", "SERVICE_THROTTLED"],
]);

/** Exceptions that come before a call does anything: SharePoint answers some of them with 500. */
const REFUSING_EXCEPTION =
  /(?:^|\.)(?:Argument(?:Null|OutOfRange)?Exception|FormatException|UnauthorizedAccessException|InvalidClientQueryException|NotSupportedException)$/;

export function refusalOf(reply: RefusedReply, doing: string): Refusal {
  const { status, headers, retryAfterMs } = reply;
  const answer = answerOf(reply);
  const known = codeByServiceCode.get(answer.innerCode ?? "") ?? codeByServiceCode.get(answer.serviceCode ?? "");
  const refusing = REFUSING_EXCEPTION.test(answer.innerCode ?? "");
  const code = known ?? (refusing && status >= 500 ? "SERVICE_REFUSED" : codeOf(status, headers));
  const throttled = code === "SERVICE_THROTTLED";
  const passing = throttled || (isPassing(status) && known === undefined && !refusing);
  const error = new ServiceError(
    code,
    `Cannot ${doing} as the service did not carry out the request: current value is ${textOf(status, answer)}`,
    {
      answer,
      advice: {
        retryable: passing,
        throttled: throttled || isOverload(status),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      },
    },
  );
  const saysNothing = known === undefined && !refusing && !throttled;
  return { error, mayHaveActed: saysNothing && leavesOpen(status) };
}

/** Whether the service may have acted though it answers so: not where it says that it can't do such a thing (501). */
function leavesOpen(status: number): boolean {
  return status === 408 || (status >= 500 && status !== 501);
}

function codeOf(status: number, headers: HttpHeaders): Code {
  if (status === 429 || (status === 503 && headerOf(headers, "retry-after") !== undefined)) return "SERVICE_THROTTLED";
  if (status === 401) return "SERVICE_UNAUTHORIZED";
  if (status === 403) return "SERVICE_FORBIDDEN";
  return status >= 500 || status === 408 ? "SERVICE_FAILED" : "SERVICE_REFUSED";
}

function textOf(status: number, { serviceCode, innerCode, serviceMessage, requestId }: ServiceAnswer): string {
  const codes = [serviceCode, innerCode].filter((code) => code !== undefined).join(", ");
  const request = requestId === undefined ? "" : ` (request ${requestId})`;
  return `${[status, codes].filter(Boolean).join(" ")}${serviceMessage === undefined ? "" : `: ${serviceMessage}`}${request}`;
}

const REQUEST_ID_HEADERS = ["request-id", "sprequestguid", "x-ms-request-id"];

function answerOf({ status, headers, text }: RefusedReply): ServiceAnswer {
  const requestId = REQUEST_ID_HEADERS.map((name) => headerOf(headers, name)).find((value) => value !== undefined);
  const said = errorObjectIn(text);
  const location = status >= 300 && status < 400 ? redirectionOf(headers) : undefined;
  const message = location ?? serviceText(said === undefined ? plainText(text) : messageOf(said));
  const { serviceCode, innerCode } = said === undefined ? {} : codesOf(said);
  return {
    status,
    ...(serviceCode === undefined ? {} : { serviceCode }),
    ...(innerCode === undefined ? {} : { innerCode }),
    ...(message === undefined ? {} : { serviceMessage: message }),
    ...(requestId === undefined ? {} : { requestId: requestId.slice(0, 100) }),
  };
}

function redirectionOf(headers: HttpHeaders): string {
  const location = headerOf(headers, "location") ?? "";
  return `redirections are not followed, this one leads to ${URL.canParse(location) ? new URL(location).origin : "nowhere"}`;
}

/** What stands to read in plain text or HTML; the title of a page says most. */
function plainText(text: string): string {
  const start = text.slice(0, 16 * 1024);
  const title = /<title[^>]*>([^<]*)/i.exec(start)?.[1]?.trim();
  if (title) return title;
  return start.replace(/<(script|style)[\s\S]*?(<\/\1\s*>|$)/gi, " ").replace(/<[^>]*>/g, " ");
}

/** `error` (verbose, Graph) or `odata.error` (other modes). */
function errorObjectIn(text: string): Members | undefined {
  try {
    const body: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    if (!isMembers(body)) return undefined;
    const error = body["odata.error"] ?? body.error;
    if (isMembers(error)) return error;
    const description = body.error_description ?? body.message;
    // The shape of the login service, which front ends of SharePoint give too.
    return typeof error === "string" || typeof description === "string"
      ? { code: error, message: description }
      : undefined;
  } catch {
    return undefined;
  }
}

function messageOf({ message }: Members): string | undefined {
  if (typeof message === "string") return message;
  return isMembers(message) && typeof message.value === "string" ? message.value : undefined;
}

function codesOf(error: Members): Pick<ServiceAnswer, "serviceCode" | "innerCode"> {
  const code = serviceText(error.code);
  const [, hresult, exception] = /^(-?\d+)\s*,\s*(\S.*)$/.exec(code ?? "") ?? [];
  const inner = exception ?? innermostCode(error);
  const outer = hresult ?? code;
  return {
    ...(outer === undefined ? {} : { serviceCode: outer }),
    ...(inner === undefined || inner === outer ? {} : { innerCode: inner }),
  };
}

/** Levels of inner errors that are looked into. */
const INNER_ERRORS_MAX = 5;

function innermostCode(error: Members): string | undefined {
  let code: string | undefined;
  let current: unknown = error;
  for (let level = 0; level < INNER_ERRORS_MAX && isMembers(current); level++) {
    current = current.innerError ?? current.innererror;
    if (isMembers(current) && typeof current.code === "string") code = serviceText(current.code);
  }
  return code;
}
