// Who is who: the clients of the program, the people of the other server that are linked to them, and how links are made
// and undone. Links are found in Patients alone; everything else goes by them.
import type { AnyResource } from '../fhir/types.ts';
import { type Index, indexOf, type Traits, traitsOf } from './match.ts';
import type { OwnRecord } from './own.ts';
import { parsed } from './own.ts';
import { type Change, change, type Linked, type Person, type State } from './state.ts';
import { PULL_TYPES } from './types.ts';

export interface People {
  /** By remote id; those who are known at all. */
  get(remote: string): Person | undefined;
  linked(remote: string): Linked | undefined;
  /** Remote id of a client of ours. */
  remoteOf(client: string): string | undefined;
  /** Does somebody there but this one have the identifier of a client, so that a person has to decide? */
  isDisputed(client: string, remote: string): boolean;
  /** Remote ids. */
  all(): IterableIterator<[string, Person]>;
  /** Durable when it returns. Undefined: nothing is kept of it. */
  put(remote: string, person: Person | undefined): Promise<void>;
  /** The program's clients as they were when the run began. */
  index: Index;
  /** The last change of a client who is not linked: seq. */
  newest: number;
}

export async function loadPeople(state: State, own: OwnRecord): Promise<People> {
  const known = new Map<string, Person>();
  const clients = new Map<string, string>();
  const keep = (remote: string, person: Person | undefined): void => {
    const before = known.get(remote);
    if (before?.state === 'linked') clients.delete(before.id);
    if (person === undefined) known.delete(remote);
    else known.set(remote, person);
    if (person?.state === 'linked') clients.set(person.id, remote);
  };
  for await (const [remote, person] of state.each('person')) keep(remote, person);
  const traits: Traits[] = [];
  let newest = 0;
  for await (const versions of own.search('Patient', ''))
    for (const version of versions) {
      traits.push(traitsOf(parsed(version) as AnyResource));
      if (!clients.has(version.id)) newest = Math.max(newest, version.seq);
    }
  return {
    get: remote => known.get(remote),
    linked: remote => {
      const person = known.get(remote);
      return person?.state === 'linked' ? person : undefined;
    },
    remoteOf: client => clients.get(client),
    isDisputed: (client, remote) =>
      [...known].some(([id, one]) => id !== remote && one.state === 'possible' && one.shared === client),
    all: () => known.entries(),
    put: async (remote, person) => {
      await state.put(...changesOf(remote, known.get(remote), person));
      keep(remote, person);
    },
    index: indexOf(traits),
    newest,
  };
}

export function changesOf(remote: string, before: Person | undefined, after: Person | undefined): Change[] {
  const gone = before?.state === 'linked' && !(after?.state === 'linked' && after.id === before.id);
  return [
    change('person', remote, after),
    ...(after?.state === 'linked' ? [change('client', after.id, { person: remote })] : []),
    ...(gone ? [change('client', before.id)] : []),
  ];
}

/** A link as it begins: everything of the person is to be read and looked at, whenever it was written. */
export const newLink = (id: string, by: Linked['by'], since: number): Linked => ({
  state: 'linked',
  ...{ id, by, since },
  unread: PULL_TYPES,
  unsent: true,
});

/**
 * Forgets what was exchanged for a link that was wrong, so that nothing more is compared with it. What came stays here
 * and what went stays there: whose it is and what becomes of it a person has to see to. Resolves to how much that is.
 */
export async function forgetExchange(
  state: State,
  remote: string,
  client: string,
): Promise<{ pulled: number; sent: number }> {
  const told = { pulled: 0, sent: 0 };
  for await (const [key, one] of state.each('pulled')) {
    if (one.person !== remote) continue;
    if (one.id !== undefined) told.pulled += 1;
    const type = key.slice(0, key.indexOf('/'));
    const came = one.id === undefined ? [] : [change('came', `${type}/${one.id}`)];
    await state.put(change('pulled', key), ...came);
  }
  for await (const [key, one] of state.each('sent')) {
    if (one.person !== client) continue;
    if (one.id !== undefined) told.sent += 1;
    const type = key.slice(0, key.indexOf('/'));
    await state.put(
      change('sent', key),
      ...(one.id === undefined ? [] : [change('there', `${type}/${one.id}`)]),
    );
  }
  for await (const [key, one] of state.each('due'))
    if (one.person === client) await state.put(change('due', key));
  return told;
}
