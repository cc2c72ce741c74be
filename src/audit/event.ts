// A part of a row as an AuditEvent in the shape of IHE BALP. What BALP wants and no row keeps is the client's
// network address, so no event claims its profiles. Pure.

import { instantOf } from '../fhir/body.ts';
import { ERRORS, type ErrorCode } from '../fhir/error.ts';
import type { AnyResource, JsonObject } from '../fhir/types.ts';
import type { AuditEntry } from '../store/port/audit.ts';
import { type Code, DISCLOSE, ENTITY, type EventKind, kindOf, OBJECT_ROLE, PURPOSE } from './event-codes.ts';
import type { Part } from './part.ts';

/** `base`: the server's FHIR base URL. */
export function eventOf(row: AuditEntry, part: Part, id: string, base: string): AnyResource {
  const kind = kindOf(row.action);
  const subtype = [
    ...(kind.subtype === undefined ? [] : [kind.subtype]),
    ...(part.disclosed ? [DISCLOSE] : []),
  ];
  const entities = entitiesOf(row, part, kind);
  return {
    resourceType: 'AuditEvent',
    id,
    meta: {},
    type: { ...kind.type },
    ...(subtype.length === 0 ? {} : { subtype: subtype.map(one => ({ ...one })) }),
    action: kind.action,
    recorded: instantOf(row.at),
    ...outcomeOf(row.outcome),
    agent: agentsOf(row, kind, base),
    source: { observer: serverOf(base) },
    ...(entities.length === 0 ? {} : { entity: entities }),
  };
}

/** https://hl7.org/fhir/R4/valueset-audit-event-outcome.html: 4 the caller's fault, 8 ours. */
function outcomeOf(outcome: string): JsonObject {
  if (outcome === 'ok') return { outcome: '0' };
  const ours = Object.hasOwn(ERRORS, outcome) && ERRORS[outcome as ErrorCode].status >= 500;
  return { outcome: ours ? '8' : '4', outcomeDesc: outcome };
}

const serverOf = (base: string): JsonObject => ({ identifier: { value: base } });
const concept = (code: Code): JsonObject => ({ coding: [{ ...code }] });

function agentsOf(
  { client, organization, purpose, user: person, intermediary }: AuditEntry,
  kind: EventKind,
  base: string,
): JsonObject[] {
  const user = {
    type: concept(kind.user),
    who: { reference: `Organization/${organization}` },
    requestor: person === undefined,
    ...(purpose === undefined
      ? {}
      : { purposeOfUse: purpose.map(code => concept({ system: PURPOSE, code })) }),
  };
  const name = client === '' ? 'unknown' : client;
  return [
    { type: concept(kind.client), who: { identifier: { value: name } }, altId: name, requestor: false },
    {
      type: concept(kind.server),
      who: serverOf(base),
      requestor: false,
      network: { address: base, type: '5' },
    },
    ...(organization === '' ? [] : [user]),
    ...(person === undefined
      ? []
      : [{ type: concept(kind.user), who: { reference: person }, requestor: true }]),
    // Through whom: R4 has no verified word for its part in it.
    ...(intermediary === undefined
      ? []
      : [{ who: { reference: `Organization/${intermediary}` }, requestor: false }]),
  ];
}

function entitiesOf(row: AuditEntry, part: Part, kind: EventKind): JsonObject[] {
  const { patient } = part;
  return [
    ...(row.request === ''
      ? []
      : [{ what: { identifier: { value: row.request } }, type: { ...ENTITY.request } }]),
    ...(patient === undefined
      ? []
      : [entity({ reference: `Patient/${patient}` }, ENTITY.person, OBJECT_ROLE.patient)]),
    ...(kind.query === true
      ? [{ type: { ...ENTITY.object }, role: { ...OBJECT_ROLE.query }, query: queryOf(row) }]
      : []),
    ...dataOf(row, part).map(what => entity(what, ENTITY.object, OBJECT_ROLE.domain)),
  ];
}

const entity = (what: JsonObject, type: Code, role: Code): JsonObject => ({
  what,
  type: { ...type },
  role: { ...role },
});

/**
 * What went out or was written. What was asked for and not given is known to those who asked and to nobody
 * else; there may be no such thing, so it is named and not referred to.
 */
function dataOf({ type, id }: AuditEntry, { versions, own }: Part): JsonObject[] {
  if (versions.length === 0 && own && type !== undefined && id !== undefined)
    return [{ type, identifier: { value: id } }];
  return versions.map(version => ({ reference: referenceOf(version) }));
}

/** `Type/id/version` as a reference to that version. */
function referenceOf(version: string): string {
  const [type, id, number] = version.split('/');
  return `${type}/${id}/_history/${number}`;
}

/** The names of the parameters: their values are not kept. */
const queryOf = ({ type = '', params = [] }: AuditEntry): string =>
  Buffer.from(params.length === 0 ? `/${type}` : `/${type}?${params.join('&')}`).toString('base64');
