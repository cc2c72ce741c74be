import { describe, expect, test } from '@jest/globals';
import type { AnyResource, JsonObject } from '../../../src/fhir/types.ts';
import { mayHaveWritten } from '../../../src/search/authors.ts';
import { extract } from '../../../src/search/extract.ts';

const BASE = 'http://fhir.example/fhir';
const subject = { reference: 'Patient/1' };
const anna = 'Practitioner/anna';
const by = (reference: string) => ({ reference });
const told = (name: string): string[] => [`author|${name}`, `wrote|${name.split('/')[0]}`];
const marksOf = (resource: AnyResource): string[] =>
  extract(resource, BASE).marks.filter(mark => /^(author|wrote)\|/.test(mark));

describe('who wrote a resource', () => {
  const condition = (recorder?: JsonObject, more: JsonObject = {}): AnyResource => ({
    ...{ resourceType: 'Condition', subject, ...more },
    ...(recorder === undefined ? {} : { recorder }),
  });
  test.each<[string, AnyResource, string[]]>([
    ['its author', condition(by(anna)), told(anna)],
    ['a version of it', condition(by(`${anna}/_history/4`)), told(anna)],
    ['by an address here', condition(by(`${BASE}/${anna}`)), told(anna)],
    ['one elsewhere', condition(by(`http://other.example/fhir/${anna}`)), ['wrote|?']],
    ['a contained one', condition(by('#a')), ['wrote|?']],
    ['an identifier', condition({ identifier: { value: 'a' }, type: 'Practitioner' }), ['wrote|?']],
    ['what writes nothing', condition(by('Location/1')), ['wrote|?']],
    ['what is no reference', condition({ reference: 7 }), ['wrote|?']],
    ['nobody', condition(), ['wrote|?']],
    [
      'who recorded what it contains',
      condition(by(anna), { contained: [{ resourceType: 'Flag', author: by('Device/d') }] }),
      ['author|Practitioner/anna', 'wrote|Device/d', 'wrote|Practitioner', 'wrote|Device'],
    ],
    [
      'of a type without an author',
      { resourceType: 'Observation', subject, performer: [by(anna)] },
      ['wrote|?'],
    ],
    [
      'several, one of them unknown',
      { resourceType: 'DocumentReference', subject, author: [by(anna), { display: 'Ben' }] },
      [...told(anna), 'wrote|?'],
    ],
    [
      'of a part',
      {
        resourceType: 'Composition',
        subject,
        author: [by(anna)],
        section: [{ author: [by('Practitioner/ben')] }, { section: [{ author: [by('Device/d')] }] }],
      },
      [
        'author|Practitioner/anna',
        'wrote|Practitioner/ben',
        'wrote|Device/d',
        'wrote|Practitioner',
        'wrote|Device',
      ],
    ],
    [
      'of a part alone',
      { resourceType: 'Contract', subject: [subject], signer: [{ party: by(anna) }] },
      [...['wrote|Practitioner/anna', 'wrote|?', 'wrote|Practitioner']],
    ],
    ['of what is about nobody', { resourceType: 'Basic', author: by(anna) }, []],
  ])('%s', (_, resource, marks) => {
    expect(marksOf(resource)).toEqual(marks);
  });

  test('every type that may be another is one that the other may be', () => {
    const types = [
      'CareTeam',
      'Device',
      'Organization',
      'Patient',
      'Practitioner',
      'PractitionerRole',
      'RelatedPerson',
    ];
    const maybe = (type: string): string[] =>
      mayHaveWritten(type, `${type}/1`)!
        .slice(3)
        .map(mark => mark.slice('wrote|'.length));
    for (const type of types)
      for (const other of types) expect(maybe(type).includes(other)).toBe(maybe(other).includes(type));
    expect(mayHaveWritten('Location', 'Location/1')).toBeUndefined();
  });
});
