// Amounts with a unit of UCUM (https://ucum.org), as records write them: the unit is the UCUM code itself.
import type { Quantity } from '../fhir/types.ts';
import { decimal, matching, object, type Schema } from './schema.ts';

export const UCUM = 'http://unitsofmeasure.org';

export interface Amount {
  value: number;
  /** UCUM code: `mg`, `ng/mL`, `min`. */
  unit: string;
}

export const quantity = (amount: Amount | undefined): Quantity | undefined =>
  amount && { value: amount.value, unit: amount.unit, system: UCUM, code: amount.unit };

/** An amount without a UCUM code has no unit that a record could carry. */
export function amountOf(from: Quantity | undefined): Amount | undefined {
  if (from?.value === undefined || from.system !== UCUM || from.code === undefined) return undefined;
  return { value: from.value, unit: from.code };
}

export const amount = (description: string): Schema =>
  object(
    {
      value: decimal('How much.', 0, 1_000_000),
      unit: matching('^[!-~]{1,30}$', 'UCUM code of the unit.'),
    },
    ['value', 'unit'],
    description,
  );
