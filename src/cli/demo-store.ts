// What makes a store a demo store.
import { type App, type Principal, parseScopes } from '../app.ts';
import { DEMO_ORGANIZATIONS } from '../iop/program.ts';

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

export const isDemo = async (app: App): Promise<boolean> => (await app.registry.fact('demo')) === 'yes';
