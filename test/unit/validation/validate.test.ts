import { describe, expect, test } from '@jest/globals';
import type { AnyResource, Json, JsonObject } from '../../../src/fhir/types.ts';
import { validateResource } from '../../../src/validation/validate.ts';

const observation = (): AnyResource => ({
  resourceType: 'Observation',
  id: 'o1',
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>Screen</p></div>' },
  identifier: [{ system: 'urn:x', value: '1', period: { start: '2026-01-01', end: '2026-02' } }],
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '3426-4' }], text: 'Screen' },
  subject: { reference: 'Patient/p1' },
  effectiveDateTime: '2026-03-01T10:00:00-05:00',
  valueQuantity: { value: 12.5, unit: 'ng/mL' },
  component: [{ code: { text: 'a' }, valueString: 'b' }],
});

const patient = (): AnyResource => ({
  resourceType: 'Patient',
  name: [{ family: 'Doe', given: ['Ann', 'Bea'] }],
  birthDate: '1990-05-04',
  gender: 'female',
  deceasedBoolean: false,
  contact: [{ name: { family: 'Roe' } }],
});

const bundle = (...resources: AnyResource[]): AnyResource => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map(resource => ({ fullUrl: 'urn:uuid:0a1b2c3d-0000-4000-8000-000000000001', resource })),
});

const without = (resource: AnyResource, name: string): AnyResource => {
  const { [name]: _, ...rest } = resource;
  return rest as AnyResource;
};

/** Each issue as `code path: message`, since a message starts with its path. */
const said = (resource: AnyResource): string[] =>
  validateResource(resource).map(({ code, message }) => `${code} ${message}`);

test('valid resources have no issue', () => {
  for (const resource of [observation(), patient(), bundle(observation(), patient())])
    expect(said(resource)).toEqual([]);
});

type Defect = [title: string, resource: AnyResource, issues: string[]];

describe('structure', () => {
  const cases: Defect[] = [
    [
      'an unknown element',
      { ...patient(), nam: 'x' },
      ['structure Patient.nam: no such element in R4 Patient'],
    ],
    [
      'an unknown element further down',
      { ...patient(), contact: [{ name: { family: 'Roe', famly: 'x' } }] },
      ['structure Patient.contact[0].name.famly: no such element in R4 HumanName'],
    ],
    [
      'an element of another backbone element',
      { ...observation(), component: [{ code: { text: 'a' }, status: 'final' }] },
      ['structure Observation.component[0].status: no such element in R4 Observation.component'],
    ],
    [
      'resourceType within a datatype',
      { ...patient(), name: [{ resourceType: 'Patient' }] },
      ['structure Patient.name[0].resourceType: no such element in R4 HumanName'],
    ],
    [
      'a name that may be data is not repeated',
      { ...patient(), 'Ann Doe 1990': 'x' },
      ['structure Patient: no such element in R4 Patient'],
    ],
    [
      'an object for a list',
      { ...patient(), name: { family: 'Doe' } },
      ['structure Patient.name: a list is expected'],
    ],
    [
      'a list for one value',
      { ...patient(), gender: ['female'] },
      ['structure Patient.gender: one value is expected, not a list'],
    ],
    [
      'a list for one object',
      { ...observation(), code: [{ text: 'a' }] },
      ['structure Observation.code: one value is expected, not a list'],
    ],
    [
      'a string for an object',
      { ...observation(), code: 'x' },
      ['structure Observation.code: a JSON object is expected'],
    ],
    ['an empty list', { ...patient(), name: [] }, ['structure Patient.name: an empty list is not allowed']],
    [
      'an empty list of primitives',
      { ...patient(), name: [{ family: 'Doe', given: [] }] },
      ['structure Patient.name[0].given: an empty list is not allowed'],
    ],
    [
      'an empty object',
      { ...observation(), component: [{}] },
      ['invariant Observation.component[0]: an element must have a value or content (ele-1)'],
    ],
    [
      'an object that has an id alone',
      { ...patient(), name: [{ id: 'n1' }] },
      ['invariant Patient.name[0]: an element must have a value or content (ele-1)'],
    ],
    [
      'null for a value',
      { ...patient(), gender: null },
      ['structure Patient.gender: null is not allowed here'],
    ],
    [
      'null for an object',
      { ...patient(), name: [null] },
      ['structure Patient.name[0]: null is not allowed here'],
    ],
    [
      'two of a choice',
      { ...observation(), valueString: 'x' },
      ['structure Observation.valueString: only one of value[x] is allowed; valueQuantity is there too'],
    ],
    [
      'two of a choice, one by its extensions alone',
      { ...observation(), _valueString: { extension: [{ url: 'urn:x', valueCode: 'a' }] } },
      ['structure Observation.valueString: only one of value[x] is allowed; valueQuantity is there too'],
    ],
    [
      'a type that the choice does not have',
      { ...without(observation(), 'valueQuantity'), valueMoney: { value: 1 } },
      ['structure Observation.valueMoney: no such element in R4 Observation'],
    ],
    [
      'the choice without a type',
      { ...without(observation(), 'valueQuantity'), value: 'x' },
      ['structure Observation.value: no such element in R4 Observation'],
    ],
  ];
  test.each(cases)('%s', (_title, resource, issues) => {
    expect(said(resource)).toEqual(issues);
  });
});

describe('required elements', () => {
  const cases: Defect[] = [
    [
      'a primitive',
      without(observation(), 'status'),
      ['required Observation.status: required element is missing'],
    ],
    ['an object', without(observation(), 'code'), ['required Observation.code: required element is missing']],
    [
      'within a backbone element',
      { ...observation(), component: [{ valueString: 'b' }] },
      ['required Observation.component[0].code: required element is missing'],
    ],
    [
      'of a list',
      { resourceType: 'Appointment', status: 'booked' },
      ['required Appointment.participant: required element is missing'],
    ],
    [
      'of a choice',
      {
        resourceType: 'MedicationRequest',
        status: 'active',
        intent: 'order',
        subject: { reference: 'Patient/1' },
      },
      ['required MedicationRequest.medication: required element is missing (medication[x])'],
    ],
    [
      'the url of an extension',
      { ...patient(), extension: [{ valueString: 'x' }] },
      ['required Patient.extension[0].url: required element is missing'],
    ],
    [
      'a status with an id alone',
      { ...without(observation(), 'status'), _status: { id: 's' } },
      ['invariant Observation._status: an element must have a value or content (ele-1)'],
    ],
  ];
  test.each(cases)('%s', (_title, resource, issues) => {
    expect(said(resource)).toEqual(issues);
  });

  test('extensions of a primitive stand for its value', () => {
    const url = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
    const absent = { extension: [{ url, valueCode: 'unknown' }] };
    expect(said({ ...without(observation(), 'status'), _status: absent })).toEqual([]);
  });
});

describe('siblings of primitives', () => {
  const extension = [{ url: 'urn:x', valueString: 'y' }];
  const named = (name: JsonObject): AnyResource => ({ ...patient(), name: [name] });
  const cases: Defect[] = [
    ['one with an id beside its value', { ...patient(), _birthDate: { id: 'b' } }, []],
    ['a pair of lists filled up with null', named({ given: ['A', null], _given: [null, { extension }] }), []],
    ['extensions alone', named({ _given: [{ extension }] }), []],
    [
      'a null that nothing stands for',
      named({ given: ['A', null], _given: [null, null] }),
      [
        'structure Patient.name[0].given[1]: null without a value or an extension for it is not allowed',
        'structure Patient.name[0]._given[1]: null without a value or an extension for it is not allowed',
      ],
    ],
    [
      'a null without the other list',
      named({ given: ['A', null] }),
      ['structure Patient.name[0].given[1]: null without a value or an extension for it is not allowed'],
    ],
    [
      'lists that are not as long as each other',
      named({ given: ['A', 'B'], _given: [{ extension }] }),
      ['structure Patient.name[0]._given: not as long as given: both are filled up with null'],
    ],
    [
      'a sibling of an object',
      { ...observation(), _code: { extension } },
      ['structure Observation._code: no such element in R4 Observation'],
    ],
    [
      'a sibling of an id',
      { ...patient(), _id: { extension } },
      ['structure Patient._id: no such element in R4 Patient'],
    ],
    [
      'a sibling that holds a value',
      { ...patient(), _birthDate: { value: '1990' } },
      ['structure Patient._birthDate.value: no such element in R4 Element'],
    ],
    [
      'a sibling that is a list',
      { ...patient(), _birthDate: [{ extension }] },
      ['structure Patient._birthDate: one value is expected, not a list'],
    ],
  ];
  test.each(cases)('%s', (_title, resource, issues) => {
    expect(said(resource)).toEqual(issues);
  });
});

describe('values', () => {
  const date = 'expected YYYY, YYYY-MM or YYYY-MM-DD';
  const cases: Defect[] = [
    [
      'an impossible date',
      { ...patient(), birthDate: '2026-02-30' },
      [`value Patient.birthDate: not a date that exists (${date})`],
    ],
    [
      'a date in another order',
      { ...patient(), birthDate: '04.05.1990' },
      [`value Patient.birthDate: not a valid date (${date})`],
    ],
    [
      'a number for a string',
      { ...patient(), name: [{ family: 7 }] },
      ['value Patient.name[0].family: not a string'],
    ],
    [
      'a string for a boolean',
      { ...patient(), active: 'true' },
      ['value Patient.active: not a boolean (expected true or false)'],
    ],
    [
      'a string for a decimal',
      { ...observation(), valueQuantity: { value: '12.5' } },
      ['value Observation.valueQuantity.value: not a decimal (expected a JSON number)'],
    ],
    [
      'a code outside of its list',
      { ...observation(), status: 'finished' },
      ['code-invalid Observation.status: not one of the codes that R4 allows here'],
    ],
    [
      'an id with a space',
      { ...patient(), id: 'a b' },
      ['value Patient.id: not a valid id (expected 1 to 64 of A-Z, a-z, 0-9, - and .)'],
    ],
    ['an empty string', { ...patient(), id: '' }, ['value Patient.id: an empty string is not allowed']],
    [
      'an object for a primitive',
      { ...patient(), gender: { code: 'female' } },
      ['value Patient.gender: not a valid code (expected a JSON string)'],
    ],
    [
      'the second of a list',
      { ...patient(), name: [{ given: ['Ann', ''] }] },
      ['value Patient.name[0].given[1]: an empty string is not allowed'],
    ],
  ];
  test.each(cases)('%s', (_title, resource, issues) => {
    expect(said(resource)).toEqual(issues);
  });
});

describe('extensions', () => {
  const both = 'an extension has either a value or extensions of its own (ext-1)';
  const extended = (extension: Json): AnyResource => ({ ...patient(), extension: [extension] });
  const child = { url: 'a', valueString: 'b' };
  const cases: Defect[] = [
    ['a value', extended({ url: 'urn:x', valueString: 'b' }), []],
    ['extensions of its own', extended({ url: 'urn:x', extension: [child] }), []],
    [
      'a value that is extensions alone',
      extended({ url: 'urn:x', _valueString: { extension: [child] } }),
      [],
    ],
    [
      'a value and extensions',
      extended({ url: 'urn:x', valueString: 'b', extension: [child] }),
      [`invariant Patient.extension[0]: ${both}`],
    ],
    ['neither', extended({ url: 'urn:x' }), [`invariant Patient.extension[0]: ${both}`]],
    [
      'neither, in an extension of an extension of a primitive',
      { ...patient(), _birthDate: { extension: [{ url: 'urn:x', extension: [{ url: 'y' }] }] } },
      [`invariant Patient._birthDate.extension[0].extension[0]: ${both}`],
    ],
  ];
  test.each(cases)('%s', (_title, resource, issues) => {
    expect(said(resource)).toEqual(issues);
  });
});

describe('periods', () => {
  const cases: [start: string, end: string, fits: boolean][] = [
    ['2026-01-02', '2026-01-02', true],
    ['2026-01-02', '2026-01', true],
    ['2026', '2026-01-02', true],
    ['2026-01-03', '2026-01-02', false],
    ['2026-02', '2026-01-31', false],
    ['2027', '2026', false],
    ['2026-01-02T10:00:00Z', '2026-01-02T09:59:59Z', false],
    ['2026-01-02T10:00:00+02:00', '2026-01-02T09:00:00Z', true],
    ['2026-01-02T10:00:00-02:00', '2026-01-02T11:00:00Z', false],
    ['2026-01-02T23:00:00-05:00', '2026-01-02', true],
    ['2026-01-04T23:00:00-05:00', '2026-01-02', false],
  ];
  test.each(cases)('%s to %s: %s', (start, end, fits) => {
    const issue = 'invariant Encounter.period: the start is after the end (per-1)';
    const encounter: AnyResource = {
      resourceType: 'Encounter',
      status: 'finished',
      class: { code: 'AMB' },
      period: { start, end },
    };
    expect(said(encounter)).toEqual(fits ? [] : [issue]);
  });
});

describe('references', () => {
  const place = 'Observation.subject.reference';
  const targets = 'expected Patient, Group, Device, Location';
  const wrong = `points to Medication, which is not allowed here (${targets})`;
  const cases: [reference: string, issue: string | undefined][] = [
    ['Patient/p1', undefined],
    ['Patient/p1/_history/2', undefined],
    ['Patient?identifier=urn:x|1', undefined],
    ['https://ehr.example/fhir/Patient/p1', undefined],
    ['https://ehr.example/people/p1', undefined],
    ['urn:uuid:0a1b2c3d-0000-4000-8000-000000000001', undefined],
    ['#p', undefined],
    ['Medication/m1', wrong],
    ['Medication?code=x', wrong],
    ['https://ehr.example/fhir/Medication/m1', wrong],
    ['#m', wrong],
    ['#', 'points to Observation, which is not allowed here (expected Patient, Group, Device, Location)'],
    ['#none', 'no such contained resource (ref-1)'],
    ['Person1/p1', 'not a reference (expected Type/id, a URL, a URN or #id)'],
    ['Human/p1', 'points to no resource type of FHIR R4'],
    ['patient p1', 'not a reference (expected Type/id, a URL, a URN or #id)'],
    ['Patient/p_1', 'not a reference (expected Type/id, a URL, a URN or #id)'],
  ];
  test.each(cases)('%s', (reference, issue) => {
    const contained = [
      { ...patient(), id: 'p' },
      { resourceType: 'Medication', id: 'm' },
    ];
    const issues = validateResource({ ...observation(), contained, subject: { reference } });
    expect(issues.map(({ message }) => message)).toEqual(issue === undefined ? [] : [`${place}: ${issue}`]);
  });

  test('a type that is no target is refused where only the type is given', () => {
    const subject = { type: 'Medication', identifier: { value: '1' } };
    expect(said({ ...observation(), subject })).toEqual([
      `value Observation.subject.type: Medication is not allowed here (${targets})`,
    ]);
    expect(said({ ...observation(), subject: { type: 'Patient', identifier: { value: '1' } } })).toEqual([]);
  });

  test('any type may be named where the standard sets no targets', () => {
    expect(said({ ...observation(), focus: [{ reference: 'Medication/m1' }] })).toEqual([]);
  });
});

describe('contained resources', () => {
  const containing = (resource: Json): AnyResource => ({ ...observation(), contained: [resource] });
  const at = 'Observation.contained[0]';
  const cases: Defect[] = [
    [
      'their elements',
      containing({ ...patient(), nam: 1 }),
      [`structure ${at}.nam: no such element in R4 Patient`],
    ],
    [
      'others within (dom-2)',
      containing({ ...patient(), contained: [patient()] }),
      [`invariant ${at}.contained: a contained resource may not contain others (dom-2)`],
    ],
    [
      'a version (dom-4)',
      containing({ ...patient(), meta: { versionId: '1' } }),
      [`invariant ${at}.meta: a contained resource has no versionId and no lastUpdated (dom-4)`],
    ],
    [
      'a security label (dom-5)',
      containing({ ...patient(), meta: { security: [{ code: 'R' }] } }),
      [`invariant ${at}.meta: a contained resource has no security label (dom-5)`],
    ],
    ['no object', containing('x'), [`structure ${at}: a resource must be a JSON object`]],
    ['no type', containing({ id: 'a' }), [`structure ${at}.resourceType: required element is missing`]],
    ['null', containing(null), [`structure ${at}: null is not allowed here`]],
    [
      'an unknown type',
      containing({ resourceType: 'Human' }),
      [`structure ${at}.resourceType: no resource type of FHIR R4`],
    ],
  ];
  test.each(cases)('%s', (_title, resource, issues) => {
    expect(said(resource)).toEqual(issues);
  });

  test('they name their neighbours and their container', () => {
    const contained = [
      { resourceType: 'Practitioner', id: 'who' },
      {
        resourceType: 'Provenance',
        id: 'p',
        target: [{ reference: '#' }],
        recorded: '2026-01-01T00:00:00Z',
        agent: [{ who: { reference: '#who' } }],
      },
    ];
    expect(said({ ...observation(), contained })).toEqual([]);
  });
});

describe('nested resources have exact paths', () => {
  const broken = { ...observation(), status: 'finished', nam: 1 };
  test('in a Bundle, at any depth', () => {
    expect(validateResource(bundle(patient(), bundle(broken))).map(({ path }) => path)).toEqual([
      'Bundle.entry[1].resource.entry[0].resource.status',
      'Bundle.entry[1].resource.entry[0].resource.nam',
    ]);
  });

  test('the outcome of an entry of a Bundle', () => {
    const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error' }] };
    const reply: AnyResource = {
      resourceType: 'Bundle',
      type: 'batch-response',
      entry: [{ response: { status: '400', outcome } }],
    };
    expect(validateResource(reply).map(({ path }) => path)).toEqual([
      'Bundle.entry[0].response.outcome.issue[0].code',
    ]);
  });

  test('in Parameters', () => {
    const parameters = {
      resourceType: 'Parameters',
      parameter: [{ name: 'a', part: [{ name: 'b', resource: broken }] }],
    };
    expect(validateResource(parameters).map(({ path }) => path)).toEqual([
      'Parameters.parameter[0].part[0].resource.status',
      'Parameters.parameter[0].part[0].resource.nam',
    ]);
  });

  test('below a path that the caller gives', () => {
    const [issue] = validateResource(without(patient(), 'resourceType'), 'Bundle.entry[3].resource');
    expect(issue?.path).toBe('Bundle.entry[3].resource.resourceType');
  });

  test('what #id names is looked for in the entry, not in the Bundle', () => {
    const subject = { reference: '#p' };
    const holder = { ...patient(), contained: [{ ...patient(), id: 'p' }] };
    expect(validateResource(bundle(holder, { ...observation(), subject })).map(({ path }) => path)).toEqual([
      'Bundle.entry[1].resource.subject.reference',
    ]);
  });
});

describe('hostile bodies', () => {
  test('the issues of a body full of faults are few', () => {
    const names = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`x${i}`, 1]));
    expect(validateResource({ ...patient(), ...names })).toHaveLength(100);
    const given = Array.from({ length: 50_000 }, () => 1);
    expect(validateResource({ ...patient(), name: [{ given }] })).toHaveLength(100);
    expect(validateResource(bundle(...given.map(() => ({ ...patient(), gender: 'x' }))))).toHaveLength(100);
  });

  test('no message holds a value', () => {
    const secret = 'Zaphod 1990';
    const places = ['id', 'gender', 'birthDate', 'name', 'active', secret, 'photo', 'managingOrganization'];
    for (const place of places)
      for (const value of [secret, [secret], { reference: secret }, [{ [secret]: 1 }], [{ data: secret }]]) {
        const issues = validateResource({ ...patient(), [place]: value });
        expect(issues).not.toEqual([]);
        expect(JSON.stringify(issues)).not.toContain('Zaphod');
      }
    expect(JSON.stringify(validateResource({ resourceType: secret }))).not.toContain('Zaphod');
  });

  test('names from the prototype of objects are unknown elements', () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty'])
      expect(said({ ...patient(), [name]: 'x' })).toEqual([
        `structure Patient.${name}: no such element in R4 Patient`,
      ]);
    expect(said({ resourceType: 'constructor' })).toEqual([
      'structure resource.resourceType: no resource type of FHIR R4',
    ]);
  });
});
