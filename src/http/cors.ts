// Which web pages may call: those of the origins that CORS_ORIGINS lists, and no others. Never `*`, and never
// credentials: a caller shows its token itself, so nothing is sent that a page did not put there.
// https://fetch.spec.whatwg.org/#http-cors-protocol
import type { NextFunction, Request, Response } from 'express';
import { sendReply } from './reply.ts';

/** What FHIR needs and a browser would not let a page send by itself. https://hl7.org/fhir/R4/http.html */
const SENT = [
  'Authorization',
  'Content-Type',
  'Prefer',
  'If-Match',
  'If-None-Match',
  'If-None-Exist',
  'If-Modified-Since',
].join(', ');

/** What a page may read of an answer. */
const SEEN = [
  'ETag',
  'Location',
  'Content-Location',
  'Last-Modified',
  'X-Request-Id',
  'Retry-After',
  'WWW-Authenticate',
  'Redisclosure-Notice',
  'Consent-Reference',
  'Audit-Agreement',
].join(', ');

/** Seconds that a browser remembers what it was told. */
const REMEMBERED = 600;

export type Middleware = (request: Request, response: Response, next: NextFunction) => void;

/**
 * Adds to the answers for known origins what a browser asks for, and answers its preflights, which carry no
 * token. Everybody else is served as if there were no such thing. `methods`: of all routes; `idOf`: X-Request-Id.
 */
export function allowOrigins(
  origins: readonly string[],
  methods: readonly string[],
  idOf: (request: Request) => string,
): Middleware {
  const known = new Set(origins);
  const preflight = {
    'Access-Control-Allow-Methods': [...new Set(methods)].join(', '),
    'Access-Control-Allow-Headers': SENT,
    'Access-Control-Max-Age': String(REMEMBERED),
  };
  return (request, response, next) => {
    if (known.size === 0) return next();
    response.setHeader('Vary', 'Origin');
    const { origin } = request.headers;
    if (origin === undefined || !known.has(origin)) return next();
    response.setHeader('Access-Control-Allow-Origin', origin);
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
      return sendReply(response, { status: 204, headers: preflight }, idOf(request));
    }
    response.setHeader('Access-Control-Expose-Headers', SEEN);
    next();
  };
}
