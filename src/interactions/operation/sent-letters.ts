// Letters that went out: a disclosure that no request asked for, and no audit row tells of. 45 CFR 164.528(b)(2).
import type { Grant, Principal } from '../../access/grant.ts';
import { parseBody } from '../../fhir/body.ts';
import { localId } from '../../fhir/reference.ts';
import type { Communication, JsonObject } from '../../fhir/types.ts';
import { CONTACT_KIND } from '../../iop/codes-stay.ts';
import type { Version } from '../../store/port.ts';
import { findAll } from '../client-view/load.ts';
import type { Context } from '../context.ts';

export interface SentLetter {
  /** Microseconds since the epoch. */
  at: number;
  /** Logical id of the Organization that it went to, where the server knows it. */
  recipient?: string;
  /** What it is called there. */
  name?: string;
  /** What it was about. */
  purposes: readonly JsonObject[];
  /** `Consent/id` that it rests on. */
  consent?: string;
  /** How many documents went out. */
  documents: number;
}

/** Newest first. `period`: microseconds since the epoch. */
export async function sentLetters(
  patient: string,
  period: { since: number; until?: number },
  reader: { context: Context; principal: Principal; grant: Grant },
): Promise<{ letters: SentLetter[]; versions: readonly Version[] }> {
  const category = encodeURIComponent(`${CONTACT_KIND.url}|letter`);
  const query = `patient=${patient}&status=completed&category=${category}`;
  const versions = await findAll('Communication', query, reader);
  const within = ({ at }: SentLetter) =>
    at >= period.since && at <= (period.until ?? Number.MAX_SAFE_INTEGER);
  const letters = versions.flatMap(one => letterOf(one, reader.context.base)).filter(within);
  return { letters: letters.toSorted((a, b) => b.at - a.at), versions };
}

function letterOf(version: Version, base: string): SentLetter[] {
  const said = parseBody(version.body).resource as unknown as Communication;
  const at = Date.parse(said.sent ?? '') * 1000;
  if (Number.isNaN(at)) return [];
  const consents = (said.basedOn ?? []).map(one => localId(one.reference, 'Consent', base));
  const consent = consents.find(id => id !== undefined);
  const others = (said.recipient ?? []).filter(to => isOther(to.reference, version.owner, base));
  return others.map(to => {
    const recipient = localId(to.reference, 'Organization', base);
    return {
      at,
      ...(recipient === undefined ? {} : { recipient }),
      ...(to.display === undefined ? {} : { name: to.display }),
      purposes: (said.topic?.coding ?? []) as unknown as JsonObject[],
      ...(consent === undefined ? {} : { consent: `Consent/${consent}` }),
      documents: said.payload?.length ?? 0,
    };
  });
}

/** What the program keeps, and what the person is given, is disclosed to nobody. */
const isOther = (to: string | undefined, owner: string, base: string): boolean =>
  localId(to, 'Organization', base) !== owner && localId(to, 'Patient', base) === undefined;
