// A list of disclosures as the answer of an operation: Parameters, or a line for each as CSV.
import type { Grant } from '../../access/grant.ts';
import type { Disclosure } from '../../audit/disclosures.ts';
import { PURPOSE } from '../../audit/event-codes.ts';
import { instantOf, parseBody } from '../../fhir/body.ts';
import type { AnyResource, JsonObject } from '../../fhir/types.ts';
import type { Version } from '../../store/port.ts';
import type { Context } from '../context.ts';
import type { Reply } from '../request.ts';
import type { OperationParameter } from './operation.ts';
import { csvReply, parametersReply, part } from './parameters.ts';

/** Years that an accounting reaches back where no start is given (45 CFR 164.528(c); 42 CFR 2.24 and 2.25). */
const YEARS = 3;

export const PERIOD: readonly OperationParameter[] = [
  {
    name: 'start',
    type: 'dateTime',
    documentation: 'From then on; three years ago where it is not given.',
  },
  {
    name: 'end',
    type: 'dateTime',
    documentation: 'Until then, all that its precision stands for included.',
  },
];

/** Microseconds since the epoch. `now`: ms. */
export function yearsBefore(now: number): number {
  const date = new Date(now);
  date.setUTCFullYear(date.getUTCFullYear() - YEARS);
  return date.getTime() * 1000;
}

export interface DisclosureList {
  /** Logical id. */
  patient: string;
  /** Microseconds since the epoch. */
  period: { since: number; until?: number };
  disclosures: readonly Disclosure[];
}

export const answerWith = (
  list: DisclosureList,
  { known }: Recipients,
  { csv }: { csv: boolean | undefined },
): Reply => (csv === true ? csvOf(list.disclosures, known) : parametersOf(list, known));

interface Recipient {
  name?: string;
  address?: JsonObject;
}

export interface Recipients {
  known: ReadonlyMap<string, Recipient>;
  versions: readonly Version[];
}

/** What the directory says of them today, as far as the caller's scopes reach it. */
export async function recipientsOf(
  disclosures: readonly Disclosure[],
  context: Context,
  grant: Grant,
): Promise<Recipients> {
  const known = new Map<string, Recipient>();
  const versions: Version[] = [];
  for (const id of new Set(disclosures.map(one => one.recipient))) {
    const version = await context.store.read('Organization', id, grant);
    if (version === undefined || version.deleted) continue;
    versions.push(version);
    const { name, address } = parseBody(version.body).resource as AnyResource & { address?: JsonObject[] };
    known.set(id, {
      ...(typeof name === 'string' ? { name } : {}),
      ...(address?.[0] === undefined ? {} : { address: address[0] }),
    });
  }
  return { known, versions };
}

function parametersOf(
  { patient, period, disclosures }: DisclosureList,
  recipients: ReadonlyMap<string, Recipient>,
): Reply {
  const { since, until } = period;
  const bounds = { start: instantOf(since), ...(until === undefined ? {} : { end: instantOf(until) }) };
  return parametersReply([
    { name: 'patient', valueReference: { reference: `Patient/${patient}` } },
    { name: 'period', valuePeriod: bounds },
    ...disclosures.map(one => ({ name: 'disclosure', part: partsOf(one, recipients.get(one.recipient)) })),
  ]);
}

function partsOf(one: Disclosure, { name, address }: Recipient = {}): JsonObject[] {
  const recipient = {
    reference: `Organization/${one.recipient}`,
    ...(name === undefined ? {} : { display: name }),
  };
  return [
    { name: 'date', valuePeriod: { start: instantOf(one.first), end: instantOf(one.last) } },
    { name: 'recipient', valueReference: recipient },
    ...part('address', address && { valueAddress: address }),
    ...one.purposes.map(code => ({ name: 'purpose', valueCoding: { system: PURPOSE, code } })),
    ...[...one.what].map(([type, count]) => ({
      name: 'what',
      part: [
        { name: 'type', valueCode: type },
        { name: 'count', valueInteger: count },
      ],
    })),
    { name: 'requests', valueInteger: one.requests },
  ];
}

const COLUMNS = ['from', 'to', 'recipient', 'recipient_id', 'address', 'what', 'purpose', 'requests'];

function csvOf(disclosures: readonly Disclosure[], recipients: ReadonlyMap<string, Recipient>): Reply {
  const rows = disclosures.map(one => {
    const { name = '', address } = recipients.get(one.recipient) ?? {};
    const what = [...one.what].map(([type, count]) => `${count} ${type}`).join(', ');
    return [
      instantOf(one.first),
      instantOf(one.last),
      name,
      one.recipient,
      addressText(address),
      what,
      one.purposes.join(' '),
      String(one.requests),
    ];
  });
  return csvReply(COLUMNS, rows);
}

function addressText(address: JsonObject | undefined): string {
  if (address === undefined) return '';
  if (typeof address.text === 'string') return address.text;
  const { line, city, state, postalCode, country } = address;
  return [line, city, state, postalCode, country]
    .flat()
    .filter(one => typeof one === 'string')
    .join(', ');
}
