// Patient/{id}/$accounting-of-disclosures: to whom the program disclosed what of a person, when and why.
// 42 CFR 2.25, 45 CFR 164.528.
import type { Grant, Principal } from '../../access/grant.ts';
import { accountOf, type Disclosure } from '../../audit/disclosures.ts';
import { PURPOSE } from '../../audit/event-codes.ts';
import { instantOf, parseBody } from '../../fhir/body.ts';
import { FhirError, notFound } from '../../fhir/error.ts';
import { isId } from '../../fhir/id.ts';
import type { AnyResource, JsonObject } from '../../fhir/types.ts';
import type { Version } from '../../store/port.ts';
import { attempt } from '../attempt.ts';
import type { Context } from '../context.ts';
import type { Reply } from '../request.ts';
import { trailRows } from '../trail.ts';
import type { Call, Operation } from './operation.ts';
import { csvReply, namesOf, parametersReply, part, periodOf } from './parameters.ts';

/** Years that an accounting reaches back where no start is given (45 CFR 164.528(c); 42 CFR 2.25). */
const YEARS = 3;

export const accountingOfDisclosures: Operation = {
  name: 'accounting-of-disclosures',
  title: 'Accounting of disclosures',
  description:
    'What of the record of a person went to other Organizations: when, to whom, what and for which purpose (42 CFR ' +
    '2.25). For the program whose record it is and for that person; the last three years unless told otherwise.',
  answer:
    'patient, period, and a disclosure for each recipient, purpose and day: date, recipient, address, purpose, what ' +
    '(type and count of resources) and requests. As CSV: a line for each disclosure.',
  on: 'Patient',
  parameters: [
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
  ],
  run,
};

interface Recipient {
  name?: string;
  address?: JsonObject;
}

function run({ request, given: read }: Call, context: Context, principal: Principal): Promise<Reply> {
  const { id = '' } = request;
  return attempt({ ...request, type: 'Patient', action: 'accounting' }, context, principal, async audit => {
    const grant = audit.decide([{ type: 'Patient', use: 'read' }]);
    demandReader(principal, grant);
    const given = read();
    const patient = isId(id) ? await context.store.read('Patient', id, grant) : undefined;
    if (patient === undefined || patient.owner !== principal.organization) throw notFound();
    const period = { since: yearsBefore(context.clock()) * 1000, ...periodOf(given) };
    const account = { owner: principal.organization, patient: id };
    const rows = trailRows({ patient: id, ...period }, context, grant);
    const disclosures = await accountOf(rows, account, grant.audit);
    const recipients = await recipientsOf(disclosures, context, grant);
    await audit.record([patient, ...recipients.versions], namesOf(given));
    return request.csv
      ? csvOf(disclosures, recipients.known)
      : parametersOf(account.patient, period, disclosures, recipients.known);
  });
}

/** "Caller must be patient or program": the trail's own rule says who reads rows, this who may have them summed up. */
function demandReader({ role }: Principal, grant: Grant): void {
  if ((role !== 'program' && role !== 'patient') || grant.audit.kind === 'none')
    throw new FhirError(
      'forbidden',
      'An accounting of disclosures is for the program and the patient, with a scope for AuditEvent.',
    );
}

function yearsBefore(now: number): number {
  const date = new Date(now);
  date.setUTCFullYear(date.getUTCFullYear() - YEARS);
  return date.getTime();
}

interface Recipients {
  known: ReadonlyMap<string, Recipient>;
  versions: readonly Version[];
}

/** What the directory says of them today, as far as the caller's scopes reach it. */
async function recipientsOf(
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
  patient: string,
  period: { since: number; until?: number },
  disclosures: readonly Disclosure[],
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
