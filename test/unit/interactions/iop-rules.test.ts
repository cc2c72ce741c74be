import { describe, expect, test } from '@jest/globals';
import { checkIop } from '../../../src/interactions/iop-rules.ts';

const appointment = (...actors: object[]) => ({
  resourceType: 'Appointment',
  status: 'booked',
  participant: actors.map(actor => ({ actor, status: 'accepted' })),
});
const encounter = (coding: object) => ({ resourceType: 'Encounter', status: 'finished', class: coding });
const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const pathsOf = (resource: { resourceType: string }) =>
  checkIop(resource as never, 'http://here/fhir').map(issue => issue.path);
const a = { reference: 'Patient/a' };
const b = { reference: 'Patient/b' };

describe('one person in a clinical resource of a program', () => {
  test.each([
    ['two clients of one Appointment', appointment(a, b), ['Appointment']],
    ['a client and a clinician', appointment(a, { reference: 'Practitioner/b' }), []],
    ['a client and somebody of whom only a name is given', appointment(a, { display: 'Dr. Able' }), []],
    ['one client twice', appointment(a, { reference: 'Patient/a/_history/2' }), []],
    ['one client by address and by path', appointment(a, { reference: 'http://here/fhir/Patient/a' }), []],
    [
      'a client and one on another server',
      appointment(a, { reference: 'http://there/fhir/Patient/a' }),
      ['Appointment'],
    ],
    [
      'a client and one told by a number',
      appointment(a, { type: 'Patient', identifier: { value: '1' } }),
      ['Appointment'],
    ],
    [
      'a client and one within',
      { ...appointment(a), contained: [{ resourceType: 'Patient', id: 'c' }] },
      ['Appointment'],
    ],
    [
      'another in an extension',
      { ...appointment(a), extension: [{ url: 'http://x', valueReference: b }] },
      ['Appointment'],
    ],
    [
      'a goal about one client from another',
      {
        resourceType: 'Goal',
        lifecycleStatus: 'active',
        description: { text: 'x' },
        subject: a,
        expressedBy: b,
      },
      ['Goal'],
    ],
    [
      'a carpool of two clients',
      {
        resourceType: 'Task',
        status: 'requested',
        intent: 'order',
        for: a,
        input: [{ type: { text: 'carpool' }, valueReference: b }],
      },
      ['Task'],
    ],
    ['an agreement of two', { resourceType: 'Contract', subject: [a, b] }, ['Contract']],
    [
      'a group of people',
      { resourceType: 'Group', actual: true, type: 'person', member: [{ entity: a }, { entity: b }] },
      [],
    ],
  ])('%s', (_what, resource, expected) => {
    expect(pathsOf(resource)).toEqual(expected);
  });
});

describe('nobody stays overnight', () => {
  test.each([
    [{ system: ACT_CODE, code: 'IMP' }, ['Encounter.class']],
    [{ code: 'IMP' }, ['Encounter.class']],
    [{ system: ACT_CODE, code: 'AMB' }, []],
    [{ system: ACT_CODE, code: 'VR' }, []],
    [{ system: 'http://own.example/classes', code: 'IMP' }, []],
  ])('class %j', (coding, expected) => {
    expect(pathsOf(encounter(coding))).toEqual(expected);
  });
});
