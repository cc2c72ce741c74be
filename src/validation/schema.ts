// Structure by JSON schema, one type at a time. The schemas leave nested resources open (one schema of
// all types takes seconds to compile and 15 times as long for a Bundle); walk.ts dispatches those.
import { Ajv, type ValidateFunction } from 'ajv';
import type { AnyResource } from '../fhir/types.ts';
import { DATATYPES, datatypeSchema, schemaOf } from '../generated/schema.ts';
import { PRIMITIVES, primitiveFault } from './primitive.ts';

const compiled = new Map<string, ValidateFunction>();
let shared: Ajv | undefined;

/**
 * Does the resource fit the schema of its type? `type` is a known one. Stops at the first fault: a body of
 * nothing but faults must not become a list of millions; walk.ts says what is wrong and where.
 */
export function fitsSchema(type: string, resource: AnyResource): boolean {
  return validatorOf(type)(resource);
}

/** Compiles the schemas of these types now: about 0.3 s for the first, with the datatypes, and 10 ms for each other. */
export function compileSchemas(types: readonly string[]): void {
  for (const type of types) validatorOf(type);
}

function validatorOf(type: string): ValidateFunction {
  const known = compiled.get(type);
  if (known !== undefined) return known;
  shared ??= newAjv();
  const schema = schemaOf(type);
  if (schema === undefined) throw new Error('No schema for a resource type that is known.');
  const validate = shared.compile(schema);
  compiled.set(type, validate);
  return validate;
}

function newAjv(): Ajv {
  const ajv = new Ajv({ strict: false, logger: false, validateSchema: false });
  const datatypes = datatypeSchema();
  const definitions: Record<string, unknown> = { ...(datatypes.definitions as Record<string, unknown>) };
  for (const type of PRIMITIVES) {
    ajv.addKeyword({
      keyword: keywordOf(type),
      validate: (_schema: unknown, value: unknown) => primitiveFault(type, value) === undefined,
      errors: false,
    });
    definitions[type] = { [keywordOf(type)]: true };
  }
  ajv.addSchema({ ...datatypes, definitions }, DATATYPES);
  // Else every resource type would compile the datatypes it uses for itself.
  for (const type of Object.keys(definitions)) ajv.getSchema(`${DATATYPES}#/definitions/${type}`);
  return ajv;
}

const keywordOf = (primitive: string): string => `is-${primitive}`;
