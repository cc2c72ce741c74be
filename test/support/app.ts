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
  ...surroundings
}: {
  store?: TestStore;
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
    }),
    surroundings,
  );
  return {
    app,
    token: async (organization, role, options = {}) => {
      const { scope = 'system/*.cruds', prefix = `${organization}-`, patient } = options;
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
      return app.sign({ client: `${organization}-${role}`, organization, role, scope, ...about }, 3600);
    },
    close: async () => {
      await app.close();
      await place.remove();
    },
  };
}
