// The edge of a server that is put together here.
import { randomBytes } from 'node:crypto';
import type { App } from '../../src/app.ts';
import { systemClock as clock } from '../../src/fhir/id.ts';
import { createRateLimit } from '../../src/http/rate-limit.ts';
import type { Edge } from '../../src/http/server.ts';

/** As the product has it. */
export function edgeOf({ config, registry }: App): Edge {
  const counting = { secret: randomBytes(32), clock, share: registry.spend };
  const { client, address } = config.rateLimit;
  return {
    https: false,
    origins: config.corsOrigins,
    trustProxy: config.trustProxy,
    clients: createRateLimit({ ...counting, name: 'client', limit: client }),
    addresses: createRateLimit({ ...counting, name: 'address', limit: address }),
  };
}
