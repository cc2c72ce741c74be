// Whatever the schema of a kind allows goes to FHIR and comes back the same.
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc, { type Arbitrary } from 'fast-check';
import { careTeam } from '../../src/iop/care-team.ts';
import { client } from '../../src/iop/client.ts';
import { clinician } from '../../src/iop/clinician.ts';
import type { Concept, RecordEnvelope } from '../../src/iop/concept.ts';
import { type ConsentRecord, consent } from '../../src/iop/consent.ts';
import { coverage } from '../../src/iop/coverage.ts';
import { diagnosis } from '../../src/iop/diagnosis.ts';
import { episode } from '../../src/iop/episode.ts';
import { program } from '../../src/iop/program.ts';
import { site } from '../../src/iop/site.ts';
import { track } from '../../src/iop/track.ts';
import { validateResource } from '../../src/validation/validate.ts';
import { inOrder, recordArbitrary } from '../support/record-arbitrary.ts';
import { links, PROGRAM, roundTrip, roundTripBare, without } from '../support/round-trip.ts';

interface Case {
  concept: Concept;
  /** Fields that R4 has no element for: they are lost with the local extensions. */
  local: readonly string[];
  record?: Arbitrary<RecordEnvelope>;
}

/** Whatever the schema allows, and as often one whose fields go together. */
const consentRecord = fc.oneof(
  recordArbitrary<ConsentRecord>(consent.schema),
  recordArbitrary<ConsentRecord>(consent.schema).map(settled),
);

function settled(record: ConsentRecord): ConsentRecord {
  const { dataFrom, dataUntil } = inOrderOfData(record);
  const dated = { ...inOrder(record), ...(dataFrom && { dataFrom }), ...(dataUntil && { dataUntil }) };
  const { effect, selfPaid, criminalJustice, expiresUpon } = dated;
  const exceptions = ['except', 'exceptSensitive'];
  const referral = ['criminalJustice', 'irrevocable'];
  if (effect === 'deny' && selfPaid !== undefined) {
    const plain = without(dated, [...exceptions, ...referral, 'only']) as ConsentRecord;
    return { ...plain, recipient: plain.recipient ?? 'payer', purposes: ['HOPERAT', 'HPAYMT'] };
  }
  if (criminalJustice !== undefined) {
    const dropped = effect === 'deny' ? exceptions : [];
    const plain = without(dated, [...dropped, 'selfPaid', 'recipientClass']) as ConsentRecord;
    return { ...plain, expiresUpon: expiresUpon ?? 'Release', eventOn: plain.eventOn ?? plain.signedOn };
  }
  const dropped = effect === 'deny' ? exceptions : [];
  return without(dated, [...dropped, ...referral, 'selfPaid']) as ConsentRecord;
}

function inOrderOfData({
  dataFrom,
  dataUntil,
}: ConsentRecord): Pick<ConsentRecord, 'dataFrom' | 'dataUntil'> {
  if (dataFrom === undefined || dataUntil === undefined || dataFrom <= dataUntil)
    return { dataFrom, dataUntil } as object;
  return { dataFrom: dataUntil, dataUntil: dataFrom };
}

const timeZone = fc.constantFrom('America/New_York', 'Asia/Kolkata', 'UTC');

/** A track's end is after its start: both come from one pair of minutes. */
const trackRecord = fc
  .tuple(
    recordArbitrary<RecordEnvelope>(track.schema, { timeZone }),
    fc.uniqueArray(fc.integer({ min: 0, max: 1439 }), { minLength: 2, maxLength: 2 }),
  )
  .map(([record, minutes]) => {
    const [start, end] = minutes.toSorted((a, b) => a - b).map(clockTime);
    return { ...record, start, end } as RecordEnvelope;
  });

const clockTime = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

const CASES: readonly Case[] = [
  {
    concept: program,
    local: ['recordedAt', 'part2', 'timeZone'],
    record: recordArbitrary<RecordEnvelope>(program.schema, { timeZone }),
  },
  { concept: site, local: ['recordedAt'] },
  {
    concept: track,
    local: ['recordedAt', 'days', 'start', 'end', 'timeZone', 'seats'],
    record: trackRecord,
  },
  { concept: clinician, local: ['recordedAt'] },
  { concept: client, local: ['recordedAt'] },
  { concept: careTeam, local: ['recordedAt'] },
  { concept: coverage, local: ['recordedAt'] },
  {
    concept: consent,
    record: consentRecord,
    local: [
      ...['recordedAt', 'recipientClass', 'allRecords', 'counsellingNotes', 'statements', 'expiresUpon'],
      ...['criminalJustice', 'irrevocable', 'eventOn'],
    ],
  },
  { concept: diagnosis, local: [] },
  {
    concept: episode,
    local: ['recordedAt', 'phase', 'track', 'referral', 'completion', 'mentalHealthOnly'],
  },
];

const ajv = new Ajv({ allErrors: true });
addFormats.default(ajv);

describe.each(CASES.map(one => [one.concept.kind, one] as const))(
  'a %s record',
  (_kind, { concept, local, record }) => {
    const records = record ?? recordArbitrary<RecordEnvelope>(concept.schema);
    const valid = ajv.compile(concept.schema);

    test('comes back from FHIR as it went', () => {
      fc.assert(
        fc.property(records, one => {
          expect(valid(one)).toBe(true);
          expect(roundTrip(concept, one)).toEqual(one);
        }),
      );
    });

    test('keeps what R4 has an element for when local extensions are removed', () => {
      fc.assert(
        fc.property(records, one => {
          expect(roundTripBare(concept, one)).toEqual(without(one, local));
        }),
      );
    });

    test('makes only the resource types it says, each without id and meta', () => {
      fc.assert(
        fc.property(records, one => {
          const parts = concept.toFhir(one, links);
          expect(new Set(parts.map(part => part.role)).size).toBe(parts.length);
          for (const { resource } of parts) {
            expect(concept.makes).toContain(resource.resourceType);
            expect(resource).not.toHaveProperty('id');
            expect(resource).not.toHaveProperty('meta');
          }
        }),
        { numRuns: 20 },
      );
    });

    test('becomes valid R4 where it keeps its invariants', () => {
      fc.assert(
        fc.property(records, one => {
          fc.pre(concept.check(one).length === 0);
          for (const { resource } of concept.toFhir(one, links))
            expect(validateResource(resource)).toEqual([]);
        }),
        { numRuns: 50, maxSkipsPerRun: 200 },
      );
    });

    test('refuses a field that is not in its schema', () => {
      const [one] = fc.sample(records, { numRuns: 1, seed: 1 });
      expect(valid(one)).toBe(true);
      expect(valid({ ...one, favouriteColour: 'blue' })).toBe(false);
    });

    test('never throws on resources that say nothing', () => {
      const empty = concept.fromFhir(new Map(), { program: PROGRAM, of: () => undefined }, 'x');
      expect(empty).toEqual({ kind: concept.kind, id: 'x', program: PROGRAM });
    });
  },
);
