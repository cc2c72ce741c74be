// What is served below the FHIR base, in one screen. A path is matched from top to bottom; a path that
// is here with another method is answered 405. https://hl7.org/fhir/R4/http.html#summary
import type { RequestKind } from '../interactions/request.ts';

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  kind: RequestKind;
  /** Answers without a token. */
  open?: true;
  /** Which operation, without its `$`. */
  operation?: string;
  /** It also answers in CSV. */
  csv?: true;
}

/** An operation that changes nothing is asked for in either way. */
function operationAt(path: string, more: Pick<Route, 'csv'> = {}): Route[] {
  const operation = path.slice(path.indexOf('$') + 1);
  return (['GET', 'POST'] as const).map(method => ({ method, path, kind: 'operation', operation, ...more }));
}

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/metadata', kind: 'capabilities', open: true },
  { method: 'GET', path: '/', kind: 'page' },
  { method: 'POST', path: '/', kind: 'bundle' },
  { method: 'GET', path: '/_history', kind: 'history' },
  ...operationAt('/$breach-impact', { csv: true }),
  ...operationAt('/Consent/:id/$validate-part2'),
  ...operationAt('/Consent/$validate-part2').filter(({ method }) => method === 'POST'),
  ...operationAt('/Patient/:id/$accounting-of-disclosures', { csv: true }),
  ...operationAt('/Patient/:id/$disclosures', { csv: true }),
  ...operationAt('/:type/:id/$explain-access'),
  { method: 'GET', path: '/:type', kind: 'search' },
  { method: 'POST', path: '/:type', kind: 'create' },
  { method: 'PUT', path: '/:type', kind: 'conditional-update' },
  { method: 'POST', path: '/:type/_search', kind: 'search' },
  { method: 'GET', path: '/:type/_history', kind: 'history' },
  { method: 'GET', path: '/:type/:id', kind: 'read' },
  { method: 'PUT', path: '/:type/:id', kind: 'update' },
  { method: 'DELETE', path: '/:type/:id', kind: 'delete' },
  { method: 'GET', path: '/:type/:id/_history', kind: 'history' },
  { method: 'GET', path: '/:type/:id/_history/:version', kind: 'vread' },
];

/** Paths in the order of the table, each with its rows. */
export function routesByPath(): Map<string, Route[]> {
  return Map.groupBy(ROUTES, route => route.path);
}

/** The Allow header of a path: HEAD comes with GET. */
export function allowOf(rows: readonly { method: string }[]): string {
  return rows.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
}
