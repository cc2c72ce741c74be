// A point in a working set that can be gone back to, as long as nothing was sent since.
import type { Identity } from './identity.ts';
import type { WorkingSet } from './working-set.ts';

/** Undoes what came after; false where that cannot be done any more. */
export type Undo = () => boolean;

export function checkpoint(set: WorkingSet): Undo {
  const { sent, past, rules, ended, locks, ties } = set;
  const backs = [backOf(set.resources), backOf(set.claims), backOf(set.marks)];
  const before = {
    past: past.length,
    rules: [...rules],
    ended: [...ended],
    locks: [...locks],
    ties: [...ties],
  };
  return () => {
    if (set.sent !== sent) return false;
    for (const back of backs) back();
    past.length = before.past;
    refill(rules, before.rules);
    refill(locks, before.locks);
    refill(ties, before.ties);
    ended.clear();
    for (const name of before.ended) ended.add(name);
    return true;
  };
}

/** What was read since stays; what was to be written is forgotten. */
function backOf<T>(identity: Identity<T>): () => void {
  const before = new Map([...identity].map(([id, { now }]) => [id, now]));
  return () => {
    for (const [id, entry] of identity) {
      if (before.has(id)) entry.now = before.get(id);
      else if (entry.stored !== undefined) entry.now = entry.stored;
      else if (entry.now !== undefined) identity.delete(id);
    }
  };
}

function refill<K, V>(map: Map<K, V>, entries: readonly (readonly [K, V])[]): void {
  map.clear();
  for (const [key, value] of entries) map.set(key, value);
}
