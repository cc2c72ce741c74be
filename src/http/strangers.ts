// Requests that show no good token, bounded by the address they come from. Who was let in before is let in
// still, whoever else sits behind the same address: a neighbour with an old token must lock out nobody.
import type { NextFunction, Request, Response } from 'express';
import { networkOf } from './address.ts';
import type { RateLimit } from './rate-limit.ts';

const MOST_KNOWN = 10_000;

export interface Strangers {
  /** Before anybody looks at the token, which costs more than all the rest of a refusal. */
  meet(request: Request, response: Response, next: NextFunction): void;
  /** This request has a good token. */
  admit(request: Request): void;
}

export function boundStrangers(addresses: RateLimit): Strangers {
  const admitted = new WeakSet<Request>();
  /** Ends of signatures: enough to tell tokens apart, not enough to be one. */
  const known = new Set<string>();
  return {
    meet: (request, response, next) => {
      const network = networkOf(request.ip);
      if (!known.has(endOf(request))) addresses.demand(network);
      response.once('close', () => {
        if (!admitted.has(request)) addresses.spend(network);
      });
      next();
    },
    admit: request => {
      admitted.add(request);
      const end = endOf(request);
      if (known.has(end)) return;
      if (known.size >= MOST_KNOWN) known.delete(known.values().next().value as string);
      known.add(end);
    },
  };
}

const endOf = (request: Request): string => request.headers.authorization?.slice(-64) ?? '';
