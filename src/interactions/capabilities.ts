// What this server can do, told from the tables that do it. https://hl7.org/fhir/R4/capabilitystatement.html
import { RESOURCE_TYPES } from '../fhir/resource-types.ts';
import type { JsonObject } from '../fhir/types.ts';
import { paramsOf } from '../search/registry.ts';
import type { Context } from './context.ts';
import { definitionUrl } from './operation/definition.ts';
import type { Operation } from './operation/operation.ts';
import { OPERATIONS, operationsOf } from './operation/operations.ts';
import type { Reply } from './request.ts';

export const SOFTWARE = { name: 'iop-fhir', version: '0.1.0' };
/** When what follows last changed. */
const CHANGED = '2026-11-28';

/** Interactions of every type; test/http holds this list against the route table. */
export const TYPE_INTERACTIONS = [
  'read',
  'vread',
  'update',
  'delete',
  'history-instance',
  'history-type',
  'create',
  'search-type',
] as const;
export const SYSTEM_INTERACTIONS = ['transaction', 'batch', 'history-system'] as const;

/** Parameters that are no search parameters of the registry but criteria all the same. */
const COMMON = [
  { name: '_id', type: 'token', documentation: 'Logical id.' },
  { name: '_lastUpdated', type: 'date', documentation: 'When the current version was stored.' },
];

/** One is enough: a server has one base, and a second server in the same process only takes turns. */
let made: { base: string; cors: boolean; text: string } | undefined;

/** The same for every caller: it needs no token. */
export async function capabilities({ request }: { request: string }, context: Context): Promise<Reply> {
  await context.strangers.note({ request, action: 'capabilities', outcome: 'ok' });
  const { base, cors } = context;
  if (made?.base !== base || made.cors !== cors)
    made = { base, cors, text: JSON.stringify(statement(base, cors)) };
  return { status: 200, headers: {}, body: made.text };
}

function statement(base: string, cors: boolean): JsonObject {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: CHANGED,
    kind: 'instance',
    software: SOFTWARE,
    implementation: { description: 'FHIR facade of Intensive Outpatient Programs', url: base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    rest: [
      {
        mode: 'server',
        security: {
          extension: [oauthUris(base)],
          cors,
          service: [
            {
              coding: [
                {
                  system: 'http://terminology.hl7.org/CodeSystem/restful-security-service',
                  code: 'SMART-on-FHIR',
                },
              ],
              text: 'SMART on FHIR: bearer tokens with v2 scopes (system, user, patient; granular), v1 words understood',
            },
          ],
          description:
            'Every request needs a bearer token. What it shows is bounded by scope, role, ownership and the ' +
            'active Consents of the people concerned (42 CFR Part 2); what a caller may not see is answered as if it did not exist. ' +
            'What goes out of the record of a Part 2 program to somebody else carries the notice of 42 CFR 2.32 (header ' +
            'Redisclosure-Notice; in a searchset an outcome entry besides) and by whose consent it went (header Consent-Reference). ' +
            "Of others' records payers, and whoever asks for another purpose than treatment, get what billing and utilization " +
            'review need: narrative, notes, free text and addresses are withheld, the resource is tagged SUBSETTED, and a search ' +
            'parameter, order, include or criterion that reads what is withheld is refused (403). ' +
            'Without a consent records are seen in a medical emergency that the token request states (2.51), by an agreement on ' +
            'an audit (2.53; header Audit-Agreement), by a court order with a subpoena (2.61-2.67), and by the person or who acts ' +
            'for the person (2.23, 2.14, 2.15).',
        },
        resource: RESOURCE_TYPES.map(resourceOf),
        interaction: SYSTEM_INTERACTIONS.map(code => ({ code })),
        operation: OPERATIONS.filter(one => one.on === 'system').map(operationOf),
      },
    ],
  };
}

/** For clients that look here rather than in the SMART configuration. https://hl7.org/fhir/smart-app-launch/1.0.0/conformance */
function oauthUris(base: string): JsonObject {
  const root = base.replace(/\/fhir$/, '');
  return {
    url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
    extension: ['token', 'introspect', 'revoke'].map(url => ({ url, valueUri: `${root}/oauth/${url}` })),
  };
}

/** What a type does here beyond what FHIR says of it. */
const DOCUMENTATION: Readonly<Record<string, string>> = {
  Appointment:
    "In a program's record one that names a Slot of the program takes a seat there (booked, arrived, checked-in, fulfilled, " +
    'noshow) or waits for one (waitlist); without a seat the answer is 409. Who waits is booked by the program when a seat is ' +
    'free, in the order of coming. Another Slot is a move in one step.',
  Slot: 'Of a program with seats: status is free while seats are left, else busy. Free ones are shown to everybody.',
};

function resourceOf(type: string): JsonObject {
  const params = paramsOf(type);
  const references = params.filter(param => param.type === 'reference');
  const reverse = reverseIncludes().get(type) ?? [];
  return {
    type,
    profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
    ...(DOCUMENTATION[type] === undefined ? {} : { documentation: DOCUMENTATION[type] }),
    interaction: TYPE_INTERACTIONS.map(code => ({ code })),
    versioning: 'versioned-update',
    readHistory: true,
    updateCreate: true,
    conditionalCreate: true,
    conditionalRead: 'not-match',
    conditionalUpdate: true,
    conditionalDelete: 'not-supported',
    referencePolicy: ['literal', 'local'],
    ...(references.length === 0 ? {} : { searchInclude: references.map(param => `${type}:${param.code}`) }),
    ...(reverse.length === 0 ? {} : { searchRevInclude: reverse }),
    operation: operationsOf(type).map(operationOf),
    searchParam: [...COMMON, ...params.map(param => ({ name: param.code, type: param.type }))],
  };
}

const operationOf = (operation: Operation): JsonObject => ({
  name: operation.name,
  definition: definitionUrl(operation),
});

let reversed: ReadonlyMap<string, string[]> | undefined;

/** Type -> `Source:param` of the reference parameters that name it among their targets. */
function reverseIncludes(): ReadonlyMap<string, string[]> {
  if (reversed !== undefined) return reversed;
  const map = new Map<string, string[]>();
  for (const source of RESOURCE_TYPES) {
    for (const { code, type, targets } of paramsOf(source)) {
      if (type !== 'reference') continue;
      for (const target of targets) map.set(target, [...(map.get(target) ?? []), `${source}:${code}`]);
    }
  }
  reversed = map;
  return map;
}
