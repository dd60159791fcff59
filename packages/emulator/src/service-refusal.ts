/** What kind of refusal: the services render it as status and code of their own. */
export type RefusalKind =
  /** A container, queue, SAS or key that a job can't have. */
  | "badResource"
  /** The request itself is malformed. */
  | "badRequest"
  | "accessDenied"
  | "notFound";

/** The service says no, which is its answer and no fault of the emulator. The message reaches the caller. */
export class ServiceRefusal extends Error {
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind, message: string) {
    super(message);
    this.name = "ServiceRefusal";
    this.kind = kind;
  }
}
