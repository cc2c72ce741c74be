// Bundles put together as text from resource texts, so that what is served is never parsed.
// https://hl7.org/fhir/R4/bundle.html

export type BundleType = 'searchset' | 'history' | 'batch-response' | 'transaction-response';

export interface Entry {
  fullUrl?: string;
  /** JSON text of the resource. */
  resource?: string;
  search?: 'match' | 'include' | 'outcome';
  request?: { method: string; url: string };
  response?: EntryResponse;
}

export interface EntryResponse {
  /** `201 Created`. */
  status: string;
  location?: string;
  etag?: string;
  /** Instant. */
  lastModified?: string;
  /** JSON text of an OperationOutcome. */
  outcome?: string;
}

export interface Link {
  relation: 'self' | 'next';
  url: string;
}

export interface BundleParts {
  /** JSON texts of the items of meta.security. */
  security?: readonly string[];
  type: BundleType;
  total?: number | undefined;
  links?: readonly Link[];
  entries: readonly Entry[];
}

/** The Bundle's JSON text. An empty list of entries is left out, as JSON in FHIR asks. */
export function bundleText(parts: BundleParts): string {
  const total = parts.total === undefined ? '' : `,"total":${parts.total}`;
  const links =
    parts.links === undefined || parts.links.length === 0 ? '' : `,"link":${JSON.stringify(parts.links)}`;
  const entries = parts.entries.length === 0 ? '' : `,"entry":[${parts.entries.map(entryText).join(',')}]`;
  const meta = parts.security?.length ? `,"meta":{"security":[${parts.security.join(',')}]}` : '';
  return `{"resourceType":"Bundle"${meta},"type":"${parts.type}"${total}${links}${entries}}`;
}

function entryText(entry: Entry): string {
  const parts: string[] = [];
  if (entry.fullUrl !== undefined) parts.push(`"fullUrl":${JSON.stringify(entry.fullUrl)}`);
  if (entry.resource !== undefined) parts.push(`"resource":${entry.resource}`);
  if (entry.search !== undefined) parts.push(`"search":{"mode":"${entry.search}"}`);
  if (entry.request !== undefined) parts.push(`"request":${JSON.stringify(entry.request)}`);
  if (entry.response !== undefined) parts.push(`"response":${responseText(entry.response)}`);
  return `{${parts.join(',')}}`;
}

function responseText({ outcome, ...rest }: EntryResponse): string {
  const text = JSON.stringify(rest);
  return outcome === undefined ? text : `${text.slice(0, -1)},"outcome":${outcome}}`;
}
