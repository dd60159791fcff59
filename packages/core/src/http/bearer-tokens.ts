import type { AccessToken, TokenCredential } from "@azure/core-auth";
import { credentialFault } from "./credential-fault.ts";
import { ServiceError } from "./service-error.ts";

/** Milliseconds before its end at which a token is no longer begun with, unless it says otherwise itself. */
const RENEW_BEFORE_MS = 120_000;

/** Milliseconds that a token which still has some time serves without another attempt to renew it, once one has failed. */
const RENEW_AGAIN_MS = 30_000;

/** A token that is being asked for. */
interface Renewal {
  readonly claims: string | undefined;
  readonly token: Promise<AccessToken>;
}

/** The tokens of one service: each is kept until it nears its end, and asked for once however many wait for it. */
export class BearerTokens {
  readonly #credential: TokenCredential;
  readonly #scopes: readonly string[];
  readonly #now: () => Date;
  #token: AccessToken | undefined;
  #renewal: Renewal | undefined;
  /** A moment in milliseconds. */
  #renewedNotBefore = 0;

  constructor(credential: TokenCredential, scopes: readonly string[], now: () => Date) {
    this.#credential = credential;
    this.#scopes = scopes;
    this.#now = now;
  }

  /** Rejects with CREDENTIAL_FAILED, or with the signal's reason. */
  async get(signal: AbortSignal | undefined): Promise<string> {
    const kept = this.#token;
    const now = this.#now().getTime();
    if (kept !== undefined && now < kept.expiresOnTimestamp) {
      const isDue = kept.refreshAfterTimestamp ?? kept.expiresOnTimestamp - RENEW_BEFORE_MS;
      if (now < Math.max(isDue, this.#renewedNotBefore)) return kept.token;
    }
    try {
      return (await this.#renew(signal)).token;
    } catch (error) {
      // A token that still has some time serves while the login service is out of reach.
      if (kept === undefined || signal?.aborted || kept.expiresOnTimestamp <= now) throw error;
      this.#renewedNotBefore = now + RENEW_AGAIN_MS;
      return kept.token;
    }
  }

  /** Another token than `refused`, with the claims that the service asks for; undefined if the credential has no other. */
  async insteadOf(
    refused: string,
    claims: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    if (this.#token !== undefined && this.#token.token !== refused) return this.#token.token;
    this.#token = undefined;
    const { token } = await this.#renew(signal, claims);
    return token === refused ? undefined : token;
  }

  #renew(signal: AbortSignal | undefined, claims?: string): Promise<AccessToken> {
    // What is being asked for without the claims would be refused again.
    if (this.#renewal === undefined || (claims !== undefined && this.#renewal.claims !== claims)) {
      // Not aborted by whoever asked first: others may wait for the same token.
      const renewal = { claims, token: this.#request(claims) };
      this.#renewal = renewal;
      renewal.token.then(
        (token) => this.#end(renewal, token),
        () => this.#end(renewal, undefined),
      );
    }
    return unlessAborted(this.#renewal.token, signal);
  }

  /** Keeps the token unless another renewal has begun meanwhile. */
  #end(renewal: Renewal, token: AccessToken | undefined): void {
    if (this.#renewal !== renewal) return;
    this.#renewal = undefined;
    if (token !== undefined) this.#token = token;
  }

  async #request(claims: string | undefined): Promise<AccessToken> {
    const doing = `get a token for ${this.#scopes.join(" ")}`;
    let token: AccessToken | null;
    try {
      token = await this.#credential.getToken([...this.#scopes], {
        enableCae: true,
        ...(claims === undefined ? {} : { claims }),
      });
    } catch (reason) {
      throw credentialFault(reason, doing);
    }
    if (token === null || token.token === "") {
      throw new ServiceError("CREDENTIAL_FAILED", `Cannot ${doing} as the credential gave none: current value is null`);
    }
    return token;
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
