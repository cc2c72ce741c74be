// What makes a store a demo store.
import { type App, createApp, DEMO_FACT, type Principal, parseScopes } from '../app.ts';
import type { Config } from '../config.ts';
import { addDays, instantAt } from '../iop/generate/calendar.ts';
import { ZONE } from '../iop/generate/clinic.ts';
import { DEMO_ORGANIZATIONS } from '../iop/program.ts';
import { CommandError } from './terminal.ts';

/** An Organization acting on its own data in the store itself, for commands. */
export async function ownPrincipal(app: App, organization: string): Promise<Principal> {
  const organizations = await app.registry.organizations();
  const isProgram = organizations.some(entry => entry.id === organization && entry.program);
  const role = isProgram ? 'program' : 'ehr';
  return app.principalOf({
    client: 'cli',
    organization,
    role,
    scopes: parseScopes('system/*.cruds'),
    purposes: [],
  });
}

export const DEMO_FACTS = DEMO_ORGANIZATIONS.map(facts => ({
  facts,
  entry: {
    id: facts.id,
    prefix: facts.prefix,
    program: facts.part2 !== undefined,
    part2: facts.part2 === true,
  },
}));

export const isDemo = async (app: App): Promise<boolean> =>
  (await app.registry.fact(DEMO_FACT.marked)) === 'yes';

/** The store that `config` names, if it is a demo's or empty. Throws CommandError with `refusal` otherwise. */
export async function openDemo(config: Config, refusal: string): Promise<App> {
  const app = await createApp(config);
  if ((await isDemo(app)) || (await app.registry.empty())) return app;
  await app.close();
  throw new CommandError(refusal);
}

/** Marks an empty store as a demo whose clock shows `now` (ms) just now; opened again it does. */
export async function setDemoClock(app: App, now: number): Promise<void> {
  await app.registry.setFact(DEMO_FACT.clock, String(Math.round(now - Date.now())));
  await app.registry.setFact(DEMO_FACT.marked, 'yes');
}

/** A day is its morning, 9 o'clock where the demo's program is. Wrong usage otherwise. */
export function readNow(given: string): number {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(given);
  const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/.test(given);
  const at = day || instant ? Date.parse(day ? instantAt(given, '09:00', ZONE) : given) : Number.NaN;
  // 2026-02-30 is taken for a day of March.
  if (Number.isNaN(at) || (day && addDays(given, 0) !== given))
    throw new CommandError('--now: expected a day (2026-10-16) or an instant with its offset', 2);
  return at;
}
