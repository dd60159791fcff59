import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const rusage = fileURLToPath(new URL("rusage.py", import.meta.url));
const GNU_TIME = "/usr/bin/time";

/**
 * Gives a function that runs a command and measures it from outside, the same way for every contestant: user and system
 * CPU seconds and the largest resident memory in bytes, of the process with all its threads and of the children that it
 * waits for, by wait4. Python measures in microseconds; GNU time, where there is no Python, in hundredths of a second.
 */
export function createMeasure(tools, scratch) {
  const python = tools.get("python3").command;
  if (python === undefined && !existsSync(GNU_TIME)) {
    throw new Error("Cannot measure as neither python3 nor GNU time is installed");
  }
  let runs = 0;

  /** `command` is a program and its arguments; its last line of output, if JSON, is given as `report`. */
  return async function measure(command, { env = {}, cwd, accept = [0] } = {}) {
    runs += 1;
    const result = `${scratch}/rusage-${runs}.json`;
    const wrapper = python
      ? [python, rusage, result]
      : [GNU_TIME, "-o", result, "-f", '{"wall":%e,"user":%U,"system":%S,"peakKiB":%M}'];
    const [program, ...args] = [...wrapper, ...command];
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const [stdout, stderr, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise((resolve, reject) => child.once("close", resolve).once("error", reject)),
    ]);
    if (!accept.includes(code)) {
      throw new Error(`Cannot measure ${command.join(" ")} as it ended with ${code}:\n${stdout}${stderr}`);
    }
    const usage = JSON.parse((await readFile(result, "utf8")).trim().split("\n").at(-1));
    await rm(result);
    return {
      wall: usage.wall,
      cpu: usage.user + usage.system,
      user: usage.user,
      system: usage.system,
      peak: usage.peak ?? usage.peakKiB * 1024,
      report: reportOf(stdout),
    };
  };
}

async function text(stream) {
  let all = "";
  for await (const chunk of stream.setEncoding("utf8")) all = (all + chunk).slice(-65_536);
  return all;
}

function reportOf(stdout) {
  try {
    return JSON.parse(stdout.trim().split("\n").at(-1));
  } catch {
    return undefined;
  }
}
