// People of the other server of whom somebody has to say who they are.
import { FhirError } from '../fhir/error.ts';
import type { JsonObject } from '../fhir/types.ts';
import { type OwnRecord, parsed } from './own.ts';
import { changesOf, forgetExchange, newLink } from './people.ts';
import type { Remote } from './remote.ts';
import { change, type Person, type State } from './state.ts';

/** A match as somebody may look at it; what is said of the client is the program's own. */
export interface MatchToDecide {
  /** Remote id. */
  person: string;
  candidates: readonly {
    id: string;
    name: string;
    birthDate: string;
    agrees: readonly string[];
    differs: readonly string[];
  }[];
  /** How the other server describes the person, where it was asked to. */
  theirs?: { name: string; birthDate: string; gender: string };
}

export async function matchesOf(
  state: State,
  remote: Remote | undefined,
  own: OwnRecord,
): Promise<MatchToDecide[]> {
  const found: MatchToDecide[] = [];
  for await (const [person, one] of state.each('person')) {
    if (one.state !== 'possible') continue;
    const candidates = [];
    for (const candidate of one.candidates) {
      const version = await own.read('Patient', candidate.id);
      if (version !== undefined) candidates.push({ ...candidate, ...lineOf(parsed(version)) });
    }
    const theirs = remote === undefined ? undefined : await showPerson(remote, person, one);
    found.push({ person, candidates, ...(theirs === undefined ? {} : { theirs }) });
  }
  return found;
}

/** Asked for by the moment of its last change, as a walk would: not by who it is. */
async function showPerson(
  remote: Remote,
  person: string,
  { updated }: Extract<Person, { state: 'possible' }>,
): Promise<MatchToDecide['theirs']> {
  const at = Date.parse(updated ?? '');
  if (Number.isNaN(at)) return undefined;
  const second = new Date(at).toISOString().slice(0, 19);
  for await (const page of remote.pages('Patient', { _lastUpdated: `${second}Z` }))
    for (const one of page)
      if (one.id === person) return { ...lineOf(one), gender: String(one.gender ?? '') };
  return undefined;
}

function lineOf(patient: JsonObject): { name: string; birthDate: string } {
  const [name] = (Array.isArray(patient.name) ? patient.name : []) as {
    family?: string;
    given?: string[];
    text?: string;
  }[];
  const said = [...(name?.given ?? []), name?.family].filter(part => part !== undefined).join(' ');
  return { name: said === '' ? (name?.text ?? '') : said, birthDate: String(patient.birthDate ?? '') };
}

export interface Decided {
  /** Remote id. */
  person: string;
  /** Logical id of our Patient; undefined: it is nobody here. */
  client: string | undefined;
  /** ms. */
  at: number;
}

export async function decideMatch(
  state: State,
  own: OwnRecord,
  { person, client, at }: Decided,
): Promise<{ pulled: number; sent: number }> {
  const before = await state.get('person', person);
  const same = before?.state === 'linked' && before.id === client;
  if (same) {
    await state.put(change('person', person, { ...before, by: 'person', since: at }));
    return { pulled: 0, sent: 0 };
  }
  if (client !== undefined) {
    const version = await own.read('Patient', client);
    if (version === undefined) throw new FhirError('not-found', 'There is no such client of the program.');
    const other = await state.get('client', client);
    if (other !== undefined)
      throw new FhirError(
        'conflict',
        `That client is linked to ${other.person} already: sync match ${other.person} --none undoes it.`,
      );
  }
  const told =
    before?.state === 'linked' ? await forgetExchange(state, person, before.id) : { pulled: 0, sent: 0 };
  const after: Person = client === undefined ? { state: 'none' } : newLink(client, 'person', at);
  await state.put(...changesOf(person, before, after));
  return told;
}
