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
import type { SentLetter } from './sent-letters.ts';

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
  /** Newest first. */
  letters?: readonly SentLetter[];
}

export const answerWith = (
  list: DisclosureList,
  { known }: Recipients,
  { csv }: { csv: boolean | undefined },
): Reply => (csv === true ? csvOf(list, known) : parametersOf(list, known));

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
  disclosures: readonly Pick<SentLetter, 'recipient'>[],
  context: Context,
  grant: Grant,
): Promise<Recipients> {
  const known = new Map<string, Recipient>();
  const versions: Version[] = [];
  for (const id of new Set(disclosures.map(one => one.recipient))) {
    if (id === undefined) continue;
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
  { patient, period, ...list }: DisclosureList,
  recipients: ReadonlyMap<string, Recipient>,
): Reply {
  const { since, until } = period;
  const bounds = { start: instantOf(since), ...(until === undefined ? {} : { end: instantOf(until) }) };
  return parametersReply([
    { name: 'patient', valueReference: { reference: `Patient/${patient}` } },
    { name: 'period', valuePeriod: bounds },
    ...inOrder(list).map(one => {
      const known = recipients.get(one.recipient ?? '');
      return { name: 'disclosure', part: 'requests' in one ? partsOf(one, known) : letterParts(one, known) };
    }),
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

function letterParts(one: SentLetter, { name = one.name, address }: Recipient = {}): JsonObject[] {
  const on = instantOf(one.at);
  const recipient = {
    ...(one.recipient === undefined ? {} : { reference: `Organization/${one.recipient}` }),
    type: 'Organization',
    ...(name === undefined ? {} : { display: name }),
  };
  return [
    { name: 'date', valuePeriod: { start: on, end: on } },
    { name: 'recipient', valueReference: recipient },
    ...part('address', address && { valueAddress: address }),
    ...one.purposes.map(purpose => ({ name: 'purpose', valueCoding: { ...purpose } })),
    {
      name: 'what',
      part: [
        { name: 'type', valueCode: LETTER },
        { name: 'count', valueInteger: one.documents },
      ],
    },
    ...part(
      'consent',
      one.consent === undefined ? undefined : { valueReference: { reference: one.consent } },
    ),
  ];
}

/** What a letter is. */
const LETTER = 'DocumentReference';

/** What was asked for and what was sent, newest first. */
const inOrder = ({
  disclosures,
  letters = [],
}: Pick<DisclosureList, 'disclosures' | 'letters'>): (Disclosure | SentLetter)[] =>
  letters.length === 0
    ? [...disclosures]
    : [...disclosures, ...letters].toSorted((a, b) => endOf(b) - endOf(a));
const endOf = (one: Disclosure | SentLetter): number => ('last' in one ? one.last : one.at);

const COLUMNS = ['from', 'to', 'recipient', 'recipient_id', 'address', 'what', 'purpose', 'requests'];

function csvOf(list: DisclosureList, recipients: ReadonlyMap<string, Recipient>): Reply {
  const rows = inOrder(list).map(one => {
    const known = recipients.get(one.recipient ?? '') ?? {};
    const said = 'requests' in one ? rowOf(one) : letterRow(one);
    return [
      said.from,
      said.to,
      known.name ?? said.name,
      one.recipient ?? '',
      addressText(known.address),
      said.what,
      said.purposes.join(' '),
      said.requests,
    ];
  });
  return csvReply(COLUMNS, rows);
}

const rowOf = (one: Disclosure) => ({
  from: instantOf(one.first),
  to: instantOf(one.last),
  name: '',
  what: [...one.what].map(([type, count]) => `${count} ${type}`).join(', '),
  purposes: one.purposes,
  requests: String(one.requests),
});

/** Nobody asked for it. */
const letterRow = (one: SentLetter) => ({
  from: instantOf(one.at),
  to: instantOf(one.at),
  name: one.name ?? '',
  what: `${one.documents} ${LETTER}`,
  purposes: one.purposes.map(({ code }) => String(code ?? '')),
  requests: '',
});

function addressText(address: JsonObject | undefined): string {
  if (address === undefined) return '';
  if (typeof address.text === 'string') return address.text;
  const { line, city, state, postalCode, country } = address;
  return [line, city, state, postalCode, country]
    .flat()
    .filter(one => typeof one === 'string')
    .join(', ');
}
