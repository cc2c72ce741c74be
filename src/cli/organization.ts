// Organizations that a token or a client is made for.
import type { App } from '../app.ts';
import { CommandError } from './terminal.ts';

const OUTSIDE: ReadonlySet<string> = new Set(['ehr', 'payer']);

/**
 * Refuses a role that does not fit the Organization. An EHR's or a payer's that is not known is made known: its id
 * space is fixed when its first token or client is made, so that no other Organization can take it.
 */
export async function knowOrganization(
  app: App,
  id: string,
  { role, prefix }: { role: string; prefix?: string | undefined },
): Promise<void> {
  const known = (await app.registry.organizations()).find(entry => entry.id === id);
  if (known !== undefined) {
    if (OUTSIDE.has(role) && known.program)
      throw new CommandError(`Organization ${id} is a program: its tokens have the role program.`);
    if (role === 'program' && !known.program)
      throw new CommandError(`Organization ${id} is no program: make one with program add.`);
    return;
  }
  if (role === 'program')
    throw new CommandError(`There is no program ${id}: make it with program add --id ${id}.`);
  if (!OUTSIDE.has(role)) throw new CommandError(`There is no Organization ${id}.`);
  await app.registry.putOrganization({ id, prefix: prefix ?? `${id}-`, program: false, part2: false });
}
