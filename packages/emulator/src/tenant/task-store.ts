import { RecordLog } from "../site/record-log.ts";
import type { MoveKind, TaskRecord } from "./migration-task.ts";

/** A line of `tasks.ndjson`. */
type TaskLine =
  | ({ readonly sequence: number; readonly time: string; readonly action: "created" } & Omit<
      TaskRecord,
      "created" | "cancelled"
    >)
  | { readonly sequence: number; readonly time: string; readonly action: "cancelled"; readonly id: string };

/** All tasks, held in memory; each creation and each cancellation is a line of the log. Not for calls at once. */
export class TaskStore {
  readonly #log: RecordLog;
  readonly #tasks: Map<string, TaskRecord>;
  readonly #bySource = new Map<string, string[]>();
  #sequence: number;

  private constructor(log: RecordLog, tasks: Map<string, TaskRecord>, sequence: number) {
    this.#log = log;
    this.#tasks = tasks;
    this.#sequence = sequence;
    for (const task of tasks.values()) this.#index(task);
  }

  static async open(path: string): Promise<TaskStore> {
    const tasks = new Map<string, TaskRecord>();
    let sequence = 0;
    const log = await RecordLog.open(path, (record) => {
      const line = record as TaskLine;
      sequence = line.sequence;
      if (line.action === "created") {
        const { sequence: _, time: created, action: __, ...rest } = line;
        tasks.set(line.id, { ...rest, created });
      } else {
        const task = tasks.get(line.id);
        if (task !== undefined) tasks.set(line.id, { ...task, cancelled: line.time });
      }
    });
    return new TaskStore(log, tasks, sequence);
  }

  /** In the order of their creation. */
  all(): readonly TaskRecord[] {
    return [...this.#tasks.values()];
  }

  get(id: string): TaskRecord | undefined {
    return this.#tasks.get(id.toLowerCase());
  }

  /** Of one source, in the order of their creation. */
  ofSource(kind: MoveKind, source: string): readonly TaskRecord[] {
    const ids = this.#bySource.get(sourceKey(kind, source)) ?? [];
    return ids.map((id) => this.#tasks.get(id)).filter((task) => task !== undefined);
  }

  async create(task: TaskRecord): Promise<void> {
    const { created: time, ...rest } = task;
    await this.#append({ sequence: this.#sequence + 1, time, action: "created", ...rest });
    this.#tasks.set(task.id, task);
    this.#index(task);
  }

  /** `time`: ISO 8601. */
  async cancel(task: TaskRecord, time: string): Promise<void> {
    await this.#append({ sequence: this.#sequence + 1, time, action: "cancelled", id: task.id });
    this.#tasks.set(task.id, { ...task, cancelled: time });
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  async #append(line: TaskLine): Promise<void> {
    await this.#log.append(line);
    this.#sequence = line.sequence;
  }

  #index({ kind, source, id }: TaskRecord): void {
    const key = sourceKey(kind, source);
    const ids = this.#bySource.get(key);
    if (ids === undefined) this.#bySource.set(key, [id]);
    else ids.push(id);
  }
}

/** Case tells no two sources apart; nor do escapes and a last slash of URLs. */
function sourceKey(kind: MoveKind, source: string): string {
  const text = kind === "site" ? plainUrl(source) : source;
  return `${kind} ${text.toLowerCase()}`;
}

function plainUrl(url: string): string {
  const trimmed = url.replace(/\/+$/, "");
  try {
    return decodeURIComponent(trimmed);
  } catch {
    return trimmed;
  }
}
