// Of which parts of an element its index values are made, by the type of parameter and the datatype: what search
// tells of it. Held to the kinds by a test.
import type { ParamType } from './ast.ts';

/** Nobody can tell: anything that stands in it. */
export const ANY = 'any';

const QUANTITY = ['value', 'comparator', 'unit', 'system', 'code'];
const RANGE = ['low', 'high'].flatMap(end => QUANTITY.map(part => `${end}.${part}`));
const ITSELF = [''];
const NOTHING: readonly string[] = [];

/** Datatype -> paths within it; '' the element itself. None: such an element gives no value. */
const PARTS: Readonly<Record<ParamType, Readonly<Record<string, readonly string[]>>>> = {
  token: {
    CodeableConcept: ['coding.system', 'coding.code'],
    Coding: ['system', 'code'],
    ContactPoint: ['system', 'value'],
    Identifier: ['system', 'value'],
    boolean: ITSELF,
    code: ITSELF,
    id: ITSELF,
    string: ITSELF,
    uri: ITSELF,
  },
  string: {
    Address: ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'],
    HumanName: ['text', 'family', 'given', 'prefix', 'suffix'],
    markdown: ITSELF,
    string: ITSELF,
  },
  date: {
    Age: NOTHING,
    Period: ['start', 'end'],
    Range: NOTHING,
    Timing: ['event', 'repeat.boundsPeriod.start', 'repeat.boundsPeriod.end'],
    date: ITSELF,
    dateTime: ITSELF,
    instant: ITSELF,
    string: NOTHING,
  },
  reference: {
    Attachment: NOTHING,
    Reference: ['reference', 'type'],
    Resource: ['id'],
    canonical: ITSELF,
    uri: ITSELF,
  },
  quantity: {
    Age: QUANTITY,
    Duration: QUANTITY,
    Money: ['value', 'currency'],
    Quantity: QUANTITY,
    Range: RANGE,
    SampledData: [...QUANTITY.map(part => `origin.${part}`), 'factor', 'data'],
  },
  number: { Range: RANGE, decimal: ITSELF, integer: ITSELF },
  uri: { canonical: ITSELF, uri: ITSELF, url: ITSELF },
};

/** Modifiers that compare index values and read nothing else. */
const PLAIN: ReadonlySet<string> = new Set(['exact', 'contains', 'not', 'missing']);

export function partsRead(
  type: ParamType,
  datatype: string,
  modifier: string | undefined,
): readonly string[] | typeof ANY {
  const parts = Object.hasOwn(PARTS[type] ?? {}, datatype) ? PARTS[type][datatype]! : ANY;
  return modifier === undefined || PLAIN.has(modifier) ? parts : ANY;
}
