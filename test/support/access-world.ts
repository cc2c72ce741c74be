// The story of access-story.ts told to a whole server, and kept beside it as the plain list of facts that
// the naive rules are worked out from.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { App } from '../../src/app.ts';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { type Asker, type Fact, type Facts, ownerOf } from '../access/naive.ts';
import { NOW } from './access-records.ts';
import type { Step, Writer } from './access-story.ts';
import { openApp, registerStaff } from './app.ts';
import { clientEntry } from './client-entry.ts';
import { emergency } from './exceptions.ts';
import type { TestStore } from './stores.ts';

export const ALL = 'system/*.cruds';
const WRITERS: Readonly<Record<Writer, Asker & { prefix: string }>> = {
  iop: { organization: 'iop', role: 'program', scope: ALL, prefix: '' },
  neighbour: { organization: 'neighbour', role: 'program', scope: ALL, prefix: 'neighbour-' },
  ehr: { organization: 'ehr', role: 'ehr', scope: ALL, prefix: 'ehr-' },
  payer: { organization: 'payer', role: 'payer', scope: ALL, prefix: 'payer-' },
};
export const askerOf = (writer: Writer, scope = ALL): Asker => {
  const { organization, role } = WRITERS[writer];
  return { organization, role, scope };
};

export interface Asked {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the FHIR base. */
  path: string;
  body?: JsonObject;
  headers?: Record<string, string>;
}
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: JsonObject;
}

export interface World {
  facts: Facts;
  ask(asker: Asker, asked: Asked): Promise<Answer>;
  /** Moves the clock of server and facts, ms since the epoch. */
  setNow(now: number): void;
  close(): Promise<void>;
}

/** On a file, unless `store` says otherwise; `careTeams`: staff see the people on whose CareTeam they are. */
export async function openWorld(
  story: readonly Step[] = [],
  store?: TestStore,
  careTeams = false,
): Promise<World> {
  const facts: Facts = { all: [], now: NOW, careTeams };
  const environment = { STAFF_ACCESS: careTeams ? 'careteam' : 'program' };
  const clock = () => facts.now;
  const app = await openApp({ clock, environment, ...(store === undefined ? {} : { store }) });
  for (const { organization, role, prefix } of Object.values(WRITERS))
    await app.token(organization, role, { prefix });
  const server = await new Promise<Server>(resolve => {
    const made = app.app.http.listen(0, '127.0.0.1', () => resolve(made));
    // Client and server share a process: where it is busy for seconds an idle connection would end under a request.
    made.keepAliveTimeout = 0;
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`;
  const tokens = new Map<string, Promise<string>>();
  const makeToken = async (asker: Asker): Promise<string> => {
    const { organization, role, scope, patient, practitioner, purposes, emergency: stated } = asker;
    if (stated !== undefined) return emergencyToken(app.app, asker, stated);
    const about = { ...(patient === undefined ? {} : { patient }), ...(purposes && { purposes }) };
    const client = [organization, role, practitioner, purposes?.join('-')]
      .filter(part => part !== undefined)
      .join('-');
    const token = await app.app.sign({ client, organization, role, scope, ...about }, 7 * 86_400);
    if (purposes !== undefined) {
      const { registry } = app.app;
      await registry.putClient({ ...(await registry.client(client))!, purposes });
    }
    if (practitioner !== undefined) await registerStaff(app.app, client, practitioner);
    return token;
  };
  const tokenOf = (asker: Asker): Promise<string> => {
    const { organization, role, scope, patient, practitioner, purposes, emergency: stated } = asker;
    const key = `${organization} ${role} ${scope} ${patient} ${practitioner} ${purposes?.join()} ${stated}`;
    const token = tokens.get(key) ?? makeToken(asker);
    tokens.set(key, token);
    return token;
  };
  const ask = async (asker: Asker, { method = 'GET', path, body, headers = {} }: Asked): Promise<Answer> => {
    const answer = await fetch(`${base}/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await tokenOf(asker)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: text === '' ? {} : (JSON.parse(text) as JsonObject),
    };
  };
  const world: World = {
    facts,
    ask,
    setNow: now => {
      facts.now = now;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
      await app.close();
    },
  };
  for (const bundle of bundlesOf(story)) await tell(world, bundle);
  return world;
}

/** Of an emergency that was stated about somebody of the program's. */
async function emergencyToken(app: App, { organization, scope }: Asker, patient: string): Promise<string> {
  const client = `${organization}-emergency`;
  const entry = { client, organization, patient, program: 'iop', record: 'emergency-told' };
  await app.registry.putClient(clientEntry(client, { organization, scope, purposes: ['BTG'] }));
  await app.registry.putException(emergency('stated', entry));
  return app.sign({ client, organization, role: 'ehr', scope, emergency: { id: 'stated', patient } }, 900);
}

/** Steps of one writer after another that write no resource twice: each a transaction. */
function bundlesOf(story: readonly Step[]): Step[][] {
  const bundles: Step[][] = [];
  let names = new Set<string>();
  for (const step of story) {
    const last = bundles.at(-1);
    if (last === undefined || last[0]!.writer !== step.writer || names.has(nameOf(step))) {
      bundles.push([step]);
      names = new Set([nameOf(step)]);
    } else {
      last.push(step);
      names.add(nameOf(step));
    }
  }
  return bundles;
}

const nameOf = (step: Step): string =>
  'put' in step ? `${step.put.resourceType}/${String(step.put.id)}` : step.remove;

async function tell(world: World, steps: readonly Step[]): Promise<void> {
  const writer = askerOf(steps[0]!.writer);
  const entry = steps.map(step =>
    'put' in step
      ? { resource: step.put, request: { method: 'PUT', url: nameOf(step) } }
      : { request: { method: 'DELETE', url: step.remove } },
  );
  const body = { resourceType: 'Bundle', type: 'transaction', entry };
  const answer = await world.ask(writer, { method: 'POST', path: '', body });
  if (answer.status !== 200) throw new Error(`The story was not taken: ${answer.text}`);
  for (const step of steps)
    noteWrite(world.facts, writer, nameOf(step), 'put' in step ? step.put : undefined);
}

/** Keeps a write that the server took; without a resource a deletion. */
export function noteWrite(facts: Facts, writer: Asker, name: string, resource?: AnyResource): void {
  const [type, id] = name.split('/') as [string, string];
  const version = { writer: writer.organization, ...(resource === undefined ? {} : { resource }) };
  const fact = facts.all.find(one => one.type === type && one.id === id);
  if (fact !== undefined) fact.versions.push(version);
  else facts.all.push({ type, id, owner: ownerOf(facts, writer, resource!), versions: [version] });
}

export const factOf = (facts: Facts, name: string): Fact =>
  facts.all.find(fact => `${fact.type}/${fact.id}` === name)!;

/** Runs work on each of many, a few at a time. */
export async function each<T>(many: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const queue = many.values();
  const one = async () => {
    for (const next of queue) await work(next);
  };
  await Promise.all(Array.from({ length: 24 }, one));
}
