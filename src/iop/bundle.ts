// Program records as FHIR transaction Bundles: what a program without this server's door would send.
// Every entry is a conditional create by business identifier, so that sending it twice changes nothing.
// https://hl7.org/fhir/R4/http.html#transaction
import { createHash } from 'node:crypto';
import type { AnyResource, Bundle, BundleEntry, FhirResource, Identifier } from '../fhir/types.ts';
import type { Amendment, Concept, Links, RecordEnvelope } from './concept.ts';
import { conceptOf } from './concepts.ts';
import { businessIdentifier } from './element.ts';

/** By `urn:uuid:...`, the fullUrl. */
type Entries = Map<string, AnyResource>;

/**
 * The transaction that creates what these records make, in their order. References among them are
 * `urn:uuid:` links; what other records made, sent before, is referred to by its business identifier
 * (`Patient?identifier=...`). A record that amends another's resource must stand behind it in the same
 * list. Throws where a kind is unknown or an amendment contradicts its resource.
 */
export function transactionOf(records: Iterable<RecordEnvelope>): Bundle {
  const entries: Entries = new Map();
  const outside = new Map<string, string>();
  for (const record of records) addRecord(entries, outside, record, knownConcept(record.kind));
  const entry = [...entries].map(([fullUrl, resource]) =>
    entryOf(fullUrl, linked(resource, entries, outside)),
  );
  return { resourceType: 'Bundle', type: 'transaction', entry };
}

/**
 * Transactions of about `most` entries each, to be sent in their order. Records that amend are kept with
 * what they amend, for which the records of one week of sessions are held back.
 */
export function* transactionsOf(
  records: Iterable<RecordEnvelope>,
  most: number,
): Generator<Bundle, void, undefined> {
  let batch: RecordEnvelope[] = [];
  let size = 0;
  for (const group of amendedGroups(records)) {
    batch.push(...group);
    size += group.reduce(
      (sum, one) => sum + knownConcept(one.kind).toFhir(one, linksOf(one.program)).length,
      0,
    );
    if (size < most) continue;
    yield transactionOf(batch);
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield transactionOf(batch);
}

/** Records as lists that must not be torn apart: a session and who came. */
function* amendedGroups(records: Iterable<RecordEnvelope>): Generator<RecordEnvelope[]> {
  const open = new Map<string, RecordEnvelope[]>();
  let settled = false;
  for (const record of records) {
    const amended = knownConcept(record.kind).amend?.(record, linksOf(record.program))[0];
    const group = amended && open.get(`${amended.kind}|${amended.id}`);
    if (group !== undefined) {
      group.push(record);
      settled = true;
      continue;
    }
    if (settled || record.kind !== 'session') {
      yield* open.values();
      open.clear();
      settled = false;
    }
    if (record.kind === 'session') open.set(`session|${record.id}`, [record]);
    else yield [record];
  }
  yield* open.values();
}

function knownConcept(kind: string): Concept {
  const concept = conceptOf(kind);
  if (concept === undefined) throw new Error(`No record is of the kind ${kind}.`);
  return concept;
}

function addRecord(
  entries: Entries,
  outside: Map<string, string>,
  record: RecordEnvelope,
  concept: Concept,
): void {
  const links = linksOf(record.program);
  const noting: Links = {
    to: (kind, id, role = '') => {
      const url = links.to(kind, id, role);
      outside.set(url, conditionalReference({ kind, id, program: record.program }, role));
      return url;
    },
  };
  for (const { role, resource } of concept.toFhir(record, noting))
    entries.set(links.to(record.kind, record.id, role), resource);
  for (const amendment of concept.amend?.(record, noting) ?? []) amend(entries, amendment, links);
}

/** `Patient?identifier=system|value`: only main parts are referred to from elsewhere. */
function conditionalReference(record: RecordEnvelope, role: string): string {
  const type = conceptOf(record.kind)?.makes[0] ?? 'Resource';
  return `${type}?${identifierQuery(businessIdentifier(record, role))}`;
}

const identifierQuery = ({ system, value }: Identifier): string =>
  `identifier=${encodeURIComponent(`${system}|${value}`)}`;

function amend(entries: Entries, { kind, id, role, apply }: Amendment, links: Links): void {
  const fullUrl = links.to(kind, id, role);
  const current = entries.get(fullUrl);
  if (current === undefined)
    throw new Error(`A record amends ${kind} ${id}, which does not stand before it.`);
  const resource = apply(current);
  if (!('resourceType' in resource)) throw new Error(`${kind} ${id}: ${resource.path} ${resource.message}`);
  entries.set(fullUrl, resource as AnyResource);
}

/** The resource with every link to what is not in this Bundle turned into a conditional reference. */
function linked(resource: AnyResource, entries: Entries, outside: ReadonlyMap<string, string>): AnyResource {
  const text = JSON.stringify(resource).replace(/urn:uuid:[0-9a-f-]{36}/g, url =>
    entries.has(url) ? url : (outside.get(url) ?? url),
  );
  return JSON.parse(text);
}

/** Links that are the same in every run: a version 8 UUID of the record's full key. */
export const linksOf = (program: string): Links => ({
  to: (kind, id, role = '') => `urn:uuid:${uuidOf(`${program}|${kind}|${id}|${role}`)}`,
});

/** https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8 */
function uuidOf(key: string): string {
  const hex = createHash('sha256').update(key).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function entryOf(fullUrl: string, resource: AnyResource): BundleEntry {
  // A QuestionnaireResponse has one, which is no list.
  const [identifier] = [resource.identifier ?? []].flat() as unknown as Identifier[];
  const request = { method: 'POST' as const, url: resource.resourceType };
  return {
    fullUrl,
    resource: resource as unknown as FhirResource,
    request: identifier === undefined ? request : { ...request, ifNoneExist: identifierQuery(identifier) },
  };
}
