// A body on its way in: parsed, of the right type, structurally sound.
import { type Body, parseBody } from '../fhir/body.ts';
import { FhirError } from '../fhir/error.ts';
import { validateResource } from '../validation/validate.ts';

/** Throws `invalid-structure` with every issue at once. */
export function acceptBody(text: string, type: string): Body {
  const body = parseBody(text);
  demandType(body, type);
  const issues = validateResource(body.resource);
  if (issues.length > 0) throw new FhirError('invalid-structure', issues);
  return body;
}

function demandType(body: Body, type: string): void {
  if (body.resource.resourceType === type) return;
  const message = `The body's resourceType is not ${type}, which the URL names.`;
  throw new FhirError('invalid-structure', [{ path: 'resourceType', message }]);
}

/** The id that a body names. Throws where it is none, or not the URL's. */
export function demandId(body: Body, id: string): void {
  if (body.resource.id === id) return;
  const message =
    body.resource.id === undefined ? 'An update names its id in the body.' : 'This is not the id of the URL.';
  throw new FhirError('invalid-value', [{ path: `${body.resource.resourceType}.id`, message }]);
}
