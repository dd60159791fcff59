import type { MigrationTask } from "@primepack/cross-tenant";
import type { ExitCode } from "../exit-code.ts";
import { jsonLine } from "./json-line.ts";
import type { OutputStream } from "./output-stream.ts";
import { safeText } from "./safe-text.ts";
import { taskJson, taskText } from "./task-text.ts";

/** Shows one task as it changes: a line each, for people or for programs. */
export class TaskView {
  readonly #stdout: OutputStream;
  readonly #json: boolean;

  constructor(stdout: OutputStream, json: boolean) {
    this.#stdout = stdout;
    this.#json = json;
  }

  async task(task: MigrationTask): Promise<void> {
    await this.#stdout.write(this.#json ? jsonLine({ type: "task", task: taskJson(task) }) : `${taskText(task)}\n`);
  }

  /** The service shows it no more. */
  async lost(taskId: string): Promise<void> {
    const text = `${safeText(taskId)}  lost: the service shows it no more\n`;
    await this.#stdout.write(this.#json ? jsonLine({ type: "lost", taskId }) : text);
  }

  /** For programs only. */
  async end({ id, status }: Pick<MigrationTask, "id" | "status">, exitCode: ExitCode, resume?: string): Promise<void> {
    if (!this.#json) return;
    const more = { ...(id !== undefined && { taskId: id }), ...(resume !== undefined && { resume }) };
    await this.#stdout.write(jsonLine({ type: "summary", status, ...more, exitCode }));
  }
}
