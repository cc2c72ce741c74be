// The server without token checks and audit, in a process of its own, so that their price can be told. It is
// no setting of the product: it is put together here, of the product's parts, and everything else is as it
// is there, scopes, consent and rate limits too.
import type { Authenticate } from '../../src/access/authenticate.ts';
import { DEFAULT_PURPOSES } from '../../src/access/oauth/client.ts';
import { type App, type Config, createApp, type Principal, parseScopes } from '../../src/app.ts';
import { FhirError } from '../../src/fhir/error.ts';
import { type Listener, listen } from '../../src/http/listener.ts';
import { createHttp } from '../../src/http/server.ts';
import type { Context } from '../../src/interactions/context.ts';
import { createLog } from '../../src/observe/log.ts';
import type { Store } from '../../src/store/port.ts';
import { answerParent, cpuMs } from './child.ts';
import { CALLERS, configOf, type Place } from './config.ts';
import { edgeOf } from './edge.ts';
import type { Caller } from './operations.ts';

/** Writes that leave no audit row. */
export interface Unaudited extends Pick<Store, 'transact'> {
  close(): Promise<void>;
}
export type OpenUnaudited = (config: Config) => Promise<Unaudited>;

let app: App | undefined;
let unaudited: Unaudited | undefined;
let listener: Listener | undefined;

const questions = {
  open: async (place: Place): Promise<void> => {
    app = await createApp(configOf(place));
    const { kind } = app.config.store;
    const adapter = (await import(`./unaudited-${kind}.ts`)) as { openUnaudited: OpenUnaudited };
    unaudited = await adapter.openUnaudited(app.config);
  },
  /** Listens. `tokens`: those of the product, sent here too so that requests are the same bytes. */
  listen: async ({ tokens }: { tokens: Partial<Record<Caller, string>> }): Promise<{ url: string }> => {
    const { context, oauth, config } = app!;
    const { transact } = unaudited!;
    const log = createLog(config.logLevel);
    let url = '';
    const changed: Context = {
      ...context,
      store: { ...context.store, record: async () => undefined, transact },
      get base() {
        return `${url}/fhir`;
      },
    };
    const authenticate = await trusting(app!, tokens);
    const { maxBody } = config;
    const http = createHttp({ context: changed, authenticate, oauth, maxBody, log, edge: edgeOf(app!) });
    listener = await listen(http, { port: 0, host: config.host });
    url = `http://${config.host}:${listener.port}`;
    return { url };
  },
  cpu: cpuMs,
};
export type UnauditedQuestions = typeof questions;

/** Takes each token for its caller's without a look into it. */
async function trusting(of: App, tokens: Partial<Record<Caller, string>>): Promise<Authenticate> {
  const callers = new Map<string | undefined, Principal>();
  for (const [name, token] of Object.entries(tokens)) {
    const { scope, ...caller } = CALLERS[name as Caller];
    const known = {
      ...caller,
      scopes: parseScopes(scope),
      purposes: DEFAULT_PURPOSES[caller.role],
      token: '',
    };
    callers.set(`Bearer ${token}`, await of.principalOf(known));
  }
  return async authorization => {
    const caller = callers.get(authorization);
    if (caller === undefined) throw new FhirError('unauthenticated', 'Nobody is known by this token.');
    return caller;
  };
}

answerParent(questions, async () => {
  await listener?.stop();
  await unaudited?.close();
  await app?.close();
});
