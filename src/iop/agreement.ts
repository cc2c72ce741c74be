// What program and client agree on at intake: to come, and the rules (Contract). It is a Contract and no Consent, so
// that nothing of it is ever read as a permission to disclose: that is a consent's alone.
//
// Glossary. Agreement: attendance and rules, fees, or sessions by video. Rules: what is agreed. Plan: the plan whose
// sessions a week are what the client is expected at.
import type { AnyResource, Contract, ContractTerm } from '../fhir/types.ts';
import { endAfterStart, unless } from './check.ts';
import { AGREEMENT_KIND, AGREEMENT_RULE } from './codes-life.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  businessIdentifier,
  keyOf,
  keysOf,
  organizationReference,
  part,
  partOf,
  period,
  prune,
  recordedAtOf,
  recordedExtension,
  reference,
} from './element.ts';
import { choice, date, keyOfA, prose, recordSchema, set } from './schema.ts';
import { type CodeOf, codesOf, localCode, localConcept } from './vocabulary.ts';

type Rule = CodeOf<typeof AGREEMENT_RULE>;

export interface AgreementRecord extends RecordEnvelope {
  kind: 'agreement';
  client: string;
  agreement: CodeOf<typeof AGREEMENT_KIND>;
  status: Status;
  signedOn?: string;
  /** First and last day on which it holds. */
  from: string;
  until?: string;
  rules: Rule[];
  plan?: string;
  clinician?: string;
  /** What is agreed besides. */
  text?: string;
}

type Status = keyof typeof STATUSES;
/** http://hl7.org/fhir/R4/valueset-contract-status.html */
const STATUSES = {
  offered: 'offered',
  signed: 'executed',
  refused: 'rejected',
  ended: 'terminated',
  'entered-in-error': 'entered-in-error',
} as const;
const NAMES = Object.keys(STATUSES) as Status[];
/** Nobody signed it in these. */
const UNSIGNED: readonly Status[] = ['offered', 'refused'];

const schema = recordSchema(
  'agreement',
  'What program and client agree on at intake',
  {
    client: keyOfA('client', 'Who agrees.'),
    agreement: choice(codesOf(AGREEMENT_KIND), 'On what.'),
    status: choice(NAMES, 'Where it stands.'),
    signedOn: date('Day of the signature.'),
    from: date('First day on which it holds.'),
    until: date('Last day on which it holds.'),
    rules: set(choice(codesOf(AGREEMENT_RULE), 'A rule.'), 'What is agreed.'),
    plan: keyOfA('plan', 'The plan whose sessions the client is expected at.'),
    clinician: keyOfA('clinician', 'Who went through it with the client.'),
    text: prose('What is agreed besides; names no other client.', 2000),
  },
  ['client', 'agreement', 'status', 'from', 'rules'],
);

function check({ status, signedOn, from, until }: AgreementRecord): Problem[] {
  return [
    ...endAfterStart(from, until, 'until'),
    ...unless(status !== 'signed' || signedOn !== undefined, 'signedOn', 'is missing'),
    ...unless(!UNSIGNED.includes(status) || signedOn === undefined, 'signedOn', 'does not fit the status'),
  ];
}

/** The rule has a code in the term itself: what its offer says in words may be withheld. */
const termOf = (rule: Rule, kind: AgreementRecord['agreement']): ContractTerm => ({
  type: localConcept(AGREEMENT_RULE, rule),
  offer: { type: localConcept(AGREEMENT_KIND, kind), text: AGREEMENT_RULE.codes[rule] },
});

function toFhir(record: AgreementRecord, links: Links): Part[] {
  const { text } = record;
  const contract: Contract = {
    resourceType: 'Contract',
    extension: recordedExtension(record),
    identifier: [businessIdentifier(record)],
    status: STATUSES[record.status],
    issued: record.signedOn,
    applies: period(record.from, record.until),
    subject: [{ reference: links.to('client', record.client) }],
    authority: [organizationReference(record.program)],
    author: reference(record.clinician && links.to('clinician', record.clinician)),
    type: localConcept(AGREEMENT_KIND, record.agreement),
    term: [
      ...record.rules.map(rule => termOf(rule, record.agreement)),
      ...(text === undefined
        ? []
        : [{ offer: { type: localConcept(AGREEMENT_KIND, record.agreement), text } }]),
    ],
    supportingInfo: record.plan === undefined ? [] : [{ reference: links.to('plan', record.plan) }],
  };
  return [part('', contract)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): AgreementRecord {
  const contract = partOf<Contract>(parts);
  const terms = contract.term ?? [];
  return prune<AgreementRecord>({
    kind: 'agreement',
    id,
    program: names.program,
    recordedAt: recordedAtOf(contract),
    client: keysOf(names, 'client', contract.subject)?.[0],
    agreement: localCode(AGREEMENT_KIND, contract.type),
    status: NAMES.find(one => STATUSES[one] === contract.status),
    signedOn: contract.issued,
    from: contract.applies?.start,
    until: contract.applies?.end,
    rules: terms.map(one => localCode(AGREEMENT_RULE, one.type)).filter(one => one !== undefined),
    plan: keysOf(names, 'plan', contract.supportingInfo)?.[0],
    clinician: keyOf(names, 'clinician', contract.author),
    text: terms.find(one => localCode(AGREEMENT_RULE, one.type) === undefined)?.offer.text,
  });
}

export const agreement: Concept<AgreementRecord> = {
  kind: 'agreement',
  title: 'What program and client agree on at intake',
  schema,
  makes: ['Contract'],
  check,
  toFhir,
  fromFhir,
};
