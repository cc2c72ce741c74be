// What a payer gets of the official examples, whatever is written into them.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decide } from '../../src/access/decide.ts';
import { DIRECTORY_TYPES } from '../../src/access/directory.ts';
import { redacted, redactResource } from '../../src/access/redact.ts';
import { parseScopes } from '../../src/access/scope.ts';
import { composeBody, parseBody, serveBody } from '../../src/fhir/body.ts';
import { isResourceType } from '../../src/fhir/resource-types.ts';
import type { AnyResource, Json, JsonObject } from '../../src/fhir/types.ts';
import { validateResource } from '../../src/validation/validate.ts';
import { type Told, tell, textsIn } from '../access/naive-texts.ts';
import { exampleFiles, readExample } from '../support/examples.ts';

const payer = decide(
  {
    client: 'client',
    organization: 'payer',
    role: 'payer',
    scopes: parseScopes('system/*.cruds'),
    purposes: ['HPAYMT'],
    idSpace: { prefix: 'payer-', others: [] },
  },
  [],
  0,
  'program',
);
const minimum = payer.redact('Patient')!;
const examples = exampleFiles()
  .map(readExample)
  .filter(({ resourceType }) => !DIRECTORY_TYPES.has(resourceType));

/** The names of codes of ours in the answer, and the URLs of what modifies. */
const OURS = new Set(['http://hl7.org/fhir/StructureDefinition/data-absent-reason', 'masked']);
const urlsOfModifiers = (value: Json | undefined): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([name, inner]) =>
        name === 'modifierExtension'
          ? (inner as JsonObject[]).map(({ url }) => String(url))
          : urlsOfModifiers(inner as Json),
      );

describe('an official example', () => {
  test('holds no text of what is dropped, stays as it is when it is cut again, and is valid as it was before', () => {
    let dropped = 0;
    const faults: string[] = [];
    for (const example of examples) {
      const told: Told = { kept: new Set(), gone: new Set() };
      tell(example, told, text => text);
      const left = redactResource(example, minimum);
      const name = `${example.resourceType}/${String(example.id)}`;
      const allowed = new Set([...told.kept, ...OURS, ...urlsOfModifiers(example)]);
      dropped += told.gone.size;
      const { resourceType: _type, ...members } = left;
      for (const text of textsIn(members))
        if (!allowed.has(text) && !isResourceType(text) && text !== 'Parameters')
          faults.push(`${name} says ${text}`);
      if (JSON.stringify(redactResource(left, minimum)) !== JSON.stringify(left))
        faults.push(`${name} changes again`);
      if (validateResource(example).length === 0)
        for (const issue of validateResource(left as AnyResource))
          faults.push(`${name}: ${issue.path} ${issue.message}`);
    }
    expect(faults).toEqual([]);
    expect(examples.length).toBeGreaterThan(500);
    expect(dropped).toBeGreaterThan(5000);
  });

  test('tells nothing of whatever is written where it is dropped', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...examples),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
        (example, word) => {
          const mark = `{${word}}`;
          const kept = new Set<string>();
          const written = tell(example, { kept, gone: new Set() }, () => mark);
          if ([...kept].some(text => text.includes(mark))) return;
          const { modifierExtension: _said, ...left } = redactResource(written, minimum);
          expect(
            [...textsIn(left)].filter(text => text.includes(mark) && !urlsOfModifiers(left).includes(text)),
          ).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});

test('digits go out as they were written, and the mark comes whether or not anything was dropped', () => {
  const version = (body: string) => ({
    type: 'Observation',
    id: 'a',
    version: 3,
    seq: 1e15,
    created: 1e15,
    owner: 'program',
    source: 'program',
    writer: 'program',
    patients: ['p'],
    deleted: false,
    body,
  });
  const bodyWith = (number: string, note: string) =>
    composeBody(
      parseBody(
        `{"resourceType":"Observation","status":"final","code":{"coding":[{"code":"x"}]}${note},"valueQuantity":{"value":${number}}}`,
      ),
      'a',
    );
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      fc.integer({ min: 1, max: 12 }),
      fc.boolean(),
      (whole, zeros, exponent) => {
        const number = `${whole}.${'0'.repeat(zeros)}${exponent ? 'e2' : ''}`;
        const answers = ['', ',"note":[{"text":"said"}]'].map(note => {
          const one = version(bodyWith(number, note));
          return redacted(serveBody(one), one, payer);
        });
        expect(answers[0]).toContain(`"value":${number}}`);
        expect(answers[0]).toContain('"code":"SUBSETTED"');
        expect(answers[1]).toBe(answers[0]);
      },
    ),
  );
});
