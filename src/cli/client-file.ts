import { join } from 'node:path';
import type { App } from '../app.ts';

/** Where the private key of a client lies that was made here for first steps: beside the server's own. */
export const keyFileOf = (app: App, client: string): string => join(app.config.keys, `${client}.jwk`);
