// Ties are written before the commit that needs them, and outside it: one that leads nowhere is harmless,
// while two commits that add the same one would get into each other's way.
import type { TieDocument } from './documents.ts';
import type { Collections } from './reading.ts';

/** More than there are in any store that one server serves; then all is forgotten and learnt again. */
const MOST_KNOWN = 100_000;

/** What this process knows to be there, of each store it has open. */
const known = new WeakMap<Collections, Set<string>>();

/** Makes sure that the ties are there for everybody who sees what is committed after this. */
export async function keepTies(collections: Collections, ties: Iterable<TieDocument>): Promise<void> {
  const held = knownOf(collections);
  const missing = new Map<string, TieDocument>();
  for (const tie of ties) if (!held.has(tie._id)) missing.set(tie._id, tie);
  if (missing.size === 0) return;
  await collections.tie
    .bulkWrite(
      [...missing.values()].map(({ _id, organization, owner }) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: { organization, owner } }, upsert: true },
      })),
      { ordered: false },
    )
    .catch(ignoreTaken);
  if (held.size > MOST_KNOWN) held.clear();
  for (const id of missing.keys()) held.add(id);
}

function knownOf(collections: Collections): Set<string> {
  let held = known.get(collections);
  if (held === undefined) {
    held = new Set();
    known.set(collections, held);
  }
  return held;
}

/** Another server added it at the same moment. Unordered, so that all the others were added too. */
function ignoreTaken(error: unknown): void {
  const { code, writeErrors } = error as { code?: unknown; writeErrors?: unknown };
  const all = Array.isArray(writeErrors) ? writeErrors : [{ code }];
  if (!all.every(one => (one as { code?: unknown }).code === 11_000)) throw error;
}
