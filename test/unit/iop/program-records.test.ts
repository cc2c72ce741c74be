import { describe, expect, test } from '@jest/globals';
import { CANONICAL_BASE } from '../../../src/fhir/canonical.ts';
import type { AnyResource, Json, JsonObject } from '../../../src/fhir/types.ts';
import { type CareTeamRecord, careTeam } from '../../../src/iop/care-team.ts';
import { type ClientRecord, client } from '../../../src/iop/client.ts';
import { clinician } from '../../../src/iop/clinician.ts';
import type { Concept, RecordEnvelope } from '../../../src/iop/concept.ts';
import { CONCEPTS, conceptOf } from '../../../src/iop/concepts.ts';
import type { ConsentRecord } from '../../../src/iop/consent.ts';
import { consent } from '../../../src/iop/consent.ts';
import { coverage } from '../../../src/iop/coverage.ts';
import { type DiagnosisRecord, diagnosis } from '../../../src/iop/diagnosis.ts';
import { type EpisodeRecord, episode } from '../../../src/iop/episode.ts';
import { DEMO_ORGANIZATIONS, organizationOf } from '../../../src/iop/program.ts';
import { validateResource } from '../../../src/validation/validate.ts';
import { links, names, partMap } from '../../support/round-trip.ts';
import { storyFiles } from '../../support/story/story.ts';

const records = [...storyFiles().values()].flat();
const recordOf = <R extends RecordEnvelope>(kind: string, id: string): R =>
  records.find(one => one.kind === kind && one.id === id) as R;
const mainOf = (record: RecordEnvelope): AnyResource =>
  partMap(conceptOf(record.kind)!.toFhir(record, links)).get('')!;

/** The record after somebody changed its main resource through FHIR. */
function edited<R extends RecordEnvelope>(concept: Concept<R>, record: R, change: JsonObject): R {
  const parts = partMap(concept.toFhir(record, links));
  parts.set('', { ...parts.get('')!, ...change } as AnyResource);
  return concept.fromFhir(parts, names, record.id);
}

describe('what is written through FHIR shows in the record', () => {
  const marta = recordOf<ClientRecord>('client', 'c-101');

  test('a new phone number of a client', () => {
    const telecom = [{ system: 'phone', value: '+1-555-0199', use: 'mobile', rank: 1 }];
    expect(edited(client, marta, { telecom })).toEqual({
      ...marta,
      telecom: [{ system: 'phone', value: '+1-555-0199', use: 'mobile' }],
    });
  });

  test('a birth date that was removed is absent, not made up', () => {
    expect(edited(client, marta, { birthDate: undefined })).not.toHaveProperty('birthDate');
  });

  test('a stay that was put on hold', () => {
    const stay = recordOf<EpisodeRecord>('episode', 'stay-103');
    expect(edited(episode, stay, { status: 'onhold' })).toEqual({ ...stay, status: 'onhold' });
  });

  test('a relapse', () => {
    const dx = recordOf<DiagnosisRecord>('diagnosis', 'dx-102-1');
    const clinicalStatus = {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'relapse' }],
    };
    expect(edited(diagnosis, dx, { clinicalStatus })).toEqual({ ...dx, status: 'relapse' });
  });

  test('another main diagnosis, by rank and not by place', () => {
    const stay = recordOf<EpisodeRecord>('episode', 'stay-107');
    const diagnosis = ['dx-107-1', 'dx-107-2'].map((id, index) => ({
      condition: { reference: links.to('diagnosis', id) },
      rank: 2 - index,
    }));
    expect(edited(episode, stay, { diagnosis }).diagnoses).toEqual(['dx-107-2', 'dx-107-1']);
  });

  test('a consent that was revoked', () => {
    const given = recordOf<ConsentRecord>('consent', 'consent-101-1');
    expect(edited(consent, given, { status: 'inactive' })).toEqual({ ...given, status: 'revoked' });
  });
});

describe('what no field carries is left alone', () => {
  test('identifiers, photos and names of other kinds', () => {
    const marta = recordOf<ClientRecord>('client', 'c-101');
    const { identifier, name } = mainOf(marta) as unknown as { identifier: Json[]; name: Json[] };
    const more = {
      identifier: [{ system: 'urn:oid:1.2.3', value: '77' }, ...identifier],
      name: [...name, { use: 'maiden', family: 'Brook' }],
      photo: [{ title: 'portrait' }],
    };
    expect(edited(client, marta, more)).toEqual(marta);
  });

  test('members of a care team who are not the program clinicians', () => {
    const team = recordOf<CareTeamRecord>('care-team', 'team-101');
    const { participant } = mainOf(team) as unknown as { participant: Json[] };
    const outside = { member: { reference: 'Practitioner/lakeside-9' } };
    expect(edited(careTeam, team, { participant: [outside, ...participant] })).toEqual(team);
  });
});

describe('consents', () => {
  const given = records.filter((one): one is ConsentRecord => one.kind === 'consent');

  test('stay plain: type, recipient and purposes, and extensions that bound nothing', () => {
    const elements = given.flatMap(one => Object.keys(mainOf(one).provision as object));
    expect(new Set(elements)).toEqual(new Set(['extension', 'type', 'actor', 'purpose']));
  });

  test('name patient, discloser, signature and statements where 42 CFR 2.31 has them read from', () => {
    expect(mainOf(recordOf('consent', 'consent-106-1'))).toMatchObject({
      status: 'active',
      patient: { reference: links.to('client', 'c-106') },
      organization: [{ reference: 'Organization/riverbend' }],
      dateTime: '2026-08-31',
      policyRule: { coding: [{ code: '42CFRPart2CD' }] },
      verification: [{ verified: true, verificationDate: '2026-08-31T09:30:00-04:00' }],
      extension: expect.arrayContaining(
        ['revocation', 'redisclosure', 'refusal'].map(valueCode => ({
          url: `${CANONICAL_BASE}/StructureDefinition/part2-statement`,
          valueCode,
        })),
      ),
    });
  });
});

describe('what would tell of a person', () => {
  test('a record number stands in Patient.identifier and nowhere else', () => {
    const numbers = records
      .filter((one): one is ClientRecord => one.kind === 'client')
      .map(one => one.recordNumber)
      .filter(one => one !== undefined);
    // Who was never admitted has none.
    expect(numbers).toHaveLength(15);
    const told = records.flatMap(record =>
      conceptOf(record.kind)!
        .toFhir(record, links)
        .map(({ resource }) => {
          const { identifier, ...rest } = resource;
          return JSON.stringify(resource.resourceType === 'Patient' ? rest : { identifier, ...rest });
        }),
    );
    expect(told.filter(text => numbers.some(number => text.includes(number)))).toEqual([]);
  });

  test('the directory and the slots name no client', () => {
    const directory = ['program', 'site', 'track', 'clinician'];
    const parts = records
      .filter(one => directory.includes(one.kind) || one.kind === 'session')
      .flatMap(one => conceptOf(one.kind)!.toFhir(one, links))
      .filter(part => part.resource.resourceType !== 'Appointment');
    expect(parts.length).toBeGreaterThan(100);
    expect(parts.filter(part => /c-1\d\d/.test(JSON.stringify(part.resource)))).toEqual([]);
  });

  test('no extension carries a record as text', () => {
    const parts = records.flatMap(one => conceptOf(one.kind)!.toFhir(one, links));
    const texts =
      JSON.stringify(parts.map(one => one.resource)).match(/"valueString":"(?:[^"\\]|\\.)*"/g) ?? [];
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.filter(text => text.includes('{') || text.length > 200)).toEqual([]);
  });
});

describe('marks', () => {
  test('a Part 2 program carries its mark, other Organizations none', () => {
    const marks = DEMO_ORGANIZATIONS.map(one => [
      one.id,
      JSON.stringify(organizationOf(one)).includes('part2-program'),
    ]);
    expect(marks).toEqual([
      ['riverbend', true],
      ['lakeside-health', false],
      ['granite-mutual', false],
    ]);
  });

  test('every Organization is valid R4', () => {
    expect(DEMO_ORGANIZATIONS.flatMap(one => validateResource(organizationOf(one)))).toEqual([]);
  });

  test('only a stay for mental health alone is marked so', () => {
    const marked = records
      .filter(one => one.kind === 'episode')
      .filter(one => JSON.stringify(mainOf(one)).includes('mental-health-only'));
    expect(marked.map(one => one.id)).toEqual(['stay-107', 'stay-114']);
  });

  test('a clinician whose discipline has no verified taxonomy code has no specialty', () => {
    const roleOf = (id: string) => partMap(clinician.toFhir(recordOf('clinician', id), links)).get('role');
    expect(roleOf('castellan')).not.toHaveProperty('specialty');
    expect(roleOf('okafor')).toMatchObject({ specialty: [{ coding: [{ code: '101Y00000X' }] }] });
  });

  test('a client who pays is the payor', () => {
    const own = partMap(coverage.toFhir(recordOf('coverage', 'coverage-110'), links)).get('')!;
    expect(own).toMatchObject({ payor: [{ reference: links.to('client', 'c-110') }] });
    const insured = partMap(coverage.toFhir(recordOf('coverage', 'coverage-101'), links)).get('')!;
    expect(insured).toMatchObject({ payor: [{ reference: 'Organization/granite-mutual' }] });
  });
});

describe('every concept', () => {
  test.each(CONCEPTS.map(one => [one.kind, one] as const))(
    '%s has a schema with a description at every field',
    (kind, concept) => {
      const schema = concept.schema as { properties: Record<string, { description?: string }> };
      expect(concept.schema).toMatchObject({ type: 'object', additionalProperties: false });
      const silent = Object.entries(schema.properties).filter(
        ([, field]) => (field.description ?? '') === '',
      );
      expect(silent.map(([name]) => name)).toEqual([]);
      expect(schema.properties.kind).toMatchObject({ const: kind });
    },
  );
});
