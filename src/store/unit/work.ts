// Work that is the same whether a store answers at once or later: a generator that hands out the promises
// it has to wait for.
import { types } from 'node:util';

/** What an adapter gives back: at once, or later. */
export type Answer<T> = T | Promise<T>;

export type Work<T> = Generator<Promise<unknown>, T, unknown>;

/** `const row = yield* got(unit.current(type, id))`. */
export function* got<T>(answer: Answer<T>): Work<T> {
  // Not `instanceof`: a promise of Node's own may come from another realm.
  return types.isPromise(answer) ? ((yield answer) as T) : (answer as T);
}

/** Does work whose answers all come at once. */
export function doNow<T>(work: Work<T>): T {
  const step = work.next();
  if (step.done !== true) throw new Error('Work that must be done at once has to wait.');
  return step.value;
}

/** Does work, waiting where it has to. */
export async function doAll<T>(work: Work<T>): Promise<T> {
  let step = work.next();
  while (step.done !== true) {
    let answer: unknown;
    try {
      answer = await step.value;
    } catch (error) {
      step = work.throw(error);
      continue;
    }
    step = work.next(answer);
  }
  return step.value;
}
