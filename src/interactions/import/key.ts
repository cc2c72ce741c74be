// Keys by which the store knows what a program's records made. `program|kind|id` names a record,
// `program|kind|id|role` one resource of it. Program and kind hold no bar; the program's own ids may,
// hence the two escapes.

import { appointmentRole } from '../../iop/session-fhir.ts';

export interface RecordKey {
  program: string;
  kind: string;
  id: string;
}

export interface PartKey extends RecordKey {
  role: string;
}

const escapePart = (text: string): string => text.replace(/[%|]/g, char => (char === '%' ? '%25' : '%7C'));
const unescapePart = (text: string): string => text.replace(/%7C|%25/g, code => (code === '%25' ? '%' : '|'));

export const recordKey = ({ program, kind, id }: RecordKey): string => `${program}|${kind}|${escapePart(id)}`;

export const partKey = (key: PartKey): string => `${recordKey(key)}|${escapePart(key.role)}`;

/** Undefined for what no partKey made. */
export function parsePartKey(text: string): PartKey | undefined {
  const [program, kind, id, role, ...more] = text.split('|');
  if (program === undefined || kind === undefined || id === undefined || role === undefined) return undefined;
  if (more.length > 0) return undefined;
  return { program, kind, id: unescapePart(id), role: unescapePart(role) };
}

/**
 * The key of the Appointment that a session has for a client, by the keys of the session's Slot and of the client's
 * Patient; undefined where these are of no records of one program.
 */
export function appointmentKey(slot: readonly string[], person: readonly string[]): string | undefined {
  const main = (keys: readonly string[], kind: string): PartKey[] =>
    keys.map(parsePartKey).filter(key => key?.kind === kind && key.role === '') as PartKey[];
  for (const session of main(slot, 'session')) {
    const client = main(person, 'client').find(one => one.program === session.program);
    if (client !== undefined) return partKey({ ...session, role: appointmentRole(client.id) });
  }
  return undefined;
}
