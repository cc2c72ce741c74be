// Short words for what callers do in a world, and people with Consents of their own.
import { expect } from '@jest/globals';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import type { Asker } from '../access/naive.ts';
import { consent, coverage, patient, type Terms, terms, toEhr } from './access-records.ts';
import { ALL, type Answer, askerOf, type World } from './access-world.ts';

export const PROGRAM = askerOf('iop');
export const EHR = askerOf('ehr');
export const PAYER = askerOf('payer');
export const NEIGHBOUR = askerOf('neighbour');

/** Every kind of caller, with every scope. */
export const ASKERS: Readonly<Record<string, Asker>> = {
  'the owner': askerOf('iop'),
  'another program': askerOf('neighbour'),
  'the EHR': askerOf('ehr'),
  'the payer': askerOf('payer'),
  'the EHR as a payer': { organization: 'ehr', role: 'payer', scope: ALL },
  'the EHR for coordination of care': { ...askerOf('ehr'), purposes: ['COC'] },
  'the EHR for several things': { ...askerOf('ehr'), purposes: ['HRESCH', 'HLEGAL', 'TREAT'] },
  'the payer for eligibility': { ...askerOf('payer'), purposes: ['ELIGVER'] },
  'an unknown Organization': { organization: 'stranger', role: 'ehr', scope: ALL },
  'an auditor': { organization: 'auditor', role: 'auditor', scope: ALL },
  'an auditor of the owner': { organization: 'iop', role: 'auditor', scope: ALL },
  'an administrator': { organization: 'iop', role: 'admin', scope: ALL },
  'a representative': { organization: 'iop', role: 'representative', scope: ALL },
  'a patient': { organization: 'iop', role: 'patient', scope: ALL },
  'a patient who is known': { organization: 'iop', role: 'patient', scope: ALL, patient: 'to-ehr' },
  'a patient who permits nobody': { organization: 'iop', role: 'patient', scope: ALL, patient: 'none' },
  'a representative of one': { organization: 'iop', role: 'representative', scope: ALL, patient: 'to-ehr' },
};

export const nameOf = (resource: JsonObject) => `${String(resource.resourceType)}/${String(resource.id)}`;
export const idOf = (name: string) => name.split('/')[1]!;
const withoutId = ({ id: _id, ...body }: AnyResource): JsonObject => body;

/** Entries of a batch or transaction. */
export const posting = (resource: AnyResource, more: JsonObject = {}): JsonObject => ({
  resource: withoutId(resource),
  request: { method: 'POST', url: resource.resourceType, ...more },
});
export const putting = (resource: AnyResource): JsonObject => ({
  resource,
  request: { method: 'PUT', url: nameOf(resource) },
});
export const asking = (method: 'GET' | 'DELETE', url: string): JsonObject => ({ request: { method, url } });

export interface Callers {
  get(asker: Asker, path: string): Promise<Answer>;
  statusFor(asker: Asker, path: string): Promise<number>;
  /** The body as it is, to be changed and put back. */
  read(asker: Asker, path: string): Promise<AnyResource>;
  put(asker: Asker, body: AnyResource): Promise<Answer>;
  post(asker: Asker, resource: AnyResource, headers?: Record<string, string>): Promise<Answer>;
  remove(asker: Asker, path: string): Promise<Answer>;
  bundle(asker: Asker, type: 'batch' | 'transaction', ...entry: JsonObject[]): Promise<Answer>;
  /** Puts what must be taken. */
  keep(asker: Asker, body: AnyResource): Promise<void>;
  /** Creates what must be taken; `Type/id`. */
  create(asker: Asker, resource: AnyResource): Promise<string>;
  /** A new person of the program, whom the payer pays for; its Consents are `<person>-0`, `<person>-1`, ... */
  person(...consents: readonly Terms[]): Promise<string>;
  /** Ends the first Consent of a person. */
  revoke(person: string, written?: JsonObject): Promise<void>;
  /** Versions that the program's record and the EHR's own have of a type. */
  countAll(type: string): Promise<number[]>;
}

export function callersIn(world: () => World): Callers {
  let persons = 0;
  const ask: World['ask'] = (asker, asked) => world().ask(asker, asked);
  const get: Callers['get'] = (asker, path) => ask(asker, { path });
  const put: Callers['put'] = (asker, body) => ask(asker, { method: 'PUT', path: nameOf(body), body });
  const post: Callers['post'] = (asker, resource, headers = {}) =>
    ask(asker, { method: 'POST', path: resource.resourceType, body: withoutId(resource), headers });
  const keep: Callers['keep'] = async (asker, body) => {
    const answer = await put(asker, body);
    expect(answer.status < 300 ? '' : answer.text).toBe('');
  };
  return {
    get,
    put,
    post,
    keep,
    statusFor: async (asker, path) => (await get(asker, path)).status,
    read: async (asker, path) => (await get(asker, path)).body as AnyResource,
    remove: (asker, path) => ask(asker, { method: 'DELETE', path }),
    bundle: (asker, type, ...entry) =>
      ask(asker, { method: 'POST', path: '', body: { resourceType: 'Bundle', type, entry } }),
    create: async (asker, resource) => {
      const answer = await post(asker, resource);
      expect(answer.status === 201 ? '' : answer.text).toBe('');
      return nameOf(answer.body);
    },
    person: async (...consents) => {
      persons += 1;
      const id = `person-${persons}`;
      await keep(PROGRAM, patient(id));
      await keep(PROGRAM, coverage(`${id}-cov`, id));
      for (const [n, written] of consents.entries()) await keep(PROGRAM, consent(`${id}-${n}`, id, written));
      return id;
    },
    revoke: (id, written = toEhr) =>
      keep(PROGRAM, consent(`${id}-0`, id, { ...terms(written), status: 'inactive' })),
    countAll: async type => {
      const counts = [];
      for (const asker of [PROGRAM, EHR, PAYER]) {
        const { body } = await get(asker, `${type}/_history?_count=1000`);
        counts.push((body.entry as JsonObject[] | undefined)?.length ?? 0);
      }
      return counts;
    },
  };
}
