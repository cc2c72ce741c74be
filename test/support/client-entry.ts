import type { ClientEntry } from '../../src/store/registry.ts';

/** A client as the registry keeps it; without keys unless told. */
export const clientEntry = (id: string, parts: Partial<ClientEntry> = {}): ClientEntry => ({
  id,
  name: `The client ${id}`,
  organization: 'hosp',
  role: 'ehr',
  scope: 'system/*.rs',
  purposes: ['TREAT'],
  recipient: 'covered-entity',
  keys: { jwks: { keys: [] } },
  disabled: false,
  ...parts,
});
