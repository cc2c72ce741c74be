// Finding a resource by its name. Where the cluster is sharded `place` says which shard to ask.
import type { FindOptions } from 'mongodb';
import { type Name, NOBODY, type ResourceDocument } from './documents.ts';
import type { ResourceFilter } from './filter.ts';
import { type Reading, within } from './reading.ts';

/** Matches nothing, and asks one shard. */
const NOWHERE: ResourceFilter = { partition: NOBODY, who: NOBODY, _id: { $in: [] } };

/**
 * A filter on `resource` for the documents with these names. In a cluster it holds the whole shard key, as
 * `place` tells it; names that nobody has are left out.
 */
export async function locate(reading: Reading, names: readonly Name[]): Promise<ResourceFilter> {
  if (!reading.sharded) return { _id: oneOf(names) };
  const places = await reading.collections.place.find({ _id: oneOf(names) }, within(reading)).toArray();
  if (places.length === 0) return NOWHERE;
  return {
    partition: oneOf(places.map(place => place.partition)),
    who: oneOf(places.map(place => place.who)),
    _id: oneOf(places.map(place => place._id)),
  };
}

export function oneOf(texts: readonly string[]): string | { $in: string[] } {
  const different = [...new Set(texts)];
  return different.length === 1 ? different[0]! : { $in: different };
}

/** How often a resource may move between the look at its place and the look there. */
const MOVES = 3;

/** The current document, tombstones too, whoever may see it. */
export async function findDocument(
  reading: Reading,
  name: Name,
  options: FindOptions = {},
): Promise<ResourceDocument | undefined> {
  for (let move = 0; move < MOVES; move += 1) {
    const filter = await locate(reading, [name]);
    if (filter === NOWHERE) return undefined;
    const found = await reading.collections.resource.findOne(filter, { ...within(reading), ...options });
    if (found !== null) return found;
    // What has a place is there: between the two questions it was moved to another one.
    if (!reading.sharded || reading.session !== undefined) return undefined;
  }
  return undefined;
}
