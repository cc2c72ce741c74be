// The OAuth endpoints over HTTP. Their errors are those of RFC 6749, in JSON, not OperationOutcomes; nothing of
// what is sent here is logged or repeated.
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import type { OAuthRequest } from '../access/oauth/audited.ts';
import { OAuthError } from '../access/oauth/error.ts';
import { introspectToken, revokeToken } from '../access/oauth/introspection.ts';
import type { OAuthPlace } from '../access/oauth/place.ts';
import { smartConfiguration } from '../access/oauth/smart-configuration.ts';
import { issueToken } from '../access/oauth/token-endpoint.ts';
import { ERRORS, FhirError } from '../fhir/error.ts';
import type { Log } from '../observe/log.ts';
import { readText } from './body.ts';
import { toFhirError } from './error.ts';
import { sendReply } from './reply.ts';
import { logReply } from './request-log.ts';

export interface OAuthOptions {
  oauth: OAuthPlace;
  log: Log;
  /** X-Request-Id, and performance.now() at arrival. */
  arrivalOf(request: Request): { id: string; at: number };
}

type Ask = (place: OAuthPlace) => object | Promise<object>;
type Take = (place: OAuthPlace, request: OAuthRequest) => Promise<object | undefined>;

/** All are open: who asks proves who it is by its assertion, or needs not. */
const GETS: Readonly<Record<string, Ask>> = {
  '/.well-known/smart-configuration': smartConfiguration,
  '/fhir/.well-known/smart-configuration': smartConfiguration,
  '/oauth/jwks': place => place.keys.jwks(),
};
const POSTS: Readonly<Record<string, Take>> = {
  '/oauth/token': issueToken,
  '/oauth/introspect': introspectToken,
  '/oauth/revoke': revokeToken,
};

/** Bytes: an assertion, a token, and room. */
const LARGEST = 64 * 1024;
const FORM = /^application\/x-www-form-urlencoded\s*(;|$)/i;

export function oauthRouter(options: OAuthOptions): Router {
  const router = express.Router({ caseSensitive: true });
  for (const [path, ask] of Object.entries(GETS)) {
    router.get(path, async (request, response) =>
      send(request, response, options, { status: 200, body: await ask(options.oauth) }),
    );
    router.all(path, refuseMethod('GET, HEAD'));
  }
  for (const [path, take] of Object.entries(POSTS)) {
    router.post(path, async (request, response) => {
      const { id } = options.arrivalOf(request);
      const body = await take(options.oauth, { read: () => formOf(request), id });
      send(request, response, options, { status: 200, ...(body === undefined ? {} : { body }) });
    });
    router.all(path, refuseMethod('POST'));
  }
  const paths = [...Object.keys(GETS), ...Object.keys(POSTS)];
  router.use(paths, (error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error);
    fail(error, request, response, options);
  });
  return router;
}

async function formOf(request: Request): Promise<string> {
  if (!FORM.test(request.get('content-type') ?? ''))
    throw new OAuthError('invalid_request', 'Content-Type: expected application/x-www-form-urlencoded.');
  if (request.get('authorization') !== undefined)
    throw new OAuthError('invalid_request', 'Clients authenticate by client_assertion alone.');
  return readText(request, LARGEST);
}

const refuseMethod = (allow: string) => (_request: Request, response: Response) => {
  response.setHeader('Allow', allow);
  throw new FhirError('method-not-allowed', `Only ${allow} can be used here.`);
};

interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: object;
}

function send(
  request: Request,
  response: Response,
  { arrivalOf, log }: OAuthOptions,
  { status, headers, body }: Answer,
  error?: FhirError,
): void {
  const { id, at } = arrivalOf(request);
  const json = { 'Content-Type': 'application/json; charset=utf-8' };
  sendReply(
    response,
    {
      status,
      headers: { ...headers, ...(body === undefined ? {} : json) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
    id,
  );
  logReply(log, { request: id, method: request.method, route: request.path, status, since: at }, error);
}

function fail(thrown: unknown, request: Request, response: Response, options: OAuthOptions): void {
  if (thrown instanceof OAuthError) {
    const unproven = thrown.code === 'invalid_client';
    const headers = unproven ? { 'WWW-Authenticate': 'Bearer realm="iop-fhir"' } : {};
    const body = { error: thrown.code, error_description: thrown.message };
    send(request, response, options, { status: unproven ? 401 : 400, headers, body });
    return;
  }
  const error = toFhirError(thrown, options.arrivalOf(request).id);
  const { status } = ERRORS[error.code];
  const code =
    status === 503 ? 'temporarily_unavailable' : status >= 500 ? 'server_error' : 'invalid_request';
  const headers: Record<string, string> = status === 503 ? { 'Retry-After': '1' } : {};
  const body = { error: code, error_description: error.issues[0]?.message ?? error.message };
  send(request, response, options, { status, headers, body }, error);
}
