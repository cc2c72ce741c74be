// Consent/$validate-part2: which items of 42 CFR 2.31 a Consent does not hold. Of one that is here, or of one that is
// sent, before it is signed.

import type { Principal } from '../../access/grant.ts';
import { type MissingItem, missingItems } from '../../access/part2.ts';
import { parseBody } from '../../fhir/body.ts';
import { FhirError, notFound } from '../../fhir/error.ts';
import { isId } from '../../fhir/id.ts';
import { informational } from '../../fhir/outcome.ts';
import type { AnyResource, Consent, JsonObject, OperationOutcome } from '../../fhir/types.ts';
import type { Version } from '../../store/port.ts';
import { validateResource } from '../../validation/validate.ts';
import { type Attempt, attempt } from '../attempt.ts';
import type { Context } from '../context.ts';
import type { Reply } from '../request.ts';
import type { Call, Operation, OperationRequest } from './operation.ts';
import { bad } from './parameters.ts';

export const validatePart2: Operation = {
  name: 'validate-part2',
  title: 'Validate a consent under 42 CFR Part 2',
  description:
    'Which items of 42 CFR 2.31 a Consent does not hold: without any of them it is kept and permits nothing. Of a Consent that ' +
    'is here, or of the one that is sent.',
  answer:
    'An OperationOutcome: an issue for each item that is missing, with its section and where it is looked for.',
  returns: 'OperationOutcome',
  on: 'Consent',
  ofType: true,
  parameters: [],
  run,
};

function run({ request, given }: Call, context: Context, principal: Principal): Promise<Reply> {
  const { id } = request;
  return attempt(
    { ...request, type: 'Consent', action: 'validate-part2' },
    context,
    principal,
    async audit => {
      const { version, resource } = id === undefined ? sent(request, audit) : await kept(id, audit, context);
      if (id !== undefined) given();
      const missing = missingItems(resource as unknown as Consent, context.base);
      await audit.record(version === undefined ? [] : [version]);
      return { status: 200, headers: {}, body: JSON.stringify(outcome(missing)) };
    },
  );
}

interface Looked {
  version?: Version;
  resource: AnyResource;
}

async function kept(id: string, audit: Attempt, context: Context): Promise<Looked> {
  const grant = audit.decide([{ type: 'Consent', use: 'read' }]);
  const version = isId(id) ? await context.store.read('Consent', id, grant) : undefined;
  if (version === undefined) throw notFound();
  if (version.deleted) throw new FhirError('gone', 'This resource was deleted.');
  return { version, resource: parseBody(version.body).resource };
}

/** The Consent itself, or Parameters with it as `resource`. */
function sent({ body = '' }: OperationRequest, audit: Attempt): Looked {
  audit.decide([{ type: 'Consent', use: 'read' }]);
  if (body.trim() === '') throw bad('The body is the Consent that is to be looked at.');
  const { resource: whole } = parseBody(body);
  const resource = whole.resourceType === 'Parameters' ? resourceIn(whole) : whole;
  if (resource?.resourceType !== 'Consent') throw bad('The body holds no Consent.');
  const issues = validateResource(resource);
  if (issues.length > 0) throw new FhirError('invalid-structure', issues);
  return { resource };
}

function resourceIn({ parameter }: AnyResource): AnyResource | undefined {
  const [found] = (Array.isArray(parameter) ? (parameter as JsonObject[]) : []).filter(
    one => one?.name === 'resource',
  );
  return found?.resource as AnyResource | undefined;
}

/** https://hl7.org/fhir/R4/valueset-issue-type.html: required, an element or a fact that is demanded is missing. */
function outcome(missing: readonly MissingItem[]): OperationOutcome {
  if (missing.length === 0)
    return informational(['It holds all that 42 CFR 2.31(a) asks of a written consent.']);
  return {
    resourceType: 'OperationOutcome',
    issue: missing.map(({ section, path, message }) => ({
      severity: 'error',
      code: 'required',
      details: { text: `42 CFR ${section}` },
      diagnostics: message,
      expression: [path],
    })),
  };
}
