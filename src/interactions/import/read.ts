// From what came through the door to a record that its concept accepts: everything that is wrong with it
// is said at once, with the path, without the values.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { FhirError } from '../../fhir/error.ts';
import { parseJson } from '../../fhir/json.ts';
import type { Json, JsonObject } from '../../fhir/types.ts';
import type { Concept, Problem, RecordEnvelope } from '../../iop/concept.ts';

export type ConceptOf = (kind: string) => Concept | undefined;

export type Reading =
  | { ok: true; concept: Concept; record: RecordEnvelope }
  | { ok: false; kind?: string; id?: string; issues: Problem[] };

/** More than this of one record helps nobody. */
const MOST_ISSUES = 20;

/** `program`: the only one whose records are accepted. */
export function readRecord(input: Json, program: string, conceptOf: ConceptOf): Reading {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return { ok: false, issues: [{ path: '', message: 'is not a JSON object' }] };
  const named = {
    ...(typeof input.kind === 'string' ? { kind: input.kind } : {}),
    ...(typeof input.id === 'string' ? { id: input.id } : {}),
  };
  const bad = (issues: Problem[]): Reading => ({ ok: false, ...named, issues: issues.slice(0, MOST_ISSUES) });
  const concept = named.kind === undefined ? undefined : conceptOf(named.kind);
  if (concept === undefined)
    return bad([
      {
        path: 'kind',
        message: named.kind === undefined ? 'is missing' : 'is no kind of record: see /iop/schema',
      },
    ]);
  if (input.program !== undefined && input.program !== program)
    return bad([{ path: 'program', message: "is another's: records are accepted of the caller's own only" }]);
  const faults = schemaFaults(concept, input);
  if (faults.length > 0) return bad(faults);
  const record = input as unknown as RecordEnvelope;
  const problems = concept.check(record);
  return problems.length > 0 ? bad(problems) : { ok: true, concept, record };
}

/** As readRecord, from text. */
export function readRecordText(text: string, program: string, conceptOf: ConceptOf): Reading {
  let input: Json;
  try {
    input = parseJson(text);
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    const message = error.message.replace(/^The body |\.$/g, '').replace('line 1, ', '');
    return { ok: false, issues: [{ path: '', message }] };
  }
  return readRecord(input, program, conceptOf);
}

const ajv = new Ajv({ allErrors: true, strict: false, logger: false, verbose: false });
addFormats.default(ajv);
const compiled = new WeakMap<Concept, ValidateFunction>();

function schemaFaults(concept: Concept, input: JsonObject): Problem[] {
  let validate = compiled.get(concept);
  if (validate === undefined) {
    validate = ajv.compile(concept.schema);
    compiled.set(concept, validate);
  }
  if (validate(input)) return [];
  const found = new Map<string, Problem>();
  for (const error of (validate.errors ?? []).filter(one => !WRAPPERS.has(one.keyword))) {
    const problem = problemOf(error);
    // One value that breaks length, pattern and format at once is one problem; the format says it best.
    if (!found.has(problem.path) || error.keyword === 'format') found.set(problem.path, problem);
  }
  return [...found.values()];
}

/** They only say that one of the schemas below them failed; those speak for themselves. */
const WRAPPERS = new Set(['if', 'anyOf', 'oneOf', 'allOf']);

function problemOf({ keyword, instancePath, params }: ErrorObject): Problem {
  const path = pathOf(instancePath);
  if (keyword === 'required')
    return { path: joined(path, String(params.missingProperty)), message: 'is missing' };
  if (keyword === 'additionalProperties')
    return { path: joined(path, String(params.additionalProperty)), message: 'is no field of this record' };
  const words = MESSAGES[keyword];
  return { path, message: words === undefined ? `does not keep to "${keyword}"` : words(params) };
}

const listed = (values: unknown): string => (values as unknown[]).map(String).join(', ');

/** Schema keyword -> what is expected. The words come from the schema, never from the record. */
const MESSAGES: Readonly<Record<string, (params: Record<string, unknown>) => string>> = {
  type: ({ type }) => `must be ${Array.isArray(type) ? listed(type) : article(String(type))}`,
  enum: ({ allowedValues }) => `must be one of ${listed(allowedValues)}`,
  const: ({ allowedValue }) => `must be ${String(allowedValue)}`,
  format: ({ format }) => FORMATS[String(format)] ?? `must be a ${String(format)}`,
  pattern: () => 'does not have the form that is expected here (see the schema)',
  minLength: ({ limit }) => (limit === 1 ? 'is empty' : `must have at least ${String(limit)} characters`),
  maxLength: ({ limit }) => `must have at most ${String(limit)} characters`,
  minItems: ({ limit }) =>
    limit === 1 ? 'is empty: leave it out' : `must have at least ${String(limit)} items`,
  maxItems: ({ limit }) => `must have at most ${String(limit)} items`,
  uniqueItems: () => 'names the same item twice',
  minimum: ({ limit }) => `must be at least ${String(limit)}`,
  maximum: ({ limit }) => `must be at most ${String(limit)}`,
  exclusiveMinimum: ({ limit }) => `must be more than ${String(limit)}`,
  exclusiveMaximum: ({ limit }) => `must be less than ${String(limit)}`,
  multipleOf: ({ multipleOf }) => `must be a multiple of ${String(multipleOf)}`,
};

const FORMATS: Readonly<Record<string, string>> = {
  date: 'must be a date that exists, YYYY-MM-DD',
  'date-time': 'must be a date and time with its offset, 2026-08-03T18:00:00-05:00',
  time: 'must be a time of day',
};

const article = (type: string): string =>
  type === 'object' ? 'an object' : type === 'array' || type === 'integer' ? `an ${type}` : `a ${type}`;

const joined = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** `/analytes/2/code` -> `analytes[2].code`. */
function pathOf(pointer: string): string {
  const steps = pointer.split('/').slice(1);
  const names = steps.map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.reduce((path, name) => (/^\d+$/.test(name) ? `${path}[${name}]` : joined(path, name)), '');
}
