// GET /iop/records/{kind}/{id}: a record of the program as FHIR says it now, in the form in which it is imported: to look
// at, to change, and to import again.
import type { Principal } from '../access/grant.ts';
import { parseBody } from '../fhir/body.ts';
import { notFound } from '../fhir/error.ts';
import type { AnyResource } from '../fhir/types.ts';
import type { RecordEnvelope } from '../iop/concept.ts';
import { conceptOf } from '../iop/concepts.ts';
import type { Version } from '../store/port.ts';
import { type Attempt, attempt } from './attempt.ts';
import type { Context } from './context.ts';
import { parsePartKey, recordKey } from './import/key.ts';
import { namesFrom, referencesIn } from './import/link.ts';
import { demandProgram } from './import.ts';
import { json } from './record-schema.ts';
import type { Reply } from './request.ts';

export interface RecordName {
  kind: string;
  /** The program's own key. */
  id: string;
  /** X-Request-Id. */
  request: string;
}

/** Throws `not-found` also where a part of it is hidden from the caller, `forbidden` for who is no program. */
export function showRecord(name: RecordName, context: Context, principal: Principal): Promise<Reply> {
  return attempt({ request: name.request, action: 'record' }, context, principal, async audit => {
    await demandProgram(context, principal);
    const { record, versions } = await readStanding(name, context, principal, audit.decide);
    await audit.record(versions);
    return json(record);
  });
}

async function readStanding(
  { kind, id }: RecordName,
  context: Context,
  { organization: program }: Principal,
  decide: Attempt['decide'],
): Promise<{ record: RecordEnvelope; versions: readonly Version[] }> {
  const concept = conceptOf(kind);
  if (concept === undefined) throw notFound();
  const grant = decide(concept.makes.map(type => ({ type, use: 'read' })));
  const key = recordKey({ program, kind, id });
  const entry = (await context.registry.imports([key])).get(key);
  if (entry === undefined) throw notFound();
  const versions: Version[] = [];
  const parts = new Map<string, AnyResource>();
  for (const part of entry.parts) {
    const version = await context.store.read(part.type, part.id, grant);
    if (version === undefined) throw notFound();
    versions.push(version);
    if (version.deleted) continue;
    const { role } = parsePartKey(part.key)!;
    parts.set(part.key.startsWith(`${key}|`) ? role : `amended/${role}`, parseBody(version.body).resource);
  }
  if (parts.size === 0) throw notFound();
  const named = new Set<string>();
  for (const resource of parts.values()) referencesIn(resource, context.base, named);
  const claims = await context.registry.claimsOf([...named]);
  return { record: concept.fromFhir(parts, namesFrom(program, claims, context.base), id), versions };
}
