// Patient/{id}/$disclosures: to whom records went through an intermediary that a consent names. 42 CFR 2.24.
import type { Grant, Principal } from '../../access/grant.ts';
import { accountOf } from '../../audit/disclosures.ts';
import { FhirError, notFound } from '../../fhir/error.ts';
import { isId } from '../../fhir/id.ts';
import type { Version } from '../../store/port.ts';
import { attempt } from '../attempt.ts';
import type { Context } from '../context.ts';
import type { Reply } from '../request.ts';
import { trailRows } from '../trail.ts';
import { answerWith, PERIOD, recipientsOf, yearsBefore } from './disclosure-list.ts';
import type { Call, Operation } from './operation.ts';
import { bad, namesOf, one, periodOf } from './parameters.ts';

export const disclosuresThrough: Operation = {
  name: 'disclosures',
  title: 'Disclosures through an intermediary',
  description:
    'To which participants of an intermediary the record of a person went because a consent names the intermediary and ' +
    'not them (42 CFR 2.24). For the intermediary, for the program whose record it is and for that person; the last ' +
    'three years unless told otherwise.',
  answer:
    'patient, period, and a disclosure for each recipient, purpose and day: date, recipient, address, purpose, what ' +
    '(type and count of resources) and requests. As CSV: a line for each disclosure.',
  on: 'Patient',
  parameters: [
    {
      name: 'intermediary',
      type: 'string',
      documentation:
        'Organization/id. For an intermediary itself; any unless told for the program and the person.',
    },
    ...PERIOD,
  ],
  run,
};

const OWN: ReadonlySet<Principal['role']> = new Set<Principal['role']>(['program', 'patient']);

function run({ request, given: read }: Call, context: Context, principal: Principal): Promise<Reply> {
  const { id = '' } = request;
  return attempt({ ...request, type: 'Patient', action: 'disclosures' }, context, principal, async audit => {
    const grant = audit.decide([{ type: 'Patient', use: 'read' }]);
    const given = read();
    const intermediary = intermediaryIn(one(given, 'intermediary'));
    demandReader(principal, grant, intermediary);
    const own = OWN.has(principal.role);
    const patient = own ? await ownPatient(id, context, grant) : [];
    const period = { since: yearsBefore(context.clock()), ...periodOf(given) };
    const through = own ? (intermediary ?? (true as const)) : principal.organization;
    const account = { patient: id, through, ...(own ? { owner: principal.organization } : {}) };
    const rows = trailRows({ patient: id, ...period }, context, grant);
    const disclosures = await accountOf(rows, account, grant.audit);
    const recipients = await recipientsOf(disclosures, context, grant);
    await audit.record([...patient, ...recipients.versions], namesOf(given));
    return answerWith({ patient: id, period, disclosures }, recipients, request);
  });
}

function intermediaryIn(reference: string | undefined): string | undefined {
  if (reference === undefined) return undefined;
  const id = reference.replace(/^Organization\//, '');
  if (!isId(id)) throw bad('Expected Organization/id.', 'intermediary');
  return id;
}

/** An intermediary has its own list; of a person of whom it has none it learns nothing, not even whether there is one. */
function demandReader({ role, organization }: Principal, { audit }: Grant, asked: string | undefined): void {
  const own = OWN.has(role);
  if (audit.kind === 'none' || (!own && (role !== 'ehr' || (asked ?? organization) !== organization)))
    throw new FhirError(
      'forbidden',
      'Disclosures through an intermediary are for itself, the program and the patient, with a scope for AuditEvent.',
    );
}

async function ownPatient(id: string, { store }: Context, grant: Grant): Promise<readonly Version[]> {
  const patient = isId(id) ? await store.read('Patient', id, grant) : undefined;
  if (patient === undefined || patient.owner !== grant.principal.organization) throw notFound();
  return [patient];
}
