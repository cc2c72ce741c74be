// Two worlds, equal but for the records of people who allowed the callers nothing, and what is asked of them.
import { readFileSync, statSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from '@jest/globals';
import { isOrderable } from '../../src/access/court-order.ts';
import { DIRECTORY_TYPES } from '../../src/access/directory.ts';
import { RECORD_KIND } from '../../src/fhir/counselling-note.ts';
import { RESOURCE_TYPES } from '../../src/fhir/resource-types.ts';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { extract } from '../../src/search/extract.ts';
import { openApp, type TestApp } from './app.ts';
import { clientEntry } from './client-entry.ts';
import { exampleFiles } from './examples.ts';
import { agreement, courtOrder, emergency } from './exceptions.ts';
import { wholeAnswer } from './leaks.ts';
import { type ClientKey, makeKey } from './oauth-client.ts';
import { PART2_SCOPE, part2Items } from './part2.ts';
import type { TestStore } from './stores.ts';

export const NOW = Date.UTC(2026, 8, 1);
const LARGEST_EXAMPLE = 30_000;

export interface World {
  app: TestApp;
  server: Server;
  url: string;
  owner: string;
  /** Of the client of the emergency department, which asks for its own tokens. */
  key: ClientKey;
  callers: Record<CallerName, string>;
}
export type CallerName =
  | 'payer'
  | 'ehr'
  | 'stranger'
  | (typeof WITHIN)[number]
  | (typeof EXCEPTED)[number]
  | (typeof READERS)[number];

/** Of the owner itself, from whom a scope, or the want of a CareTeam, hides the rest of its own record. */
export const WITHIN = ['tagged', 'personal', 'staff'] as const;
/** Who sees without a Consent what names that one person: in an emergency, by court order, acting for the person. */
export const EXCEPTED = ['emergency', 'court', 'kin'] as const;
/** A person of the owner's, and who audits a program beside it: they read the audit trail and what it tells. */
export const READERS = ['person', 'auditor'] as const;
const TAG = { system: 'urn:tags', code: 'shown' };

/** One hidden resource of every type that can name a person: the smallest official example that does. */
export function hiddenExamples(): AnyResource[] {
  const small = exampleFiles().filter(file => statSync(file).size < LARGEST_EXAMPLE);
  const found = new Map<string, { text: string; resource: AnyResource }>();
  for (const file of small) {
    const text = readFileSync(file, 'utf8');
    const resource = JSON.parse(text) as AnyResource;
    if (DIRECTORY_TYPES.has(resource.resourceType) || typeof resource.id !== 'string') continue;
    const known = found.get(resource.resourceType);
    const better =
      known === undefined ||
      (persons(known.resource) === 0 && persons(resource) > 0) ||
      (persons(resource) > 0 && text.length < known.text.length);
    if (better) found.set(resource.resourceType, { text, resource });
  }
  return [...found.values()].map(({ resource }) => resource);
}
export const persons = (resource: AnyResource): number => extract(resource).patients.length;

export const patient = (id: string): AnyResource => ({
  resourceType: 'Patient',
  id,
  name: [{ family: 'Invented', given: [id] }],
  birthDate: '1990-05-05',
  gender: 'female',
});
const coding = (system: string, code: string) => ({
  coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }],
});
export const recipient = (organization: string, purpose: string): JsonObject => ({
  type: 'permit',
  actor: [
    {
      role: coding('v3-ParticipationType', 'IRCP'),
      reference: { reference: `Organization/${organization}` },
    },
  ],
  purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: purpose }],
});
export const consent = (
  id: string,
  person: string,
  provision: JsonObject,
  status = 'active',
): AnyResource => ({
  resourceType: 'Consent',
  id,
  status,
  scope: coding('consentscope', 'patient-privacy'),
  category: [coding('consentcategorycodes', 'npp')],
  patient: { reference: `Patient/${person}` },
  ...part2Items('owner'),
  provision: { extension: PART2_SCOPE, ...provision },
});
const coverage = (id: string, person: string): AnyResource => ({
  resourceType: 'Coverage',
  id,
  status: 'active',
  beneficiary: { reference: `Patient/${person}` },
  payor: [{ reference: 'Organization/payer' }],
});
export const observation = (id: string, person: string, more: JsonObject = {}): AnyResource => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '19295-5' }], text: 'Opiates' },
  subject: { reference: `Patient/${person}` },
  effectiveDateTime: '2026-08-02',
  ...more,
});

/** In both worlds: a person the payer and the EHR may see, with references into what may be hidden. */
const SEEN: AnyResource[] = [
  patient('seen'),
  consent('seen-payer', 'seen', recipient('payer', 'HPAYMT')),
  coverage('seen-cov', 'seen'),
  {
    ...consent('seen-ehr', 'seen', recipient('ehr', 'TREAT')),
    performer: [{ reference: 'RelatedPerson/hidden-kin' }],
  },
  consent('seen-knower', 'seen', recipient('knower', 'TREAT')),
  {
    resourceType: 'CareTeam',
    id: 'seen-team',
    status: 'active',
    subject: { reference: 'Patient/seen' },
    participant: [{ member: { reference: 'Practitioner/one-of-the-staff' } }],
  },
  {
    resourceType: 'RelatedPerson',
    id: 'seen-kin',
    active: true,
    patient: { reference: 'Patient/seen' },
    relationship: [coding('v3-RoleCode', 'HPOWATT')],
  },
  observation('seen-obs', 'seen', {
    encounter: { reference: 'Encounter/hidden-visit' },
    performer: [{ reference: 'Patient/hidden' }],
  }),
  observation('seen-obs-2', 'seen', { derivedFrom: [{ reference: 'Observation/hidden-obs' }] }),
  {
    resourceType: 'Goal',
    id: 'seen-goal',
    lifecycleStatus: 'active',
    description: { text: 'Sleep' },
    subject: { reference: 'Patient/seen' },
    addresses: [{ reference: 'Condition/hidden-condition' }],
  },
];

/** In one world only. */
export function hidden(): AnyResource[] {
  return [...hiddenRecords(), ...hiddenExamples()];
}

export function hiddenRecords(): AnyResource[] {
  return [
    patient('hidden'),
    consent('hidden-other', 'hidden', recipient('somebody-else', 'TREAT')),
    consent('hidden-wrong-purpose', 'hidden', recipient('ehr', 'HPAYMT')),
    consent('hidden-payer-inactive', 'hidden', recipient('payer', 'HPAYMT'), 'inactive'),
    // It opens what another opens, and tells of somebody else besides.
    {
      ...consent('hidden-for-seen', 'seen', recipient('ehr', 'TREAT')),
      performer: [{ reference: 'Patient/hidden' }],
    },
    consent('hidden-knower', 'hidden', recipient('knower', 'TREAT')),
    {
      resourceType: 'RelatedPerson',
      id: 'hidden-kin',
      patient: { reference: 'Patient/hidden' },
      name: [{ text: 'A hidden name' }],
    },
    // Permits the payer, who does not pay.
    patient('hidden-no-member'),
    consent('hidden-no-member-payer', 'hidden-no-member', recipient('payer', 'HPAYMT')),
    observation('hidden-no-member-obs', 'hidden-no-member'),
    observation('hidden-obs', 'hidden', { hasMember: [{ reference: 'Observation/seen-obs' }] }),
    observation('hidden-both', 'seen', { performer: [{ reference: 'Patient/hidden' }] }),
    {
      resourceType: 'Encounter',
      id: 'hidden-visit',
      status: 'finished',
      class: { code: 'AMB' },
      subject: { reference: 'Patient/hidden' },
    },
    {
      resourceType: 'Condition',
      id: 'hidden-condition',
      code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'F11.20' }] },
      subject: { reference: 'Patient/hidden' },
    },
    {
      resourceType: 'Group',
      id: 'hidden-group',
      type: 'person',
      actual: true,
      member: [{ entity: { reference: 'Patient/seen' } }, { entity: { reference: 'Patient/hidden' } }],
    },
    {
      resourceType: 'Slot',
      id: 'hidden-slot',
      status: 'busy',
      schedule: { reference: 'Schedule/s' },
      start: '2026-08-02T18:00:00Z',
      end: '2026-08-02T21:00:00Z',
    },
  ];
}

export async function openWorld(store: TestStore, more: readonly AnyResource[]): Promise<World> {
  let made = 0;
  const app = await openApp({
    store,
    environment: { STAFF_ACCESS: 'careteam' },
    clock: () => NOW,
    ids: () => `made-${(made++).toString().padStart(6, '0')}`,
  });
  // An Organization that is no program: the rules for program records would refuse what names two people.
  // It is a Part 2 program: the notice, and whose consent it names, tell of nothing hidden either.
  await app.app.registry.putOrganization({ id: 'owner', prefix: '', program: false, part2: true });
  const owner = await app.token('owner', 'ehr');
  await app.app.registry.putOrganization({ id: 'beside', prefix: 'beside-', program: true, part2: true });
  const key = await makeKey('er-key');
  const excepted = await openExceptions(app, key);
  const callers = {
    ...excepted,
    person: await app.token('owner', 'patient', { patient: 'seen' }),
    auditor: await openAudit(app),
    payer: await app.token('payer', 'payer'),
    ehr: await app.token('ehr', 'ehr'),
    stranger: await app.token('stranger', 'ehr'),
    tagged: await app.token('owner', 'ehr', { scope: 'system/*.cruds?_tag=urn:tags|shown' }),
    personal: await app.token('owner', 'ehr', { scope: 'patient/*.cruds', patient: 'seen' }),
    staff: await app.token('owner', 'program', { scope: 'user/*.cruds', practitioner: 'one-of-the-staff' }),
  };
  const server = await new Promise<Server>(resolve => {
    const listening = app.app.http.listen(0, '127.0.0.1', () => resolve(listening));
    // See access-world.ts.
    listening.keepAliveTimeout = 0;
  });
  const world = {
    app,
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    owner,
    key,
    callers,
  };
  const shown = SEEN.map((resource): AnyResource => ({ ...resource, meta: { tag: [TAG] } }));
  for (const resource of [...shown, ...more]) {
    const put = await ask(world, world.owner, {
      method: 'PUT',
      path: `/${resource.resourceType}/${resource.id as string}`,
      body: resource,
    });
    if (!/^20[01] /.test(put))
      throw new Error(`${resource.resourceType}/${resource.id as string} was not written: ${put}`);
  }
  await writeBeside(world, more.length > 0);
  made = 0;
  return world;
}

/** What the auditor may see, and where something is hidden a note that it may not. */
async function writeBeside(world: World, all: boolean): Promise<void> {
  const system = await world.app.token('beside', 'program', { prefix: 'beside-' });
  const records = [patient('beside-a'), observation('beside-o', 'beside-a')];
  for (const body of records) {
    const path = `/${body.resourceType}/${body.id as string}`;
    const put = await ask(world, system, { method: 'PUT', path, body });
    if (!put.startsWith('201 ')) throw new Error(`${path} was not written: ${put}`);
  }
  const body = {
    resourceType: 'ClinicalImpression',
    meta: { tag: [{ system: RECORD_KIND.url, code: 'counselling-note' }] },
    status: 'completed',
    subject: { reference: 'Patient/beside-a' },
    assessor: { reference: 'Practitioner/beside-anna' },
    summary: 'A note',
  };
  const note = all ? await ask(world, system, { method: 'POST', path: '/ClinicalImpression', body }) : '201 ';
  if (!note.startsWith('201 ')) throw new Error(`The note was not written: ${note}`);
}

async function openAudit({ app }: TestApp): Promise<string> {
  const scope = 'system/*.rs';
  const entry = clientEntry('audit', {
    organization: 'beside',
    role: 'auditor',
    scope,
    purposes: ['HACCRED'],
  });
  const inForce = { from: NOW - 1, until: NOW + 1 };
  await app.registry.putClient(entry);
  await app.registry.putException(agreement('agreed', { program: 'beside', client: 'audit', ...inForce }));
  return app.sign({ client: 'audit', organization: 'beside', role: 'auditor', scope }, 900);
}

async function openExceptions(
  { app }: TestApp,
  key: ClientKey,
): Promise<Record<(typeof EXCEPTED)[number], string>> {
  const { registry } = app;
  const scope = 'system/*.cruds';
  const clients = {
    emergency: clientEntry('er', {
      organization: 'er',
      scope,
      purposes: ['BTG'],
      keys: { jwks: { keys: [key.publicJwk as never] } },
    }),
    court: clientEntry('court', { organization: 'lawyers', scope, purposes: ['HLEGAL'] }),
    kin: clientEntry('kin', {
      organization: 'owner',
      role: 'representative',
      scope,
      purposes: [],
      patient: 'seen',
      relatedPerson: 'seen-kin',
    }),
  };
  const of = { program: 'owner', patient: 'seen' };
  await registry.putException(emergency('now', { client: 'er', organization: 'er', ...of, record: 'told' }));
  const types = RESOURCE_TYPES.filter(isOrderable);
  const inForce = { from: NOW - 1, until: NOW + 1 };
  await registry.putException(courtOrder('order', { organization: 'lawyers', types, ...of, ...inForce }));
  const tokens: [string, string][] = [];
  for (const [name, entry] of Object.entries(clients)) {
    await registry.putClient(entry);
    const { id: client, organization, role } = entry;
    const stated = name === 'emergency' ? { emergency: { id: 'now', patient: 'seen' } } : {};
    tokens.push([name, await app.sign({ client, organization, role, scope, ...stated }, 900)]);
  }
  return Object.fromEntries(tokens) as Record<(typeof EXCEPTED)[number], string>;
}

export interface Asked {
  method: string;
  /** Below the FHIR base, or from /iop on. */
  path: string;
  body?: unknown;
  form?: string;
  headers?: Record<string, string>;
}

/** The whole answer as text. */
export async function ask(
  world: World,
  token: string,
  { method, path, body, form, headers = {} }: Asked,
): Promise<string> {
  const type = form === undefined ? 'application/fhir+json' : 'application/x-www-form-urlencoded';
  const sent =
    form ?? (body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  const answer = await fetch(`${world.url}${path.startsWith('/iop/') ? '' : '/fhir'}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(sent === undefined ? {} : { 'content-type': type }),
      ...headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
  });
  return wholeAnswer(answer.status, answer.headers, await answer.text());
}

export async function closeWorld({ server, app }: World): Promise<void> {
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
  await app.close();
}

/** Asks both worlds for each caller, and demands one answer. `plain`: what of an answer counts. */
export async function expectSame(
  { full, bare }: { full: World; bare: World },
  asked: Asked,
  who: readonly CallerName[],
  plain: (answer: string) => string = answer => answer,
): Promise<string[]> {
  const answers: string[] = [];
  for (const name of who) {
    const there = plain(await ask(full, full.callers[name], asked));
    const not = plain(await ask(bare, bare.callers[name], asked));
    const question = `${name} ${asked.method} ${asked.path}`;
    if (there !== not) {
      const at = [...there].findIndex((_, n) => there.slice(0, n + 1) !== not.slice(0, n + 1));
      const near = (text: string) => `${question}\n${text.slice(Math.max(0, at - 300), at + 600)}`;
      expect(near(there)).toBe(near(not));
    }
    answers.push(there);
  }
  return answers;
}
