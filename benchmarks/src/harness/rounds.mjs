/**
 * Runs every contestant once a round, each round beginning with another one, so that what the machine does meanwhile
 * falls on all of them alike. A contestant is `{ name, run(), ...facts }`; `run` resolves with figures.
 *
 * Gives a row for each, with `runs` by round.
 */
export async function interleave(contestants, { rounds, log }) {
  const rows = contestants.map((contestant) => ({ ...contestant, run: undefined, runs: [] }));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < contestants.length; turn += 1) {
      const index = (turn + round) % contestants.length;
      log(`round ${round + 1} of ${rounds}: ${contestants[index].name}`);
      rows[index].runs[round] = await contestants[index].run();
    }
  }
  return rows;
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median over the rounds of a figure of a row. */
export const typical = (row, figure) => median(row.runs.map(figure));

/** The median over the rounds of one row's figure to another's in the same round. */
export function ratio(row, base, figure) {
  return median(row.runs.map((run, round) => figure(run) / figure(base.runs[round])));
}
