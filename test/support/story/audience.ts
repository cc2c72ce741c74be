// Who should find how much of the fixtures, counted from the records alone: no code that decides access,
// compiles a Consent or runs a search takes part, so that these can be held to it.

import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { conceptOf } from '../../../src/iop/concepts.ts';
import type { ConsentRecord } from '../../../src/iop/consent.ts';
import type { CoverageRecord } from '../../../src/iop/coverage.ts';
import { links } from '../round-trip.ts';

export type Audience = 'program' | 'ehr' | 'payer';

const RECIPIENTS = {
  ehr: { organization: 'lakeside-health', purpose: 'TREAT' },
  payer: { organization: 'granite-mutual', purpose: 'HPAYMT' },
} as const;

/** Kinds whose resources name no client. */
export const DIRECTORY: ReadonlySet<string> = new Set(['program', 'site', 'track', 'clinician']);

/** How many current resources of each type an audience should find, Organizations left out. */
export function countsFor(audience: Audience, records: readonly RecordEnvelope[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const record of records)
    for (const { role, resource } of conceptOf(record.kind)!.toFhir(record, links)) {
      const seen =
        audience === 'program' || sees(audience, records, { record, role, status: resource.status });
      if (seen) counts.set(resource.resourceType, (counts.get(resource.resourceType) ?? 0) + 1);
    }
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Clients who permit this audience: an active permit for its purpose, and no active restriction; for the payer
 * those of them for whom it pays.
 */
export function clientsFor(audience: 'ehr' | 'payer', records: readonly RecordEnvelope[]): string[] {
  const clients = records.filter(one => one.kind === 'client').map(one => one.id);
  return clients.filter(client => permits(client, audience, records));
}

function permits(client: string, audience: 'ehr' | 'payer', records: readonly RecordEnvelope[]): boolean {
  const { organization, purpose } = RECIPIENTS[audience];
  const consents = records
    .filter((one): one is ConsentRecord => one.kind === 'consent')
    .filter(one => one.client === client && one.status === 'active')
    .filter(one => (one.recipient ?? organization) === organization)
    .filter(one => (one.purposes ?? [purpose]).includes(purpose));
  const open = consents.length > 0 && consents.every(one => one.effect === 'permit');
  return open && (audience !== 'payer' || paysFor(client, organization, records));
}

function paysFor(client: string, payer: string, records: readonly RecordEnvelope[]): boolean {
  return records
    .filter((one): one is CoverageRecord => one.kind === 'coverage')
    .some(one => one.client === client && one.payer === payer && one.status === 'active');
}

/** Does the audience see this resource of a record? */
export function sees(
  audience: 'ehr' | 'payer',
  records: readonly RecordEnvelope[],
  { record, role, status }: { record: RecordEnvelope; role: string; status: unknown },
): boolean {
  if (DIRECTORY.has(record.kind)) return true;
  if (record.kind === 'session' && role === '') return status === 'free';
  const client = clientOf(record, role);
  if (client === undefined || !permits(client, audience, records)) return false;
  return (
    record.kind !== 'consent' || (record as ConsentRecord).recipient === RECIPIENTS[audience].organization
  );
}

/** Whose resource it is: the record's own key of the client. */
export function clientOf(record: RecordEnvelope, role: string): string | undefined {
  if (record.kind === 'client') return record.id;
  if (record.kind === 'session') return role.replace('appointment/', '');
  return (record as RecordEnvelope & { client?: string }).client;
}
