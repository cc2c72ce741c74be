// The operations that are served. https://hl7.org/fhir/R4/operationslist.html says which R4 knows; these are our own.
import type { Principal } from '../../access/grant.ts';
import { notFound } from '../../fhir/error.ts';
import type { Context } from '../context.ts';
import type { Reply } from '../request.ts';
import { accountingOfDisclosures } from './accounting-of-disclosures.ts';
import { breachImpact } from './breach-impact.ts';
import { disclosuresThrough } from './disclosures.ts';
import { explainAccess } from './explain-access.ts';
import type { Operation, OperationRequest } from './operation.ts';
import { readGiven } from './parameters.ts';
import { validatePart2 } from './validate-part2.ts';

export const OPERATIONS: readonly Operation[] = [
  accountingOfDisclosures,
  breachImpact,
  disclosuresThrough,
  explainAccess,
  validatePart2,
];

/** Those that a type has: its own and those of every type. */
export const operationsOf = (type: string): readonly Operation[] =>
  OPERATIONS.filter(one => one.on === type || one.on === 'Resource');

export function operate(request: OperationRequest, context: Context, principal: Principal): Promise<Reply> {
  const operation = OPERATIONS.find(one => one.name === request.operation);
  if (operation === undefined) throw notFound();
  const given = () => readGiven(request, operation.parameters);
  return operation.run({ request, given }, context, principal);
}
