/** Time for views and rates; a test brings its own. */
export interface ViewClock {
  /** Milliseconds that only go forward. */
  now(): number;
  /** Calls back about every so many milliseconds until the returned function is called; keeps no process alive. */
  every(milliseconds: number, callback: () => void): () => void;
}

export const systemClock: ViewClock = {
  now: () => performance.now(),
  every: (milliseconds, callback) => {
    const timer = setInterval(callback, milliseconds);
    timer.unref();
    return () => clearInterval(timer);
  },
};
