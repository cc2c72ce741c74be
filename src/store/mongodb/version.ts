// Single versions: read and vread.
import type { FindOptions } from 'mongodb';
import type { Grant } from '../../access/grant.ts';
import type { Predicate } from '../../search/ast.ts';
import type { Version } from '../port.ts';
import { NOBODY, type ResourceDocument, toVersion } from './documents.ts';
import { findDocument } from './locate.ts';
import { asksValues, reaches, reachesPast } from './reaches.ts';
import { type Reading, within } from './reading.ts';

/**
 * The current version, or the one asked for; undefined where there is none or the grant hides it. One
 * question where the document decides, a second one where consent does.
 */
export async function readVersion(
  reading: Reading,
  grant: Grant,
  asked: { type: string; id: string; version?: number },
): Promise<Version | undefined> {
  const { type, id, version } = asked;
  const predicate = grant.narrow(type, version === undefined ? 'read' : 'history');
  if (predicate.kind === 'none') return undefined;
  const now = await findDocument(reading, `${type}/${id}`, neededFor(predicate));
  if (now === undefined) return undefined;
  if (version === undefined || version === now.version)
    return (await reaches(reading, now, predicate)) ? toVersion(now) : undefined;
  if (version > now.version) return undefined;
  const past = await findPast(reading, now, version, neededFor(predicate));
  if (past === undefined || !(await reachesPast(reading, { now, past }, predicate))) return undefined;
  return toVersion(past);
}

/** Index values are a good part of a document and seldom asked for. */
export const neededFor = (predicate: Predicate): FindOptions =>
  asksValues(predicate) ? {} : { projection: { values: 0 } };

/** Where versions of a resource may lie: its owner is always the same, whom it names is not. */
export const partitionsOf = ({ owner }: Pick<ResourceDocument, 'owner'>): { $in: string[] } => ({
  $in: [owner, NOBODY],
});

/** The last live one among the past versions of a resource. */
export async function findLastLive(
  reading: Reading,
  resource: Pick<ResourceDocument, 'type' | 'id' | 'owner'>,
): Promise<Version | undefined> {
  const { type, id } = resource;
  const found = await reading.collections.history.findOne(
    { partition: partitionsOf(resource), type, id, deleted: false },
    { ...within(reading), sort: { version: -1 }, hint: 'name' },
  );
  return found === null ? undefined : toVersion(found);
}

async function findPast(
  reading: Reading,
  now: ResourceDocument,
  version: number,
  options: FindOptions,
): Promise<ResourceDocument | undefined> {
  const { type, id } = now;
  const found = await reading.collections.history.findOne(
    { partition: partitionsOf(now), type, id, version },
    { ...within(reading), ...options, hint: 'name' },
  );
  return found ?? undefined;
}
