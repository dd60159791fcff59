/**
 * Gives a function that waits for one promise after the other: for what it gives, or undefined as soon as the signal is
 * aborted. It listens to the signal once, not for each.
 */
export function untilStopped(stop: AbortSignal): <T>(promise: Promise<T>) => Promise<T | undefined> {
  let onStop = () => {};
  stop.addEventListener("abort", () => onStop(), { once: true });
  return (promise) =>
    new Promise((resolve, reject) => {
      onStop = () => resolve(undefined);
      if (stop.aborted) onStop();
      promise.then(resolve, reject);
    });
}
