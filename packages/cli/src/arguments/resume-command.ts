const plain = /^[\w@%+=:,./-]+$/;

/** The command line that goes on with an interrupted build, ready for a POSIX shell. */
export function resumeCommand(argv: readonly string[]): string {
  const end = argv.indexOf("--");
  const flags = end === -1 ? argv : argv.slice(0, end);
  const rest = end === -1 ? [] : argv.slice(end);
  const continued = flags.includes("--continue") ? flags : [...flags, "--continue"];
  return ["primepack", ...continued, ...rest].map(quoteForShell).join(" ");
}

/** One word of a command line for a POSIX shell. */
export function quoteForShell(argument: string): string {
  return plain.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
