import { usageError } from "../arguments/flags.ts";
import type { CommandContext } from "../command-context.ts";
import type { ExitCode } from "../exit-code.ts";

type Command = (context: CommandContext) => Promise<ExitCode>;

// Each is loaded when it runs.
const maps: Readonly<Record<string, () => Promise<Command>>> = {
  users: async () => (await import("./tenant-map.ts")).mapUsersCommand,
  groups: async () => (await import("./tenant-map.ts")).mapGroupsCommand,
  show: async () => (await import("./tenant-map-show.ts")).showMappingCommand,
};

const moves: Readonly<Record<string, () => Promise<Command>>> = {
  user: async () => (await import("./tenant-move.ts")).moveUserCommand,
  site: async () => (await import("./tenant-move.ts")).moveSiteCommand,
  group: async () => (await import("./tenant-move.ts")).moveGroupCommand,
  resume: async () => (await import("./tenant-batch.ts")).resumeBatchCommand,
  status: async () => (await import("./tenant-status.ts")).moveStatusCommand,
  report: async () => (await import("./tenant-status.ts")).batchReportCommand,
  cancel: async () => (await import("./tenant-cancel.ts")).moveCancelCommand,
};

/** `primepack tenant`: identity mappings and moves between two organizations. */
export async function tenantCommand(context: CommandContext): Promise<ExitCode> {
  const [area, action = "", ...rest] = context.argv;
  const actions = area === "map" ? maps : area === "move" ? moves : undefined;
  if (actions === undefined) {
    throw usageError(
      `Cannot run tenant as map or move must follow: current value is ${JSON.stringify(area ?? "none")}`,
    );
  }
  const load = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (load !== undefined) return (await load())({ ...context, argv: rest });
  if (area === "move" && action.startsWith("-")) {
    const { batchCommand } = await import("./tenant-batch.ts");
    return batchCommand({ ...context, argv: context.argv.slice(1) });
  }
  const choices = [...Object.keys(actions), ...(area === "move" ? ["--batch FILE"] : [])];
  throw usageError(
    `Cannot run tenant ${area} as one of ${choices.join(", ")} must follow: current value is ${JSON.stringify(action || "none")}`,
  );
}
