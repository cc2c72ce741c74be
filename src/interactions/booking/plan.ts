// The sessions of a track for weeks ahead, as records for the program's own door.
import { FhirError } from '../../fhir/error.ts';
import { type AnyResource, asAny, type Schedule } from '../../fhir/types.ts';
import type { SessionRecord } from '../../iop/session.ts';
import { track as concept, type TrackRecord } from '../../iop/track.ts';
import { recordKey } from '../import/key.ts';
import { namesFrom, referencesIn } from '../import/link.ts';
import { type Booker, madeBy, readOne } from './ask.ts';
import { type Planned, sessionsOf } from './clock.ts';

export interface TrackPlan {
  records: SessionRecord[];
  /** Sessions that have a record: what is planned of them is not said again. */
  there: number;
}

/** `track`: key of its record. */
export async function planTrack(
  booker: Booker,
  { track: key, ...planned }: Planned & { track: string },
): Promise<TrackPlan> {
  const id = await madeBy(booker, 'track', key);
  const { resource } = await readOne<Schedule>(booker, 'Schedule', id);
  const { context, program } = booker;
  const claims = await context.registry.claimsOf([...referencesIn(asAny(resource), context.base)]);
  const parts = new Map<string, AnyResource>([['', asAny(resource)]]);
  const track = concept.fromFhir(parts, namesFrom(program, claims, context.base), key);
  demandTimed(track);
  const all = sessionsOf(track, planned);
  const known = await context.registry.imports(all.map(recordKey));
  const records = all.filter(one => !known.has(recordKey(one)));
  return { records, there: all.length - records.length };
}

/** What FHIR no longer says is absent from what is read back. */
function demandTimed({ days, start, end, timeZone }: Partial<TrackRecord>): void {
  if (days !== undefined && start !== undefined && end !== undefined && timeZone !== undefined) return;
  throw new FhirError('invalid-value', 'The track does not say its days, hours and time zone.');
}
