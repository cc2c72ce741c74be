// Patient/{id}/$accounting-of-disclosures: to whom the program disclosed what of a person, when and why.
// 42 CFR 2.25, 45 CFR 164.528.
import type { Grant, Principal } from '../../access/grant.ts';
import { accountOf } from '../../audit/disclosures.ts';
import { FhirError, notFound } from '../../fhir/error.ts';
import { isId } from '../../fhir/id.ts';
import { attempt } from '../attempt.ts';
import type { Context } from '../context.ts';
import type { Reply } from '../request.ts';
import { trailRows } from '../trail.ts';
import { answerWith, PERIOD, recipientsOf, yearsBefore } from './disclosure-list.ts';
import type { Call, Operation } from './operation.ts';
import { namesOf, periodOf } from './parameters.ts';
import { sentLetters } from './sent-letters.ts';

export const accountingOfDisclosures: Operation = {
  name: 'accounting-of-disclosures',
  title: 'Accounting of disclosures',
  description:
    'What of the record of a person went to other Organizations: when, to whom, what and for which purpose (42 CFR ' +
    '2.25), letters that were sent included. For the program whose record it is and for that person, with scopes for ' +
    'AuditEvent and Communication; the last three years unless told otherwise.',
  answer:
    'patient, period, and a disclosure for each recipient, purpose and day: date, recipient, address, purpose, what ' +
    '(type and count of resources) and requests; of a letter, for each recipient: date, recipient, address, purpose ' +
    '(what it is about), what, and the consent that it rests on. As CSV: a line for each disclosure.',
  on: 'Patient',
  parameters: PERIOD,
  run,
};

function run({ request, given: read }: Call, context: Context, principal: Principal): Promise<Reply> {
  const { id = '' } = request;
  return attempt({ ...request, type: 'Patient', action: 'accounting' }, context, principal, async audit => {
    const grant = audit.decide([
      { type: 'Patient', use: 'read' },
      { type: 'Communication', use: 'search' },
    ]);
    demandReader(principal, grant);
    const given = read();
    const patient = isId(id) ? await context.store.read('Patient', id, grant) : undefined;
    if (patient === undefined || patient.owner !== principal.organization) throw notFound();
    const period = { since: yearsBefore(context.clock()), ...periodOf(given) };
    const account = { owner: principal.organization, patient: id };
    const rows = trailRows({ patient: id, ...period }, context, grant);
    const disclosures = await accountOf(rows, account, grant.audit);
    const { letters, versions } = await sentLetters(id, period, { context, principal, grant });
    const recipients = await recipientsOf([...disclosures, ...letters], context, grant);
    await audit.record([patient, ...versions, ...recipients.versions], namesOf(given));
    return answerWith({ patient: id, period, disclosures, letters }, recipients, request);
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
