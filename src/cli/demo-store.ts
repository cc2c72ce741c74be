// What makes a store a demo store, and who calls there.
import { type App, type Principal, parseScopes, type TokenClaims } from '../app.ts';
import { DEMO_ORGANIZATIONS } from '../iop/program.ts';

/** Who calls in the demo: `client` is the name that `token --client` takes. */
export const DEMO_CLIENTS = {
  program: { client: 'demo-program', organization: 'riverbend', role: 'program', scope: 'system/*.cruds' },
  ehr: { client: 'demo-ehr', organization: 'lakeside-health', role: 'ehr', scope: 'system/*.cruds' },
  payer: { client: 'demo-payer', organization: 'granite-mutual', role: 'payer', scope: 'system/*.rs' },
} as const satisfies Record<string, TokenClaims>;

export const demoClientOf = (client: string): TokenClaims | undefined =>
  Object.values(DEMO_CLIENTS).find(claims => claims.client === client);

/** An Organization acting on its own data in the store itself, for commands. */
export async function ownPrincipal(app: App, organization: string): Promise<Principal> {
  const organizations = await app.registry.organizations();
  const isProgram = organizations.some(entry => entry.id === organization && entry.program);
  const role = isProgram ? 'program' : 'ehr';
  return app.principalOf({ client: 'cli', organization, role, scopes: parseScopes('system/*.cruds') });
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
