// Whom a resource names. Consent is asked for exactly these people, so every case here is a leak or a
// lock-out if it is wrong.
import { describe, expect, test } from '@jest/globals';
import type { AnyResource } from '../../../src/fhir/types.ts';
import { personsOf } from '../../../src/search/persons.ts';

const BASE = 'http://fhir.example/fhir';
const reference = (text: string, more: object = {}) => ({ reference: text, ...more });
const observation = (subject: unknown, more: object = {}) =>
  ({ resourceType: 'Observation', subject, ...more }) as unknown as AnyResource;
const resource = (resourceType: string, more: object) => ({ resourceType, ...more }) as AnyResource;

describe('a subject', () => {
  test.each<[string, unknown, string[]]>([
    ['a local reference', reference('Patient/1'), ['1']],
    ['a reference to a version', reference('Patient/1/_history/2'), ['1']],
    ['a URL of this server', reference(`${BASE}/Patient/1`), ['1']],
    ['a URL of another server', reference('http://other.example/fhir/Patient/1'), ['?']],
    ['a URL that tells no type', reference('http://other.example/people?id=1'), ['?']],
    ['a URL of something else', reference('http://other.example/fhir/Group/1'), []],
    ['a URL that starts like this server', reference(`${BASE}-old/Patient/1`), ['?']],
    ['a URN', reference('urn:uuid:11111111-1111-4111-8111-111111111111'), ['?']],
    ['a URN of a group', reference('urn:uuid:11111111-1111-4111-8111-111111111111', { type: 'Group' }), []],
    ['a conditional reference', reference('Patient?identifier=1'), ['?']],
    ['a conditional reference to a group', reference('Group?identifier=1'), []],
    ['text that is no reference', reference('Patient 1'), ['?']],
    ['an id that cannot be', reference('Patient/a b'), ['?']],
    ['a group', reference('Group/1'), []],
    ['a device', reference('Device/1'), []],
    ['a type that contradicts the reference', reference('Patient/1', { type: 'Group' }), ['1']],
    ['a type that contradicts a URL', reference('http://o.example/Patient/1', { type: 'Group' }), ['?']],
    ['an identifier', { identifier: { value: '1' } }, ['?']],
    ['an identifier of a Patient', { identifier: { value: '1' }, type: 'Patient' }, ['?']],
    ['an identifier of a group', { identifier: { value: '1' }, type: 'Group' }, []],
    [
      'an identifier of a logical type',
      { identifier: { value: '1' }, type: 'http://x.example/Person' },
      ['?'],
    ],
    ['a name to show', { display: 'Eve' }, ['?']],
    ['a name of a device', { display: 'Scale', type: 'Device' }, []],
    ['only an extension', { extension: [{ url: 'http://x', valueCode: 'unknown' }] }, []],
    ['an empty reference', { reference: '' }, []],
    ['a string in place of a reference', 'Patient/1', []],
    ['null', null, []],
    ['a list in place of one', [reference('Patient/1'), reference('Patient/2')], ['1', '2']],
  ])('%s', (_name, subject, persons) => {
    expect(personsOf(observation(subject), BASE)).toEqual(persons);
  });

  test.each<[string, unknown, string[]]>([
    ['a contained Patient', [{ resourceType: 'Patient', id: 'p' }], ['?']],
    ['a contained Group', [{ resourceType: 'Group', id: 'p' }], []],
    ['nothing contained', undefined, ['?']],
    ['another contained resource', [{ resourceType: 'Group', id: 'q' }], ['?']],
    ['contained that is no list', 'p', ['?']],
  ])('a fragment with %s', (_name, contained, persons) => {
    expect(personsOf(observation(reference('#p'), { contained }), BASE)).toEqual(persons);
  });
});

describe('other ways to name a person', () => {
  const patient = reference('Patient/1');
  test.each<[string, AnyResource, string[]]>([
    ['a Patient names itself', resource('Patient', { id: '7' }), ['7']],
    ['a Patient without id', resource('Patient', {}), ['?']],
    [
      'a Patient names those it is linked to',
      resource('Patient', { id: '7', link: [{ other: patient }] }),
      ['1', '7'],
    ],
    [
      'a related person in a link is not a Patient',
      resource('Patient', { id: '7', link: [{ other: reference('RelatedPerson/1') }] }),
      ['7'],
    ],
    [
      'a performer',
      observation(reference('Patient/2'), { performer: [patient, reference('Practitioner/9')] }),
      ['1', '2'],
    ],
    [
      'each participant of an Appointment',
      resource('Appointment', {
        participant: [
          { actor: patient },
          { actor: reference('Patient/2') },
          { actor: reference('Practitioner/3') },
        ],
      }),
      ['1', '2'],
    ],
    [
      'the members of a Group',
      resource('Group', { member: [{ entity: patient }, { entity: reference('Patient/2') }] }),
      ['1', '2'],
    ],
    ['the one a Task is for', resource('Task', { for: patient, owner: reference('Organization/1') }), ['1']],
    [
      'whoever is referred to, wherever it stands',
      resource('Task', { for: reference('Patient/2'), requester: patient }),
      ['1', '2'],
    ],
    ['a Device', resource('Device', { patient }), ['1']],
    ['a Contract', resource('Contract', { subject: [patient, reference('Organization/1')] }), ['1']],
    ['a GuidanceResponse', resource('GuidanceResponse', { subject: patient }), ['1']],
    [
      'a Provenance by its target',
      resource('Provenance', { target: [patient, reference('Observation/1')] }),
      ['1'],
    ],
    ['a Provenance of other things', resource('Provenance', { target: [reference('Observation/1')] }), []],
    ['a Coverage by its beneficiary', resource('Coverage', { beneficiary: patient }), ['1']],
    ['a Coverage by its subscriber', resource('Coverage', { subscriber: patient }), ['1']],
    ['a Consent', resource('Consent', { patient }), ['1']],
    ['an AuditEvent by what it saw', resource('AuditEvent', { entity: [{ what: patient }] }), ['1']],
    ['a RelatedPerson', resource('RelatedPerson', { patient }), ['1']],
    ['a Schedule of a Patient', resource('Schedule', { actor: [patient] }), ['1']],
    ['a Schedule of a Practitioner', resource('Schedule', { actor: [reference('Practitioner/1')] }), []],
    ['an Organization', resource('Organization', { id: '1' }), []],
    ['a Practitioner', resource('Practitioner', { id: '1' }), []],
    ['an unknown type', resource('Nothing', { subject: patient }), ['1']],
    ['a type that every object inherits', resource('constructor', { subject: patient }), ['1']],
    [
      'an item of a List',
      resource('List', { subject: patient, entry: [{ item: reference('Patient/2') }] }),
      ['1', '2'],
    ],
    [
      'somebody elsewhere, in an extension',
      resource('Location', {
        extension: [{ url: 'x', valueReference: reference('http://else.example/Patient/1') }],
      }),
      ['?'],
    ],
    ['one person named twice', observation(patient, { performer: [patient] }), ['1']],
  ])('%s', (_name, given, persons) => {
    expect(personsOf(given, BASE)).toEqual(persons);
  });

  test('a literal Patient counts even where none may stand', () => {
    const odd = resource('MedicinalProductInteraction', { subject: [patient, { display: 'Aspirin' }] });
    expect(personsOf(odd, BASE)).toEqual(['1']);
  });

  const subject = (text: string) => ({ subject: reference(text) });
  const encounter = (text: string) => ({ resourceType: 'Encounter', id: 'e', ...subject(text) });
  test.each<[string, AnyResource, string[]]>([
    ['of the same person', observation(patient, { contained: [encounter('Patient/1')] }), ['1']],
    ['of another person', observation(patient, { contained: [encounter('Patient/2')] }), ['1', '2']],
    [
      'that is a Patient beside the subject',
      observation(patient, { contained: [{ resourceType: 'Patient', id: 'p' }] }),
      ['1', '?'],
    ],
    [
      'of its holder',
      resource('Patient', {
        id: '7',
        contained: [{ resourceType: 'RelatedPerson', id: 'r', patient: reference('#') }],
      }),
      ['7', '?'],
    ],
    [
      'of nobody',
      observation(patient, { contained: [{ resourceType: 'Practitioner', id: 'd' }, 'x', null] }),
      ['1'],
    ],
    [
      'of somebody in a resource about nobody',
      resource('Location', { contained: [encounter('Patient/2')] }),
      ['2'],
    ],
  ])('a contained resource %s', (_name, given, persons) => {
    expect(personsOf(given, BASE)).toEqual(persons);
  });

  const extension = (text: string) => ({ extension: [{ url: 'http://x', valueReference: reference(text) }] });
  test.each<[string, AnyResource, string[]]>([
    ['in an extension', resource('Slot', extension('Patient/1')), ['1']],
    ['in an element that is no compartment', resource('Task', { requester: patient }), ['1']],
    ['on another server', resource('Location', extension('http://o.example/Patient/1')), ['?']],
    ['beside somebody who is named', observation(reference('Patient/2'), extension('Patient/1')), ['1', '2']],
    [
      'that only looks like one',
      resource('Location', { description: 'Patient/1', ...extension('Organization/Patient') }),
      [],
    ],
  ])('a reference to a Patient %s', (_name, given, persons) => {
    expect(personsOf(given, BASE)).toEqual(persons);
  });
});
