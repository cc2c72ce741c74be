// Documents by their _id: as a transaction holds them, and as they are to be.

/** Undefined where there is none. */
export interface Entry<T> {
  stored: T | undefined;
  now: T | undefined;
}

export type Identity<T> = Map<string, Entry<T>>;

/** Those of the ids that were not read yet. */
export const unread = (identity: ReadonlyMap<string, unknown>, ids: Iterable<string>): string[] =>
  [...new Set(ids)].filter(id => !identity.has(id));

/** Keeps what was found of what was asked for, and that the others are not there. */
export function keepFound<T extends { _id: string }>(
  identity: Identity<T>,
  asked: readonly string[],
  found: readonly T[],
): void {
  for (const id of asked) identity.set(id, { stored: undefined, now: undefined });
  for (const one of found) identity.set(one._id, { stored: one, now: one });
}

export function put<T extends { _id: string }>(identity: Identity<T>, now: T): void {
  const entry = identity.get(now._id);
  if (entry === undefined) throw new Error('A document is written that was not read.');
  entry.now = now;
}

const isChanged = <T>({ stored, now }: Entry<T>): boolean => stored !== now;

/** Those to send. */
export const changedOf = <T>(identity: Identity<T>): Entry<T>[] => [...identity.values()].filter(isChanged);

/** After they were sent. */
export function settle<T>(changed: readonly Entry<T>[]): void {
  for (const entry of changed) entry.stored = entry.now;
}
