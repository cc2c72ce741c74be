// What an operation is. https://hl7.org/fhir/R4/operations.html
import type { Principal } from '../../access/grant.ts';
import type { Context } from '../context.ts';
import type { FhirRequest, Reply } from '../request.ts';
import type { Given } from './parameters.ts';

export interface OperationParameter {
  name: string;
  /** R4 type of its value. */
  type: 'string' | 'code' | 'boolean' | 'date' | 'dateTime';
  many?: true;
  documentation: string;
}

export type OperationRequest = Extract<FhirRequest, { kind: 'operation' }>;

export interface Operation {
  /** Its name without `$`. */
  name: string;
  title: string;
  description: string;
  /** What it answers with, in a sentence. */
  answer: string;
  /** Where it is asked for: of the server, or of a resource of one type or of any. */
  on: 'system' | 'Patient' | 'Consent' | 'Resource';
  /** It is also asked for of the type, with the resource as the body. */
  ofType?: true;
  /** Type of the answer: Parameters unless told. */
  returns?: 'OperationOutcome';
  parameters: readonly OperationParameter[];
  run(call: Call, context: Context, principal: Principal): Promise<Reply>;
}

/** An operation that is asked for, its parameters read. */
export interface Call {
  request: OperationRequest;
  /** Throws `invalid-value` where a parameter is unknown, repeated without need, or no value of its type. */
  given(): Given;
}
