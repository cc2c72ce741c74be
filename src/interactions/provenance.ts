// Who wrote what into a program's record: a Provenance beside every version that another Organization
// wrote there, and every one in which a label was taken off. It belongs to the record's owner; the writer can neither change nor remove it.
// https://hl7.org/fhir/R4/provenance.html
import type { Principal } from '../access/grant.ts';
import { composeBody, fromResource, instantOf } from '../fhir/body.ts';
import type { JsonObject } from '../fhir/types.ts';
import type { WriteOp } from '../store/port.ts';
import type { Context } from './context.ts';

/**
 * The op that records it, for op number `at`; none for deletes and reads. Whose record a resource is part
 * of is known only in the commit, so the store makes it only where the write did join another's.
 */
export function witnessOf(op: WriteOp, at: number, context: Context, principal: Principal): WriteOp[] {
  if (op.kind !== 'create' && op.kind !== 'update') return [];
  const witness = (more: JsonObject): Extract<WriteOp, { kind: 'create' }> => {
    const id = context.ids();
    const body = fromResource({
      resourceType: 'Provenance',
      target: [{ reference: op.marker ?? `${op.type}/${op.id}` }],
      recorded: instantOf(context.clock() * 1000),
      ...more,
      agent: [{ who: { reference: `Organization/${principal.organization}` } }],
    });
    return { kind: 'create', type: 'Provenance', id, body: composeBody(body, id), witness: at };
  };
  if (principal.declassify !== true || op.kind === 'create') return [witness({})];
  return [witness({}), { ...witness({ activity: { text: LOWERED } }), lowered: true }];
}

const LOWERED = 'Security labels were taken off.';
