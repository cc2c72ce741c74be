// Business keys and import bookkeeping of a unit.
import type { ClaimHolder, HeldClaim } from '../unit/unit.ts';
import type { ClaimDocument } from './documents.ts';
import { put } from './identity.ts';
import { revivalLock } from './locks.ts';
import { type Collections, within } from './reading.ts';
import {
  addLocks,
  loadClaims,
  loadClaimsUnder,
  loadMarks,
  loadResources,
  type WorkingSet,
} from './working-set.ts';

export async function holderOf(set: WorkingSet, key: string): Promise<ClaimHolder | undefined> {
  const claim = await claimOf(set, key);
  if (claim === undefined) return undefined;
  const { type, id, deleted, version } = await resourceOf(set, claim.name);
  return { type, id, deleted, version };
}

export async function putClaim(set: WorkingSet, key: string, name: string): Promise<void> {
  const held = await claimOf(set, key);
  if (held !== undefined) addLocks(set, [revivalLock(held.name)]);
  await resourceOf(set, name);
  put(set.claims, { _id: key, name, imported: 0 });
}

export async function dropClaim(set: WorkingSet, key: string): Promise<void> {
  await loadClaims(set, [key]);
  const entry = set.claims.get(key);
  if (entry !== undefined) entry.now = undefined;
}

export async function claimsUnder(set: WorkingSet, prefix: string): Promise<HeldClaim[]> {
  await loadClaimsUnder(set, prefix);
  const held = [...set.claims].flatMap(([key, { now }]) =>
    now !== undefined && key.startsWith(prefix) ? [heldClaim(now)] : [],
  );
  return held.sort((a, b) => (a.key < b.key ? -1 : 1));
}

function heldClaim({ _id, name }: ClaimDocument): HeldClaim {
  const [type, id] = name.split('/') as [string, string];
  return { key: _id, type, id };
}

/** In the store, and in this unit. */
export async function claimsOn(set: WorkingSet, name: string): Promise<string[]> {
  const { reading, claims } = set;
  const stored = await reading.collections.claim
    .find({ name }, { projection: { _id: 1 }, ...within(reading) })
    .toArray();
  const kept = stored.map(one => one._id).filter(key => !claims.has(key));
  const own = [...claims].flatMap(([key, { now }]) => (now?.name === name ? [key] : []));
  return [...kept, ...own].sort();
}

/** Organizations that this process knows to run a program: none ever ceases to. */
const programs = new WeakMap<Collections, Set<string>>();

export async function runsProgram({ reading }: WorkingSet, organization: string): Promise<boolean> {
  const { collections } = reading;
  const known = programs.get(collections) ?? new Set();
  programs.set(collections, known);
  if (known.has(organization)) return true;
  const found = await collections.organization.findOne({ _id: organization }, within(reading));
  if (found?.program !== true) return false;
  known.add(organization);
  return true;
}

export async function markDigest(set: WorkingSet, key: string): Promise<string | undefined> {
  await loadMarks(set, [key]);
  return set.marks.get(key)?.now?.digest;
}

/** Notes for every part the current version of what it names as the imported one. */
export async function putMark(
  set: WorkingSet,
  key: string,
  digest: string,
  parts: readonly string[],
): Promise<void> {
  await loadMarks(set, [key]);
  await loadClaims(set, parts);
  await loadResources(
    set,
    parts.map(part => demandClaim(set, part).name),
  );
  put(set.marks, { _id: key, digest, parts: [...new Set(parts)].sort() });
  for (const part of parts) {
    const claim = demandClaim(set, part);
    const { version } = await resourceOf(set, claim.name);
    if (claim.imported !== version) put(set.claims, { ...claim, imported: version });
  }
}

async function claimOf(set: WorkingSet, key: string): Promise<ClaimDocument | undefined> {
  await loadClaims(set, [key]);
  return set.claims.get(key)?.now;
}

function demandClaim(set: WorkingSet, key: string): ClaimDocument {
  const claim = set.claims.get(key)?.now;
  if (claim === undefined) throw new Error('An import mark has a part that nothing claims.');
  return claim;
}

async function resourceOf(set: WorkingSet, name: string) {
  await loadResources(set, [name]);
  const found = set.resources.get(name)?.now;
  if (found === undefined) throw new Error('A claim names a resource that is not there.');
  return found;
}
