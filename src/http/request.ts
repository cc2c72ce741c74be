// Express -> FhirRequest. Nothing of Express goes below this folder.
import type { Request } from 'express';
import { FhirError } from '../fhir/error.ts';
import { demandContentType, demandJson, wantsCsv } from '../fhir/media-type.ts';
import type { FhirRequest } from '../interactions/request.ts';
import { readText } from './body.ts';
import { parsePrefer } from './prefer.ts';
import type { Route } from './route.ts';

export interface Limits {
  /** Bytes of a body. */
  maxBody: number;
}

const FORM: ReadonlySet<string> = new Set(['application/x-www-form-urlencoded']);

/** Reads headers and body. `id`: X-Request-Id. Throws FhirError. */
export async function toRequest(
  route: Route,
  request: Request,
  id: string,
  limits: Limits,
): Promise<FhirRequest> {
  const query = queryOf(request);
  const csv = route.csv === true && wantsCsv(request.headers.accept, formatOf(query));
  if (!csv) demandJson(request.headers.accept, formatOf(query));
  const common = { prefer: parsePrefer(request.get('prefer')), request: id };
  const { type = '', id: logicalId = '', version = '' } = request.params as Record<string, string>;
  switch (route.kind) {
    case 'capabilities':
      return { ...common, kind: 'capabilities' };
    case 'page':
      return { ...common, kind: 'page', page: pageOf(query) };
    case 'operation':
      return {
        ...common,
        kind: 'operation',
        operation: route.operation ?? '',
        ...named({ type, id: logicalId }),
        query,
        csv,
        ...(request.method === 'POST' ? { body: await readOptional(request, limits) } : {}),
      };
    case 'bundle':
      return { ...common, kind: 'bundle', body: await readJson(request, limits) };
    case 'search':
      return { ...common, kind: 'search', type, query: await searchQuery(request, query, limits) };
    case 'history':
      return { ...common, kind: 'history', ...named({ type, id: logicalId }), query };
    case 'read':
      return {
        ...common,
        kind: 'read',
        type,
        id: logicalId,
        query,
        ...header(request, 'if-none-match', 'ifNoneMatch'),
      };
    case 'vread':
      return { ...common, kind: 'vread', type, id: logicalId, version, query };
    case 'create':
      return {
        ...common,
        kind: 'create',
        type,
        body: await readJson(request, limits),
        ...header(request, 'if-none-exist', 'ifNoneExist'),
      };
    case 'update':
      return {
        ...common,
        kind: 'update',
        type,
        id: logicalId,
        body: await readJson(request, limits),
        ...header(request, 'if-match', 'ifMatch'),
      };
    case 'conditional-update':
      return {
        ...common,
        kind: 'conditional-update',
        type,
        query,
        body: await readJson(request, limits),
        ...header(request, 'if-match', 'ifMatch'),
      };
    case 'delete':
      return { ...common, kind: 'delete', type, id: logicalId, ...header(request, 'if-match', 'ifMatch') };
  }
}

/** The raw text after `?`: order, repetition and escapes as they were sent. */
export function queryOf(request: Request): string {
  const at = request.originalUrl.indexOf('?');
  return at < 0 ? '' : request.originalUrl.slice(at + 1);
}

export function formatOf(query: string): string | undefined {
  if (!query.includes('_format')) return undefined;
  return new URLSearchParams(query).get('_format') ?? undefined;
}

function pageOf(query: string): string {
  const page = new URLSearchParams(query).get('_page');
  if (page !== null) return page;
  throw new FhirError(
    'invalid-search',
    'A search over all types is not supported: name a type, /Patient?...',
  );
}

async function readJson(request: Request, limits: Limits): Promise<string> {
  demandContentType(request.get('content-type'));
  return readText(request, limits.maxBody);
}

/** A body may be left out, and then its type is nothing to ask for. */
async function readOptional(request: Request, limits: Limits): Promise<string> {
  const text = await readText(request, limits.maxBody);
  if (text !== '') demandContentType(request.get('content-type'));
  return text;
}

/** POST [type]/_search: parameters of the URL and of the form count alike. */
async function searchQuery(request: Request, query: string, limits: Limits): Promise<string> {
  if (request.method !== 'POST') return query;
  const text = await readText(request, limits.maxBody);
  if (text !== '') demandContentType(request.get('content-type'), FORM);
  return [query, text.trim()].filter(part => part !== '').join('&');
}

/** Those that the path has. */
const named = (parts: { type: string; id: string }): { type?: string; id?: string } =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== ''));

function header<Name extends string>(request: Request, from: string, to: Name): { [key in Name]?: string } {
  const value = request.get(from);
  return (value === undefined ? {} : { [to]: value }) as { [key in Name]?: string };
}
