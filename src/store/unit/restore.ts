// Versions of another store, put back as they were: with their numbers, times and writers. Nobody is asked
// whether he may: this is how a whole store is moved (../archive.ts), and for nothing else.
import { FhirError } from '../../fhir/error.ts';
import type { Version } from '../port.ts';
import { countingRules } from './rules.ts';
import type { Row, Unit } from './unit.ts';
import { type Answer, got, type Work } from './work.ts';

export interface Restorer extends Pick<Unit, 'derive' | 'bare' | 'insert' | 'replace' | 'bury'> {
  /** A version as it is stored, the current one or a past one. */
  stored(type: string, id: string, version: number): Answer<Version | undefined>;
}

/**
 * A version that is there already is compared; the next one is written. Throws `conflict` where another one
 * stands in its place, or one before it is missing.
 */
export function* restoreVersion(to: Restorer, version: Version): Work<'written' | 'there'> {
  const { type, id } = version;
  const held = yield* got(to.bare(type, id));
  const next = (held?.version ?? 0) + 1;
  if (version.version < next) {
    const there = yield* got(to.stored(type, id, version.version));
    if (there !== undefined && sameVersion(there, version)) return 'there';
    throw new FhirError('conflict', `The target holds another version ${version.version} of ${type}/${id}.`);
  }
  if (version.version > next)
    throw new FhirError('conflict', `The target has no version ${next} of ${type}/${id}.`);
  yield* write(to, held, version);
  return 'written';
}

function* write(to: Restorer, held: Row | undefined, version: Version): Work<void> {
  const foreign = version.writer === version.source ? undefined : version.version;
  const row: Row = { ...version, foreignFrom: held?.foreignFrom ?? foreign, place: held?.place };
  if (version.deleted) {
    if (held === undefined) throw new FhirError('conflict', 'A resource begins with a tombstone.');
    yield* got(to.bury(held, row));
    return;
  }
  // Who it names was settled when it was written; only what is looked up by is computed afresh.
  const { values, rules, marks = [] } = to.derive(JSON.parse(version.body) as Record<string, unknown>);
  const derived = { values, patients: version.patients, rules: countingRules(rules, version), marks };
  yield* got(held === undefined ? to.insert(row, derived) : to.replace(held, row, derived));
}

const FIELDS = [
  'version',
  'seq',
  'created',
  'owner',
  'source',
  'writer',
  'patients',
  'deleted',
  'body',
] as const satisfies readonly (keyof Version)[];

const sameVersion = (a: Version, b: Version): boolean =>
  FIELDS.every(name => JSON.stringify(a[name]) === JSON.stringify(b[name]));
