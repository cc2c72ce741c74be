// What goes out of a resource: as the Organization there may see it, in words of the other server. It is asked for as that
// Organization, by a search of its own: its Consents, labels, notes and restrictions decide as for any caller, and the audit
// trail says that it went out.
import type { Principal } from '../access/grant.ts';
import { parseScopes } from '../access/scope.ts';
import { parseJson, parseLossless } from '../fhir/json.ts';
import type { AnyResource, Json, JsonObject } from '../fhir/types.ts';
import { handle } from '../interactions/handle.ts';
import { sameJson } from '../interactions/import/canonical.ts';
import { namedIn, ownSystem, toTheirs } from './references.ts';
import type { Run } from './run.ts';

/** What goes out, as it is written there. */
export interface Parcel {
  /** Our version. */
  version: number;
  resource: JsonObject;
  /** 42 CFR 2.32: goes with it. */
  headers: Record<string, string>;
}

/** The caller that this Organization is here. */
export const asOrganization = ({
  entry,
  principalOf,
}: Pick<Run, 'entry' | 'principalOf'>): Promise<Principal> =>
  principalOf({
    client: `sync-${entry.name}`,
    organization: entry.organization,
    role: 'ehr',
    recipient: entry.recipient,
    scopes: parseScopes('system/*.rs'),
    purposes: ['TREAT'],
  });

/** Undefined: that Organization may not see it, or it is not there any more. */
export async function parcelOf(run: Run, key: string): Promise<Parcel | undefined> {
  const { context } = run;
  const [type, id] = key.split('/') as [string, string];
  const request = { kind: 'search', type, query: `_id=${id}`, prefer: {}, request: context.ids() } as const;
  const reply = await handle(request, context, await asOrganization(run));
  const text = reply.body ?? '{}';
  const bundle = parseLossless(text, parseJson(text)) as { entry?: { resource?: AnyResource }[] };
  const found = (bundle.entry ?? [])
    .map(one => one.resource)
    .find(one => one?.resourceType === type && one.id === id);
  if (found === undefined) return undefined;
  const notices = ['Redisclosure-Notice', 'Consent-Reference'].flatMap(name => {
    const value = reply.headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    version: Number((found.meta as JsonObject).versionId),
    resource: await inTheirWords(run, found),
    headers: Object.fromEntries(notices),
  };
}

/** Labels stay; what else our housekeeping says goes. */
async function inTheirWords(run: Run, resource: AnyResource): Promise<JsonObject> {
  const { entry, context } = run;
  const { resourceType: type, id, meta, identifier, ...rest } = resource;
  const { security } = (meta ?? {}) as JsonObject;
  const system = ownSystem(entry.program);
  const given = Array.isArray(identifier) ? identifier : [];
  const known = await theirsOf(run, [...namedIn(rest, context.base)]);
  const sides = { from: context.base, to: entry.base, known: (name: string) => known.get(name) };
  return {
    resourceType: type,
    ...(security === undefined ? {} : { meta: { security } }),
    identifier: [...given, { system, value: `${type}/${id}` }] as Json,
    ...toTheirs(rest as JsonObject, sides, system),
  };
}

/** `Type/id` here -> there. */
async function theirsOf({ state, people }: Run, names: readonly string[]): Promise<Map<string, string>> {
  const [sent, came] = await Promise.all([state.many('sent', names), state.many('came', names)]);
  const found = new Map<string, string>();
  for (const name of names) {
    const [type, id] = name.split('/') as [string, string];
    const there = type === 'Patient' ? people.remoteOf(id) : (sent.get(name)?.id ?? came.get(name)?.id);
    if (there !== undefined) found.set(name, `${type}/${there}`);
  }
  return found;
}

/** Is it there as we would write it, with all labels? What the other server adds of its own to meta is its business. */
export function holds(there: JsonObject, ours: JsonObject): boolean {
  const { id: _i, meta: theirMeta, ...theirs } = there;
  const { id: _o, meta: ourMeta, ...own } = JSON.parse(JSON.stringify(ours)) as JsonObject;
  const labels = (meta: Json | undefined) =>
    ((meta as JsonObject | undefined)?.security ?? []) as JsonObject[];
  const labelled = labels(ourMeta).every(one =>
    labels(theirMeta).some(other => other.system === one.system && other.code === one.code),
  );
  return labelled && sameJson(theirs, own);
}
