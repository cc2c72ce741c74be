// What is thrown -> what a caller gets to see.
import { ERRORS, FhirError } from '../fhir/error.ts';
import { outcomeOf } from '../fhir/outcome.ts';
import type { Reply } from '../interactions/request.ts';

const HOW_TO_GET_A_TOKEN =
  'Send a bearer token in the Authorization header: /fhir/.well-known/smart-configuration says where clients get one. ' +
  'In a checkout one is made with ' +
  '`npm run -s iop -- token --organization ID --role ehr`, for the demo with ' +
  '`npm run -s iop -- token --client demo-program`.';

/** The FhirError that a caller gets; a bug becomes `internal`, which says the request id only. */
export function toFhirError(thrown: unknown, id: string): FhirError {
  if (thrown instanceof FhirError) return thrown;
  // Express refuses a path with a broken percent escape in its own words, which quote the path.
  if (isBadPath(thrown)) return new FhirError('invalid-value', 'The URL holds a broken percent escape.');
  return new FhirError('internal', `Internal error; request ${id}.`, { cause: thrown });
}

const isBadPath = (thrown: unknown): boolean =>
  Error.isError(thrown) &&
  thrown.name === 'URIError' &&
  (thrown as Error & { status?: unknown }).status === 400;

export function errorReply(error: FhirError): Reply {
  const known = error.code === 'unauthenticated' ? withAdvice(error) : error;
  const headers: Record<string, string> = {};
  if (error.code === 'unauthenticated') headers['WWW-Authenticate'] = 'Bearer realm="iop-fhir"';
  const wait = error.retryAfter ?? (error.code === 'unavailable' ? 1 : undefined);
  if (wait !== undefined) headers['Retry-After'] = String(Math.ceil(wait));
  return { status: ERRORS[error.code].status, headers, body: JSON.stringify(outcomeOf(known)) };
}

const withAdvice = (error: FhirError): FhirError =>
  new FhirError('unauthenticated', [...error.issues, { message: HOW_TO_GET_A_TOKEN }]);
