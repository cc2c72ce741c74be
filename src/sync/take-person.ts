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
import type { Linked, Possible } from './state.ts';

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
  const person = match.kind === 'one' ? await claimed(run, remote, match.id) : match;
  if ('by' in person) {
    await people.put(remote, person);
    told('linked');
    return takeDemographics(run, theirs, person);
  }
  const { candidates } = person;
  const shared = 'shared' in person ? { shared: person.shared } : {};
  const updated = (theirs.meta as JsonObject | undefined)?.lastUpdated;
  const changed = typeof updated === 'string' ? { updated } : {};
  await people.put(remote, { state: 'possible', candidates, ...shared, ...changed });
  return told('possible-match');
}

/**
 * Two people there with the identifier of one client: one of them is wrong, and nobody here can tell which. So neither
 * is linked, unless a person has said so.
 */
async function claimed(
  { people, report, context }: Run,
  remote: string,
  client: string,
): Promise<Linked | Required<Pick<Possible, 'candidates' | 'shared'>>> {
  const other = people.remoteOf(client);
  if (other === undefined && !people.isDisputed(client, remote))
    return newLink(client, 'identifier', context.clock());
  const shared = { candidates: [{ id: client, agrees: ['identifier'], differs: [] }], shared: client };
  if (other !== undefined && people.linked(other)?.by === 'identifier') {
    await people.put(other, { state: 'possible', ...shared });
    report({ side: 'pull', type: 'Patient', id: other, outcome: 'possible-match' });
  }
  return shared;
}

/** Somebody writes the same Patient at the same moment: tried again so often. */
const TRIES = 3;

async function takeDemographics(run: Run, theirs: AnyResource, linked: Linked): Promise<void> {
  const { own, people, report } = run;
  const id = theirs.id as string;
  const { conflicts: _c, problem: _p, ...rest } = linked;
  const refuse = async (why: string): Promise<void> => {
    await people.put(id, { ...linked, problem: { outcome: 'refused', why } });
    report({ side: 'pull', type: 'Patient', id, outcome: 'refused', why });
  };
  for (let tried = 1; ; tried += 1) {
    const version = await own.read('Patient', linked.id);
    if (version === undefined) return refuse('is no client here any more');
    const { tree, taken, conflicts, said } = mergePerson(theirs, storedTree(version.body), linked);
    try {
      if (taken.length > 0)
        await own.write([putting(version, tree), provenanceOf(run, `Patient/${linked.id}`, `Patient/${id}`)]);
    } catch (error) {
      if (error instanceof FhirError && error.code === 'stale' && tried < TRIES) continue;
      const why = refusalOf(error);
      if (why === undefined) throw error;
      return refuse(why);
    }
    const open = Object.keys(conflicts);
    await people.put(id, { ...rest, said, ...(open.length === 0 ? {} : { conflicts }) });
    if (open.length > 0)
      return report({ side: 'pull', type: 'Patient', id, outcome: 'conflict', why: open.join(', ') });
    return report({ side: 'pull', type: 'Patient', id, outcome: taken.length > 0 ? 'updated' : 'unchanged' });
  }
}
