// What an action is in the words of FHIR R4 and of IHE Basic Audit Log Patterns (BALP 1.1).
// https://profiles.ihe.net/ITI/BALP/ https://hl7.org/fhir/R4/auditevent.html
import { codeSystemUrl } from '../fhir/canonical.ts';

export interface Code {
  system: string;
  code: string;
}

const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
const REST: Code = { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' };
const restful = (code: string): Code => ({ system: 'http://hl7.org/fhir/restful-interaction', code });

const SOURCE: Code = { system: DCM, code: '110153' };
const DESTINATION: Code = { system: DCM, code: '110152' };
const APPLICATION: Code = { system: DCM, code: '110150' };
const CUSTODIAN: Code = {
  system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
  code: 'custodian',
};
const RECIPIENT: Code = { system: PARTICIPATION, code: 'IRCP' };
const AUTHOR: Code = { system: PARTICIPATION, code: 'AUT' };

export const DISCLOSE: Code = {
  system: 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle',
  code: 'disclose',
};
export const PURPOSE = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
export const ENTITY = {
  person: { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code: '1' },
  object: { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code: '2' },
  request: {
    system: 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType',
    code: 'XrequestId',
  },
} as const;
const ROLE = 'http://terminology.hl7.org/CodeSystem/object-role';
export const OBJECT_ROLE = {
  patient: { system: ROLE, code: '1' },
  domain: { system: ROLE, code: '4' },
  query: { system: ROLE, code: '24' },
} as const;

/** type, subtype and action of an event, and what its client, server and user are in it. */
export interface EventKind {
  type: Code;
  subtype?: Code;
  action: 'C' | 'R' | 'U' | 'D' | 'E';
  client: Code;
  server: Code;
  user: Code;
  /** Parameters were searched by. */
  query?: true;
  /** Something of the store went out. */
  reads?: true;
}

/** Data go from the server to the client (`reads`), or the other way; BALP turns it round for what asks a question. */
const READING = { client: DESTINATION, server: SOURCE, user: RECIPIENT, reads: true } as const;
const ASKING = { client: SOURCE, server: DESTINATION, user: RECIPIENT, reads: true } as const;
const WRITING = { client: SOURCE, server: DESTINATION, user: AUTHOR } as const;
/** It is told by another row that something went out. */
const WRITTEN_DOWN = { client: DESTINATION, server: SOURCE, user: RECIPIENT } as const;
const rest = (code: string, action: EventKind['action']) => ({ type: REST, subtype: restful(code), action });

const KINDS: Readonly<Record<string, EventKind>> = {
  read: { ...rest('read', 'R'), ...READING },
  vread: { ...rest('vread', 'R'), ...READING },
  history: { ...rest('history', 'E'), ...ASKING, query: true },
  search: { ...rest('search', 'E'), ...ASKING, query: true },
  page: { type: REST, action: 'E', ...ASKING },
  create: { ...rest('create', 'C'), ...WRITING },
  update: { ...rest('update', 'U'), ...WRITING },
  delete: { ...rest('delete', 'D'), client: APPLICATION, server: CUSTODIAN, user: AUTHOR },
  batch: { ...rest('batch', 'E'), ...WRITING },
  transaction: { ...rest('transaction', 'E'), ...WRITING },
  bundle: { type: REST, action: 'E', ...WRITING },
  capabilities: { ...rest('capabilities', 'E'), ...ASKING },
  request: { type: REST, action: 'E', ...ASKING },
  // The program's door: an operation that asks, and an import.
  'client-view': { ...rest('operation', 'E'), ...ASKING },
  'client-timeline': { ...rest('operation', 'E'), ...ASKING },
  'client-progress': { ...rest('operation', 'E'), ...ASKING },
  'client-summary': { ...rest('operation', 'E'), ...ASKING },
  census: { ...rest('operation', 'E'), ...ASKING },
  'explain-access': { ...rest('operation', 'E'), ...ASKING },
  accounting: { ...rest('operation', 'E'), ...ASKING },
  disclosures: { ...rest('operation', 'E'), ...ASKING },
  'validate-part2': { ...rest('operation', 'E'), ...ASKING },
  'breach-impact': { ...rest('operation', 'E'), ...ASKING },
  'consent-form': { ...rest('operation', 'E'), ...ASKING },
  letter: { ...rest('operation', 'E'), ...ASKING },
  record: { ...rest('operation', 'E'), ...ASKING },
  schema: { ...rest('operation', 'E'), ...ASKING },
  // Beside the row of the request that it went out by.
  'through-intermediary': {
    type: { system: DCM, code: '110106' },
    subtype: DISCLOSE,
    action: 'R',
    ...WRITTEN_DOWN,
  },
  // The server in the name of a program: who waits moves up.
  booking: { ...rest('update', 'U'), ...WRITING },
  import: { type: { system: DCM, code: '110107' }, action: 'C', ...WRITING },
  // https://hl7.org/fhir/R4/auditevent-example-login.html
  token: { type: { system: DCM, code: '110114' }, action: 'E', ...ASKING },
};

/** Words of rows that the README lists; what is none of these is an act on the server itself. */
export const ACTIONS: readonly string[] = Object.keys(KINDS);

/** `subtype` of an act on the server: the row's own word. */
export const AUDIT_ACTION = {
  name: 'audit-action',
  url: codeSystemUrl('audit-action'),
  title: 'Acts on the server',
  description: 'What was done to the server itself, as a row of the audit trail calls it.',
  codes: {
    'program-add': "A program's Organization was made",
    'client-add': 'A client was registered',
    'client-change': 'A client was registered anew',
    'client-rotate': 'A client was given other keys',
    'client-disable': 'A client was shut out',
    'client-enable': 'A client was let in again',
    'keys-rotate': 'The server was given another signing key',
    'import-start': 'An import of records began',
    'import-end': 'An import of records ended',
    'emergency-review': 'An emergency was looked into',
    'agreement-add': 'An agreement on an audit was written down',
    'agreement-end': 'An agreement on an audit was ended',
    'court-order-add': 'A court order was written down',
    'court-order-end': 'A court order was ended',
    'sync-add': 'Another server to sync with was made known',
    'sync-remove': 'It was forgotten, with all that was kept of the sync',
    'sync-match': 'Somebody said who a person of another server is, or is not',
    'sync-start': 'A sync with another server began',
    'sync-end': 'A sync with another server ended',
    migrate: 'A store was moved, or its schema brought forward',
    introspect: 'A token was asked about',
    revoke: 'A token was ended',
  },
} as const;

/** An act on the server. */
export type AuditAct = keyof typeof AUDIT_ACTION.codes;

export const kindOf = (action: string): EventKind =>
  Object.hasOwn(KINDS, action)
    ? KINDS[action]!
    : {
        type: { system: DCM, code: '110100' },
        subtype: { system: AUDIT_ACTION.url, code: action },
        action: 'E',
        ...WRITING,
      };
