// Exceptions of 42 CFR Part 2 as the registry keeps them; made up.
import type { AgreementEntry, CourtOrderEntry, EmergencyEntry } from '../../src/store/registry.ts';

/** In force over this moment. */
const NOW = Date.parse('2026-09-01T12:00:00Z');
const DAY = 86_400_000;

export const courtOrder = (id: string, parts: Partial<CourtOrderEntry> = {}): CourtOrderEntry => ({
  kind: 'court-order',
  id,
  program: 'program',
  patient: 'a',
  court: 'Circuit Court of Lake County',
  ordered: '2026-08-20',
  subpoena: '26-1-00042',
  organization: 'lawyers',
  types: ['Encounter'],
  from: NOW - DAY,
  until: NOW + 30 * DAY,
  ...parts,
});

export const agreement = (id: string, parts: Partial<AgreementEntry> = {}): AgreementEntry => ({
  kind: 'agreement',
  id,
  program: 'program',
  client: 'audit',
  purpose: 'HACCRED',
  from: NOW - DAY,
  until: NOW + 30 * DAY,
  copying: false,
  signedBy: 'R. Reviewer',
  signed: '2026-08-20',
  ...parts,
});

export const emergency = (id: string, parts: Partial<EmergencyEntry> = {}): EmergencyEntry => ({
  kind: 'emergency',
  id,
  client: 'er',
  organization: 'ehr',
  purpose: 'BTG',
  patient: 'a',
  program: 'program',
  recipient: 'Dr. R. Ward',
  affiliation: 'Lakeside Emergency Department',
  nature: 'Unconscious after a fall',
  at: NOW,
  until: NOW + 15 * 60_000,
  record: `${id}-record`,
  ...parts,
});
