// The server without access rules, Consents, redaction, notice and labels on answers, in a process of its own, so that
// their price can be told. It is no setting of the product: it is put together here, of the product's parts, and
// everything else is as it is there, token checks and audit too. Labels are still computed where something is written.
import { createAuthenticate } from '../../src/access/authenticate.ts';
import type { Grant, Principal } from '../../src/access/grant.ts';
import { sealGrant } from '../../src/access/grant.ts';
import { type App, createApp } from '../../src/app.ts';
import { type Listener, listen } from '../../src/http/listener.ts';
import { createHttp } from '../../src/http/server.ts';
import type { Context } from '../../src/interactions/context.ts';
import { createLog } from '../../src/observe/log.ts';
import { answerParent, cpuMs } from './child.ts';
import { configOf, type Place } from './config.ts';
import { PROGRAM } from './data.ts';
import { edgeOf } from './edge.ts';

let app: App | undefined;
let listener: Listener | undefined;

const questions = {
  open: async (place: Place): Promise<void> => {
    app = await createApp(configOf(place));
  },
  /** Listens. Tokens are those of the product: both have the same keys and the same registry. */
  listen: async (): Promise<{ url: string }> => {
    const { context, oauth, config } = app!;
    const log = createLog(config.logLevel);
    let url = '';
    const changed: Context = {
      ...context,
      decide: principal => everything(principal),
      get base() {
        return `${url}/fhir`;
      },
    };
    const known = createAuthenticate({ ...oauth, verifyForeign: async () => undefined });
    const authenticate = async (authorization: string | undefined): Promise<Principal> => ({
      ...(await known(authorization)),
      ...{ role: 'program' as const, organization: PROGRAM, part2Programs: new Set<string>() },
    });
    const { maxBody } = config;
    const http = createHttp({ context: changed, authenticate, oauth, maxBody, log, edge: edgeOf(app!) });
    listener = await listen(http, { port: 0, host: config.host });
    url = `http://${config.host}:${listener.port}`;
    return { url };
  },
  cpu: cpuMs,
};
export type OpenQuestions = typeof questions;

let made = 0;

/** Whoever calls reaches all there is, and gets it as it is. */
function everything(principal: Principal): Grant {
  made += 1;
  const all = { kind: 'all' } as const;
  return sealGrant({
    id: `open-${made}`,
    principal,
    narrow: () => all,
    because: () => ({ scope: all, rules: [] }),
    adopt: all,
    whole: true,
    mayName: () => true,
    redact: () => undefined,
    unredacted: all,
    audit: { kind: 'none' },
    reasons: [],
  });
}

answerParent(questions, async () => {
  await listener?.stop();
  await app?.close();
});
