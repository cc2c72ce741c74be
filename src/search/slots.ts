// By what the Appointments of a Slot are found.
import { canonicalSystem } from '../fhir/code-system.ts';
import type { Clause } from './ast.ts';
import { foldCode } from './param/token.ts';
import { paramOf } from './registry.ts';

/** Each alone: those that name the Slot, and those that have an identifier of its session. */
export function clausesOfSlot(
  id: string,
  identifiers: readonly { system: string; value: string }[],
): Clause[] {
  const [slot, identifier] = ['slot', 'identifier'].map(code => paramOf('Appointment', code)!);
  const tokens = identifiers.map(({ system, value }) => ({
    kind: 'token' as const,
    system: canonicalSystem(system),
    code: foldCode(value),
  }));
  return [
    { kind: 'param', param: slot!, values: [{ kind: 'reference', keys: [`Slot/${id}`] }] },
    ...(tokens.length === 0 ? [] : [{ kind: 'param' as const, param: identifier!, values: tokens }]),
  ];
}
