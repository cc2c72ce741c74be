// An entry's request element as the FhirRequest that the same method and URL would be over HTTP.
import { FhirError, type Issue } from '../fhir/error.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import type { FhirRequest, Preference } from './request.ts';

/** Bundle.entry.request as the schema leaves it. */
export interface EntryRequest {
  method: string;
  url: string;
  ifMatch?: string;
  ifNoneMatch?: string;
  ifNoneExist?: string;
}

/** Operations are asked for by themselves. */
export type EntryFhirRequest = Exclude<FhirRequest, { kind: 'operation' }>;

export interface EntryFrame {
  base: string;
  prefer: Preference;
  /** X-Request-Id of the Bundle's request. */
  request: string;
  /** `Bundle.entry[2]`, for paths. */
  path: string;
}

/** `body`: JSON text of entry.resource, '' where the caller keeps it aside. Throws `invalid-value`. */
export function toRequest(entry: EntryRequest, body: string, frame: EntryFrame): EntryFhirRequest {
  const { segments, query } = splitUrl(entry.url, frame);
  const common = { prefer: frame.prefer, request: frame.request };
  const [type, id, underscore, version] = segments;
  const address = type === undefined || type.startsWith('_') || type === 'metadata' ? undefined : { type };
  if (address !== undefined && !isResourceType(type))
    throw refused(frame, 'The URL names no R4 resource type.');
  switch (entry.method) {
    case 'GET':
      return { ...common, ...readingOf(segments, query, frame), ...match('ifNoneMatch', entry.ifNoneMatch) };
    case 'POST':
      if (address === undefined || id !== undefined || query !== '') break;
      return { ...common, kind: 'create', ...address, body, ...match('ifNoneExist', entry.ifNoneExist) };
    case 'PUT':
      if (address === undefined || underscore !== undefined) break;
      if (id === undefined && query !== '')
        return {
          ...common,
          kind: 'conditional-update',
          ...address,
          query,
          body,
          ...match('ifMatch', entry.ifMatch),
        };
      if (id === undefined || query !== '') break;
      return { ...common, kind: 'update', ...address, id, body, ...match('ifMatch', entry.ifMatch) };
    case 'DELETE':
      if (
        address === undefined ||
        id === undefined ||
        underscore !== undefined ||
        version !== undefined ||
        query !== ''
      )
        break;
      return { ...common, kind: 'delete', ...address, id, ...match('ifMatch', entry.ifMatch) };
    default:
      throw refused(frame, 'Expected GET, POST, PUT or DELETE.', 'method');
  }
  throw refused(frame, `No interaction has this URL with ${entry.method}.`);
}

type Reading = Extract<
  FhirRequest,
  { kind: 'read' | 'vread' | 'search' | 'history' | 'page' | 'capabilities' }
>;
type WithoutCommon<R> = R extends unknown ? Omit<R, 'prefer' | 'request'> : never;

function readingOf(segments: readonly string[], query: string, frame: EntryFrame): WithoutCommon<Reading> {
  const [type, id, word, version] = segments;
  const one = segments.length === 1;
  if (type === undefined && query.startsWith('_page='))
    return { kind: 'page', page: query.slice('_page='.length) };
  if (type === 'metadata' && one) return { kind: 'capabilities' };
  if (type === '_history' && one) return { kind: 'history', query };
  if (type === undefined || !isResourceType(type))
    throw refused(frame, 'No interaction has this URL with GET.');
  if (id === undefined) return { kind: 'search', type, query };
  if (id === '_history' && segments.length === 2) return { kind: 'history', type, query };
  if (word === undefined) return { kind: 'read', type, id, query };
  if (word === '_history' && segments.length === 3) return { kind: 'history', type, id, query };
  if (word === '_history' && version !== undefined && segments.length === 4)
    return { kind: 'vread', type, id, version, query };
  throw refused(frame, 'No interaction has this URL with GET.');
}

/** Relative to the base, or below it in full. Anything else is on another server. */
function splitUrl(url: string, frame: EntryFrame): { segments: string[]; query: string } {
  const isBelow = url.startsWith(frame.base) && /^[/?]|^$/.test(url.slice(frame.base.length));
  const own = isBelow ? url.slice(frame.base.length) : url;
  if (/^[a-z][a-z0-9+.-]*:/i.test(own)) throw refused(frame, 'The URL is not below the base of this server.');
  const at = own.indexOf('?');
  const path = at < 0 ? own : own.slice(0, at);
  const segments = path.split('/').filter(segment => segment !== '');
  return { segments, query: at < 0 ? '' : own.slice(at + 1) };
}

const match = <Name extends string>(name: Name, value: string | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { [key in Name]?: string };

function refused(frame: EntryFrame, message: string, element: 'url' | 'method' = 'url'): FhirError {
  const issue: Issue = { path: `${frame.path}.request.${element}`, message };
  return new FhirError('invalid-value', [issue]);
}
