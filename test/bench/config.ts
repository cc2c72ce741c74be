// What the server is started with, and who asks it.
import type { TokenClaims } from '../../src/access/oauth/access-token.ts';
import { type Config, readConfig } from '../../src/app.ts';
import { PAYER, PROGRAM } from './data.ts';
import type { Caller } from './operations.ts';

/** `store`: as in STORE; `keys`: a folder. */
export interface Place {
  store: string;
  keys: string;
}

/** Two clients ask for all that the machine can give: counted like everybody, and never refused. */
const UNBOUNDED = 10_000_000;

export const configOf = ({ store, keys }: Place): Config =>
  readConfig({
    STORE: store,
    KEYS: keys,
    PORT: '0',
    LOG_LEVEL: 'error',
    RATE_LIMIT: String(UNBOUNDED),
    RATE_LIMIT_ADDRESS: String(UNBOUNDED),
  });

export const CALLERS: Readonly<Record<Caller, TokenClaims>> = {
  program: { client: 'bench-program', organization: PROGRAM, role: 'program', scope: 'system/*.cruds' },
  payer: { client: 'bench-payer', organization: PAYER, role: 'payer', scope: 'system/*.rs' },
};
