// A referral of a client: to the program (step-down from residential treatment, step-up from outpatient care),
// or by it to somebody else (ServiceRequest).
//
// Glossary. Direction: in, to the program; out, by it. Service: what the client is referred to; of one that
// comes in always the program itself. Source: where the client comes from. Organization, facility: the other
// side, by logical id, by name, or both. Withdrawal: why it was taken back (status revoked), for instance since
// inpatient care is wiser; what follows from that is a referral of its own. Part 2 records: those of another program
// came with it, and keep their protection.
import type {
  AnyResource,
  CodeableConcept,
  Coding,
  Extension,
  Reference,
  ServiceRequest,
} from '../fhir/types.ts';
import { unless } from './check.ts';
import { LEVEL_OF_CARE, type LevelOfCare, REFERRAL_SOURCE, type ReferralSource } from './codes.ts';
import { LABELLED_INBOUND } from './codes-life.ts';
import { REFERRAL_DIRECTION, REFERRAL_REASON, REFERRAL_SERVICE, REFERRAL_WITHDRAWAL } from './codes-stay.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  businessIdentifier,
  codeIn,
  coding,
  keyOf,
  keysOf,
  organizationKey,
  organizationReference,
  part,
  partOf,
  prune,
  recordedAtOf,
  recordedExtension,
  reference,
} from './element.ts';
import {
  choice,
  instant,
  keyOfA,
  line,
  mark,
  object,
  organization,
  prose,
  recordSchema,
  set,
} from './schema.ts';
import { ACT_CODE, SNOMED } from './systems.ts';
import { type CodeOf, codesOf, extend, extensionValue, localCode, localConcept } from './vocabulary.ts';

export type ReferralService = CodeOf<typeof REFERRAL_SERVICE>;

export interface ReferralRecord extends RecordEnvelope {
  kind: 'referral';
  client: string;
  direction: CodeOf<typeof REFERRAL_DIRECTION>;
  service: ReferralService;
  status: (typeof STATUSES)[number];
  /** Why it was revoked. */
  withdrawal?: { reason: CodeOf<typeof REFERRAL_WITHDRAWAL>; text?: string };
  /** When it was made. */
  at: string;
  /** Of one that comes in: where the client comes from. */
  source?: ReferralSource;
  /** Of one that goes out. */
  reason?: CodeOf<typeof REFERRAL_REASON>;
  organization?: string;
  facility?: string;
  /** Level of care that is asked for. */
  level?: LevelOfCare;
  /** Who of the program takes it, or makes it. */
  clinician?: string;
  diagnoses?: string[];
  episode?: string;
  /** Records of another Part 2 program came with it. */
  part2Records?: true;
  /** Of one that goes out: the consent that it rests on. */
  consent?: string;
  note?: string;
}

const STATUSES = ['active', 'completed', 'revoked', 'entered-in-error'] as const;

/** The label of what came from another program: once there it is nobody's to lower. */
const PART2_RECORDS: Coding = coding(ACT_CODE, '42CFRPart2', '42 CFR Part 2');

/** Referral to a peer support program. */
const PEER_SUPPORT = '461481000124109';

/** https://hl7.org/fhir/R4/extension-request-statusreason.html */
const STATUS_REASON = 'http://hl7.org/fhir/StructureDefinition/request-statusReason';

const schema = recordSchema(
  'referral',
  'A referral of a client to the program or by it',
  {
    client: keyOfA('client', 'Who is referred.'),
    direction: choice(codesOf(REFERRAL_DIRECTION), 'To the program (in) or by it (out).'),
    service: choice(codesOf(REFERRAL_SERVICE), 'What the client is referred to; of one that comes in, iop.'),
    status: choice(STATUSES, 'Where it stands.'),
    withdrawal: object(
      {
        reason: choice(codesOf(REFERRAL_WITHDRAWAL), 'Why.'),
        text: line('In words.', 500),
      },
      ['reason'],
      'Why it was revoked.',
    ),
    at: instant('When it was made.'),
    source: choice(codesOf(REFERRAL_SOURCE), 'Where the client comes from; only of one that comes in.'),
    reason: choice(codesOf(REFERRAL_REASON), 'Why; only of one that goes out.'),
    organization: organization('The other side, where the server knows it.'),
    facility: line('The other side by name.'),
    level: choice(codesOf(LEVEL_OF_CARE), 'Level of care that is asked for.'),
    clinician: keyOfA('clinician', 'Who of the program takes or makes it.'),
    diagnoses: set(keyOfA('diagnosis', 'What for.'), 'What for.', 20),
    episode: keyOfA('episode', 'The stay it belongs to.'),
    part2Records: mark('Records of another Part 2 program came with it; only of one that comes in.'),
    consent: keyOfA('consent', 'The consent that it rests on; only of one that goes out.'),
    note: prose('Note; no counselling notes, these have rules of their own.'),
  },
  ['client', 'direction', 'service', 'status', 'at'],
);

function check(record: ReferralRecord): Problem[] {
  const { direction, service, status, source, reason, withdrawal } = record;
  const comes = direction === 'in';
  return [
    ...unless((service === 'iop') === comes, 'service', 'does not fit the direction'),
    ...unless(comes || source === undefined, 'source', 'is for referrals to the program'),
    ...unless(!comes || source !== undefined, 'source', 'is missing'),
    ...unless(!comes || reason === undefined, 'reason', 'is for referrals by the program'),
    ...unless(comes || record.part2Records === undefined, 'part2Records', 'is for referrals to the program'),
    ...unless(!comes || record.consent === undefined, 'consent', 'is for referrals by the program'),
    ...unless(status !== 'revoked' || withdrawal !== undefined, 'withdrawal', 'is missing'),
    ...unless(
      status === 'revoked' || withdrawal === undefined,
      'withdrawal',
      'is there, but the referral is not revoked',
    ),
  ];
}

/** The type is stated, so that a name alone is never taken for a person's. */
function otherSide({ organization: id, facility }: ReferralRecord): Reference | undefined {
  if (id === undefined && facility === undefined) return undefined;
  const known = id === undefined ? {} : organizationReference(id);
  return { ...known, type: 'Organization', ...(facility === undefined ? {} : { display: facility }) };
}

function serviceConcept(service: ReferralService): CodeableConcept {
  const local = localConcept(REFERRAL_SERVICE, service);
  if (service !== 'peer-support') return local;
  return { coding: [...(local.coding ?? []), coding(SNOMED, PEER_SUPPORT, 'Referral to peer support')] };
}

function reasons({ source, reason }: ReferralRecord): CodeableConcept[] {
  return [
    ...(source === undefined ? [] : [localConcept(REFERRAL_SOURCE, source)]),
    ...(reason === undefined ? [] : [localConcept(REFERRAL_REASON, reason)]),
  ];
}

const withdrawn = ({ withdrawal }: ReferralRecord): Extension[] =>
  withdrawal === undefined
    ? []
    : [
        {
          url: STATUS_REASON,
          valueCodeableConcept: {
            ...localConcept(REFERRAL_WITHDRAWAL, withdrawal.reason),
            ...(withdrawal.text === undefined ? {} : { text: withdrawal.text }),
          },
        },
      ];

function toFhir(record: ReferralRecord, links: Links): Part[] {
  const program = organizationReference(record.program);
  const clinician = reference(record.clinician && links.to('clinician', record.clinician));
  const other = otherSide(record);
  const comes = record.direction === 'in';
  const performers = comes ? [clinician ?? program] : [other];
  const request: ServiceRequest = {
    resourceType: 'ServiceRequest',
    meta: record.part2Records === undefined ? undefined : { security: [PART2_RECORDS] },
    extension: [
      ...recordedExtension(record),
      ...withdrawn(record),
      ...extend(LABELLED_INBOUND, record.part2Records),
    ],
    identifier: [businessIdentifier(record)],
    status: record.status,
    intent: 'order',
    category: [localConcept(REFERRAL_DIRECTION, record.direction)],
    code: serviceConcept(record.service),
    orderDetail: record.level && [localConcept(LEVEL_OF_CARE, record.level)],
    subject: { reference: links.to('client', record.client) },
    authoredOn: record.at,
    requester: comes ? other : (clinician ?? program),
    performer: performers.filter(one => one !== undefined),
    reasonCode: reasons(record),
    reasonReference: record.diagnoses?.map(id => ({ reference: links.to('diagnosis', id) })),
    supportingInfo: [
      ...(record.episode === undefined ? [] : [{ reference: links.to('episode', record.episode) }]),
      ...(record.consent === undefined ? [] : [{ reference: links.to('consent', record.consent) }]),
    ],
    note: record.note === undefined ? undefined : [{ text: record.note }],
  };
  return [part('', request)];
}

/** What somebody else wrote says it by the standard code, and by who asks. */
const serviceIn = (code: CodeableConcept | undefined): ReferralService | undefined =>
  localCode(REFERRAL_SERVICE, code) ?? (codeIn(SNOMED, code) === PEER_SUPPORT ? 'peer-support' : undefined);
const directionBy = ({ requester }: Partial<ServiceRequest>, program: string): 'out' | undefined =>
  organizationKey(requester) === program ? 'out' : undefined;

function withdrawalOf(request: Partial<ServiceRequest>): ReferralRecord['withdrawal'] {
  const said = request.extension?.find(one => one.url === STATUS_REASON)?.valueCodeableConcept;
  const reason = localCode(REFERRAL_WITHDRAWAL, said);
  return reason === undefined ? undefined : prune({ reason, text: said?.text });
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): ReferralRecord {
  const request = partOf<ServiceRequest>(parts);
  const direction = localCode(REFERRAL_DIRECTION, request.category) ?? directionBy(request, names.program);
  const performer = request.performer?.[0];
  const [other, own] = direction === 'in' ? [request.requester, performer] : [performer, request.requester];
  return prune<ReferralRecord>({
    kind: 'referral',
    id,
    program: names.program,
    recordedAt: recordedAtOf(request),
    client: keyOf(names, 'client', request.subject),
    direction,
    service: serviceIn(request.code),
    status: STATUSES.find(one => one === request.status),
    withdrawal: withdrawalOf(request),
    at: request.authoredOn,
    source: localCode(REFERRAL_SOURCE, request.reasonCode),
    reason: localCode(REFERRAL_REASON, request.reasonCode),
    organization: organizationKey(other),
    facility: other?.display,
    level: localCode(LEVEL_OF_CARE, request.orderDetail),
    clinician: keyOf(names, 'clinician', own),
    diagnoses: keysOf(names, 'diagnosis', request.reasonReference),
    episode: keysOf(names, 'episode', request.supportingInfo)?.[0],
    part2Records: extensionValue(LABELLED_INBOUND, request) === true ? true : undefined,
    consent: keysOf(names, 'consent', request.supportingInfo)?.[0],
    note: request.note?.[0]?.text,
  });
}

export const referral: Concept<ReferralRecord> = {
  kind: 'referral',
  title: 'A referral of a client to the program or by it',
  schema,
  makes: ['ServiceRequest'],
  check,
  toFhir,
  fromFhir,
};
