// The Express application. Bytes become a FhirRequest here and a Reply becomes bytes; what happens in
// between knows nothing of HTTP.
import { randomUUID } from 'node:crypto';
import express, {
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import type { Authenticate } from '../access/authenticate.ts';
import type { Principal } from '../access/grant.ts';
import type { OAuthPlace } from '../access/oauth/place.ts';
import { FhirError, notFound } from '../fhir/error.ts';
import { demandContentType, wantsHtml } from '../fhir/media-type.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import { capabilities } from '../interactions/capabilities.ts';
import type { Context } from '../interactions/context.ts';
import { type DoorInput, type DoorRoute, doorRoutes } from '../interactions/door.ts';
import { handle } from '../interactions/handle.ts';
import { type Refused, recordRefusal } from '../interactions/refusal.ts';
import type { Reply } from '../interactions/request.ts';
import type { Log } from '../observe/log.ts';
import { readText } from './body.ts';
import { allowOrigins } from './cors.ts';
import { errorReply, toFhirError } from './error.ts';
import { demandShortHead } from './head.ts';
import { HSTS } from './headers.ts';
import { oauthRouter } from './oauth.ts';
import type { RateLimit } from './rate-limit.ts';
import { sendReply } from './reply.ts';
import { formatOf, queryOf, toRequest } from './request.ts';
import { logReply } from './request-log.ts';
import { allowOf, ROUTES, type Route, routesByPath } from './route.ts';
import { boundStrangers, type Strangers } from './strangers.ts';
import { sendWelcome } from './welcome.ts';

export interface HttpOptions {
  context: Context;
  authenticate: Authenticate;
  oauth: OAuthPlace;
  /** Bytes of a request body. */
  maxBody: number;
  log: Log;
  edge?: Edge;
}

/** How the server stands towards the network. */
export interface Edge {
  /** The public URL is one of https. */
  https: boolean;
  /** Web pages of these may call. */
  origins: readonly string[];
  /** As Express takes it; for the caller's address and nothing else. */
  trustProxy: number | readonly string[];
  /** Of clients. */
  clients?: RateLimit | undefined;
  /** Of addresses, for requests that show no good token. */
  addresses?: RateLimit | undefined;
}
const BARE: Edge = { https: false, origins: [], trustProxy: 0 };

/** What is known of a request before its handler runs. */
interface Arrival {
  id: string;
  /** Milliseconds, for the log. */
  at: number;
  /** What is asked, once the path says it: for the row of a request that is refused before anything answers. */
  asked?: Pick<Refused, 'action' | 'type' | 'id'>;
  /** Something answers it and sees to its row itself. */
  entered?: true;
}
const arrivals = new WeakMap<object, Arrival>();
const callers = new WeakMap<object, Principal>();

/** Everything below /fhir and /iop asks for a token before anything else, so that strangers learn nothing. */
export function createHttp(options: HttpOptions): Express {
  const { edge = BARE } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', edge.trustProxy);
  app.enable('case sensitive routing');
  app.use(arrive);
  if (edge.https) app.use(demandHttps);
  app.use(allowOrigins(edge.origins, METHODS, request => arrivalOf(request).id));
  app.use(demandShortHead);
  app.get('/', (request, response) => sendWelcome(response, arrivalOf(request).id));
  app.get('/health', (request, response) => reply(request, response, options, '/health', HEALTHY));
  const strangers = edge.addresses && boundStrangers(edge.addresses);
  if (strangers !== undefined) app.use(strangers.meet);
  const demand = demandCaller(options, strangers);
  app.use(oauthRouter({ ...options, arrivalOf }));
  app.use('/fhir', fhirRouter(options, demand));
  app.use(doorRouter(options, demand));
  app.use(() => {
    throw notFound();
  });
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    // Express would print it, with its message; half an answer is no answer.
    if (response.headersSent) return void breakOff(error, request, response, options);
    return refuse(error, request, response, options);
  });
  return app;
}

/** Of all routes: what a preflight is told. */
const METHODS = [...ROUTES, ...doorRoutes].flatMap(({ method }) => allowOf([{ method }]).split(', '));

const HEALTHY: Reply = {
  status: 200,
  headers: { 'Content-Type': 'application/json' },
  body: '{"status":"ok"}',
};

function arrive(request: Request, _response: Response, next: NextFunction): void {
  arrivals.set(request, { id: randomUUID(), at: performance.now() });
  next();
}

/** Tells browsers to come by https alone. */
function demandHttps(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Strict-Transport-Security', HSTS);
  next();
}

function arrivalOf(request: Request): Arrival {
  const arrival = arrivals.get(request);
  if (arrival === undefined) throw new Error('A request that never arrived.');
  return arrival;
}

function callerOf(request: Request): Principal {
  const caller = callers.get(request);
  if (caller === undefined) throw new FhirError('unauthenticated', 'No caller is known.');
  return caller;
}

function demandCaller({ authenticate, edge }: HttpOptions, strangers: Strangers | undefined) {
  return async (request: Request, _response: Response, next: NextFunction): Promise<void> => {
    const caller = await authenticate(request.get('authorization'));
    callers.set(request, caller);
    strangers?.admit(request);
    const name = JSON.stringify([caller.organization, caller.client]);
    edge?.clients?.demand(name);
    edge?.clients?.spend(name);
    next();
  };
}

function fhirRouter(options: HttpOptions, demand: RequestHandler) {
  const router = express.Router({ caseSensitive: true });
  const paths = [...routesByPath()];
  for (const [path, rows] of paths)
    for (const row of rows.filter(one => one.open)) add(router, path, row, options);
  router.use(demand);
  for (const [path, rows] of paths) {
    for (const row of rows.filter(one => !one.open)) add(router, path, row, options);
    router.all(path, (request, response) => refuseMethod(request.params.type, allowOf(rows), response));
  }
  return router;
}

/** What a row calls a kind of request, where it is not the kind. */
const ACTIONS: Readonly<Record<string, string>> = {
  'conditional-update': 'update',
  'accounting-of-disclosures': 'accounting',
};

function add(router: express.Router, path: string, route: Route, options: HttpOptions): void {
  const { context, maxBody } = options;
  const verb = route.method.toLowerCase() as 'get' | 'post' | 'put' | 'delete';
  router[verb](path, async (request: Request, response: Response) => {
    const arrival = arrivalOf(request);
    arrival.asked = {
      action: ACTIONS[route.operation ?? route.kind] ?? route.operation ?? route.kind,
      ...request.params,
    };
    const parsed = await toRequest(route, request, arrival.id, { maxBody });
    arrival.entered = true;
    const answer =
      parsed.kind === 'capabilities'
        ? capabilities(parsed, context)
        : handle(parsed, context, callerOf(request));
    reply(request, response, options, `/fhir${path}`, await answer);
  });
}

/** Paths of the program's door are below /iop; they too ask for a token before anything else. */
function doorRouter(options: HttpOptions, demand: RequestHandler) {
  const router = express.Router({ caseSensitive: true });
  router.use('/iop', demand);
  for (const [path, rows] of Map.groupBy(doorRoutes, door => door.path)) {
    for (const door of rows) {
      const verb = door.method.toLowerCase() as 'get' | 'post';
      router[verb](path, async (request: Request, response: Response) => {
        const arrival = arrivalOf(request);
        arrival.asked = { action: door.action };
        const input = await doorInput(door, request, options.maxBody);
        arrival.entered = true;
        reply(request, response, options, path, await door.handle(input, options.context, callerOf(request)));
      });
    }
    router.all(path, (_request, response) => refuseMethod(undefined, allowOf(rows), response));
  }
  return router;
}

async function doorInput(door: DoorRoute, request: Request, maxBody: number): Promise<DoorInput> {
  const contentType = request.get('content-type') ?? '';
  const takesBody = door.accepts.length > 0;
  if (takesBody) demandContentType(contentType, new Set(door.accepts));
  return {
    params: request.params as Record<string, string>,
    body: takesBody ? await readText(request, maxBody) : '',
    contentType,
    html: door.html === true && wantsHtml(request.headers.accept, formatOf(queryOf(request))),
    request: arrivalOf(request).id,
  };
}

/** A path that is served, with a method that is not. Below a type that does not exist nothing is served. */
function refuseMethod(type: unknown, allow: string, response: Response): never {
  if (type !== undefined && !isResourceType(type)) throw notFound();
  response.setHeader('Allow', allow);
  throw new FhirError('method-not-allowed', `Only ${allow} can be used here.`);
}

function reply(
  request: Request,
  response: Response,
  options: HttpOptions,
  route: string,
  answer: Reply,
): void {
  const { id, at } = arrivalOf(request);
  sendReply(response, answer, id);
  logReply(options.log, { request: id, method: request.method, route, status: answer.status, since: at });
}

/** The row of what nothing answered is durable before the refusal goes out, or that cannot be had. */
async function refuse(
  thrown: unknown,
  request: Request,
  response: Response,
  options: HttpOptions,
): Promise<void> {
  const arrival = arrivalOf(request);
  let error = toFhirError(thrown, arrival.id);
  if (arrival.entered === undefined && isOurs(request)) {
    const asked = { action: 'request', ...arrival.asked, request: arrival.id };
    try {
      // Who sends too much must not fill the disk either: those rows are bounded, and name nobody.
      const principal = error.code === 'throttled' ? undefined : callers.get(request);
      await recordRefusal({ ...asked, principal }, error, options.context);
    } catch (unrecorded) {
      error = toFhirError(unrecorded, arrival.id);
    }
  }
  const answer = errorReply(error);
  sendReply(response, answer, arrival.id);
  const line = { request: arrival.id, method: request.method, status: answer.status, since: arrival.at };
  logReply(options.log, line, error);
}

function breakOff(thrown: unknown, request: Request, response: Response, options: HttpOptions): void {
  const { id, at } = arrivalOf(request);
  if (!response.writableEnded) response.destroy();
  const line = { request: id, method: request.method, status: 500, since: at };
  logReply(options.log, line, toFhirError(thrown, id));
}
/** Everything else that is asked for is nothing of ours, and says nothing of anybody. */
const isOurs = ({ originalUrl }: Request): boolean => /^\/(fhir|iop)(\/|\?|$)/.test(originalUrl);
