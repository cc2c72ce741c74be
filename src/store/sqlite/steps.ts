// Long searches are done in steps, so that the event loop comes to its other work between them. A step
// is synchronous; where nothing may come between, as inside a unit, all are taken at once.

/** Yields between steps, returns the answer. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Takes all steps at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
