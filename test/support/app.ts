// The whole server on a store of its own, in this process, with tokens.

import type { Role } from '../../src/access/grant.ts';
import { type App, createApp, readConfig } from '../../src/app.ts';
import type { Clock, Ids } from '../../src/fhir/id.ts';
import { folderPlace } from './place.ts';
import type { TestStore } from './stores.ts';

export interface TokenOptions {
  scope?: string;
  prefix?: string;
  patient?: string;
  /** Makes it a client of its own. */
  practitioner?: string;
}

export interface TestApp {
  app: App;
  /** Makes an Organization known with its id space and gives a token for it. */
  token(organization: string, role: Role, options?: TokenOptions): Promise<string>;
  close(): Promise<void>;
}

/** On a file, unless `store` says otherwise. */
export async function openApp({
  store,
  environment = {},
  ...surroundings
}: {
  store?: TestStore;
  environment?: Readonly<Record<string, string>>;
  clock?: Clock;
  ids?: Ids;
} = {}): Promise<TestApp> {
  const place = store?.place() ?? folderPlace();
  const app = await createApp(
    readConfig({
      ...place.environment,
      PORT: '8080',
      LOG_LEVEL: 'silent',
      MAX_BODY: '16000000',
      ...environment,
    }),
    surroundings,
  );
  return {
    app,
    token: async (organization, role, options = {}) => {
      const { scope = 'system/*.cruds', prefix = `${organization}-`, patient, practitioner } = options;
      const about = patient === undefined ? {} : { patient };
      const known = await app.registry.organizations();
      if (!known.some(entry => entry.id === organization)) {
        await app.registry.putOrganization({
          id: organization,
          prefix,
          program: role === 'program',
          part2: role === 'program',
        });
      }
      const client = [organization, role, practitioner].filter(part => part !== undefined).join('-');
      const token = await app.sign({ client, organization, role, scope, ...about }, 3600);
      if (practitioner !== undefined) await registerStaff(app, client, practitioner);
      return token;
    },
    close: async () => {
      await app.close();
      await place.remove();
    },
  };
}

/** That a client is one of the staff is said where it is registered: no token of ours says it. */
export async function registerStaff({ registry }: App, id: string, practitioner: string): Promise<void> {
  const entry = await registry.client(id);
  if (entry === undefined) throw new Error(`There is no client ${id}.`);
  await registry.putClient({ ...entry, practitioner });
}
