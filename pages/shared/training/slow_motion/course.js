/**
 * Where a run is at a share of training. Conventions: share in 0…1 of each run's own length; what is
 * shown is the last snapshot taken by then, or the first before there is one. Nothing is interpolated.
 */

/** The length of a run in steps. */
export function lastStepOf(run) {
  return Math.max(run.steps.at(-1), run.loss[0].at(-1) ?? 0);
}

/** Index of the snapshot to show. */
export function snapshotAt(run, share) {
  const step = Math.round(share * lastStepOf(run));
  return Math.max(0, run.steps.filter((taken) => taken <= step).length - 1);
}

/** The shares at which some run has a snapshot, in order. */
export function snapshotShares(runs) {
  const shares = runs.flatMap((run) => run.steps.map((step) => step / lastStepOf(run)));
  return [...new Set(shares)].sort((a, b) => a - b);
}

/** The next share with a snapshot after (`direction` 1) or before (−1) another; itself at an end. */
export function neighbour(runs, share, direction) {
  const shares = snapshotShares(runs);
  const apart = 1e-4;
  return direction > 0
    ? (shares.find((other) => other > share + apart) ?? share)
    : (shares.findLast((other) => other < share - apart) ?? share);
}
