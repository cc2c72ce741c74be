// A Patient of the other server: whether it is a client of ours, and what of its demographics we take.
import { storedTree } from '../fhir/body.ts';
import { FhirError } from '../fhir/error.ts';
import type { AnyResource, JsonObject } from '../fhir/types.ts';
import { mergePerson } from './demographics.ts';
import { matchPerson } from './match.ts';
import { putting, refusalOf } from './own.ts';
import { newLink } from './people.ts';
import { provenanceOf } from './provenance.ts';
import type { Run } from './run.ts';
import type { Linked, Person } from './state.ts';

export async function takePerson(run: Run, theirs: AnyResource): Promise<void> {
  const { people, report } = run;
  const remote = theirs.id as string;
  const told = (outcome: 'linked' | 'possible-match' | 'passed-over'): void =>
    report({ side: 'pull', type: 'Patient', id: outcome === 'passed-over' ? '' : remote, outcome });
  const known = people.get(remote);
  if (known?.state === 'none') return told('passed-over');
  if (known?.state === 'linked') return takeDemographics(run, theirs, known);
  const match = matchPerson(theirs, people.index);
  if (match.kind === 'nobody') {
    if (known !== undefined) await people.put(remote, undefined);
    return told('passed-over');
  }
  const person: Person =
    match.kind === 'one' ? await claimed(run, match.id) : { state: 'possible', candidates: match.candidates };
  const updated = (theirs.meta as JsonObject | undefined)?.lastUpdated;
  if (person.state !== 'linked') {
    await people.put(remote, { ...person, ...(typeof updated === 'string' ? { updated } : {}) } as Person);
    return told('possible-match');
  }
  await people.put(remote, person);
  told('linked');
  return takeDemographics(run, theirs, person);
}

/**
 * Two people there with the identifier of one client: one of them is wrong, and nobody here can tell which. So neither
 * is linked, unless a person has said so.
 */
async function claimed({ people, report, context }: Run, client: string): Promise<Person> {
  const other = people.remoteOf(client);
  if (other === undefined) return newLink(client, 'identifier', context.clock());
  const candidates = [{ id: client, agrees: ['identifier'], differs: [] }];
  if (people.linked(other)?.by === 'identifier') {
    await people.put(other, { state: 'possible', candidates });
    report({ side: 'pull', type: 'Patient', id: other, outcome: 'possible-match' });
  }
  return { state: 'possible', candidates };
}

/** Somebody writes the same Patient at the same moment: tried again so often. */
const TRIES = 3;

async function takeDemographics(run: Run, theirs: AnyResource, linked: Linked): Promise<void> {
  const { own, people, report } = run;
  const id = theirs.id as string;
  for (let tried = 1; ; tried += 1) {
    const version = await own.read('Patient', linked.id);
    if (version === undefined)
      return report({
        side: 'pull',
        type: 'Patient',
        id,
        outcome: 'refused',
        why: 'is no client here any more',
      });
    const { tree, taken, conflicts, said } = mergePerson(theirs, storedTree(version.body), linked);
    try {
      if (taken.length > 0)
        await own.write([putting(version, tree), provenanceOf(run, `Patient/${linked.id}`, `Patient/${id}`)]);
    } catch (error) {
      if (error instanceof FhirError && error.code === 'stale' && tried < TRIES) continue;
      const why = refusalOf(error);
      if (why === undefined) throw error;
      return report({ side: 'pull', type: 'Patient', id, outcome: 'refused', why });
    }
    const open = Object.keys(conflicts);
    const { conflicts: _, ...rest } = linked;
    await people.put(id, { ...rest, said, ...(open.length === 0 ? {} : { conflicts }) });
    if (open.length > 0)
      return report({ side: 'pull', type: 'Patient', id, outcome: 'conflict', why: open.join(', ') });
    return report({ side: 'pull', type: 'Patient', id, outcome: taken.length > 0 ? 'updated' : 'unchanged' });
  }
}
