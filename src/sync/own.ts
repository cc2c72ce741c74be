// What of the program's own record a sync looks at and writes: as the program, by the same way as everybody, with a row
// in the audit trail. What other Organizations own is left out, also where a person permitted the program to see it.
import type { Principal } from '../access/grant.ts';
import { FhirError } from '../fhir/error.ts';
import type { AnyResource, JsonObject } from '../fhir/types.ts';
import { type Attempt, attempt } from '../interactions/attempt.ts';
import type { Context } from '../interactions/context.ts';
import { handle } from '../interactions/handle.ts';
import { paramNames, readSearch } from '../interactions/search.ts';
import type { Cursor } from '../search/ast.ts';
import { planSearch } from '../search/plan.ts';
import type { Version } from '../store/port.ts';

/** The caller that a command makes; see app.ts. */
export type PrincipalOf = (caller: Omit<Principal, 'idSpace'>) => Promise<Principal>;

export interface OwnRecord {
  /** The current version; undefined where there is none, or it was deleted. */
  read(type: string, id: string): Promise<Version | undefined>;
  vread(type: string, id: string, version: number): Promise<Version | undefined>;
  /** Current versions that match, page by page. */
  search(type: string, query: string): AsyncGenerator<readonly Version[]>;
  /** A transaction. Resolves to id and version of its first entry. */
  write(entries: readonly JsonObject[]): Promise<{ id: string; version: number }>;
}

const PAGE = 500;

/** `as`: asked for every time, since what a caller belongs to may change. */
export function ownRecord(context: Context, program: string, as: () => Promise<Principal>): OwnRecord {
  const look = async (
    subject: { action: 'read' | 'vread' | 'search'; type: string; id?: string },
    find: (audit: Attempt) => Promise<readonly Version[]>,
  ): Promise<readonly Version[]> => {
    const answer = await attempt({ request: context.ids(), ...subject }, context, await as(), async audit => {
      const carries = await find(audit);
      return { status: 200, headers: {}, carries };
    });
    return 'carries' in answer ? (answer.carries ?? []) : [];
  };
  const mine = (versions: readonly (Version | undefined)[]): Version[] =>
    versions.filter((one): one is Version => one?.owner === program && !one.deleted);
  return {
    read: async (type, id) => {
      const [found] = await look({ action: 'read', type, id }, async audit => {
        const grant = audit.decide([{ type, use: 'read' }]);
        const versions = mine([await context.store.read(type, id, grant)]);
        await audit.record(versions);
        return versions;
      });
      return found;
    },
    vread: async (type, id, version) => {
      const [found] = await look({ action: 'vread', type, id }, async audit => {
        const grant = audit.decide([{ type, use: 'history' }]);
        const versions = mine([await context.store.vread(type, id, version, grant)]);
        await audit.record(versions);
        return versions;
      });
      return found;
    },
    async *search(type, query) {
      let cursor: Cursor | undefined;
      do {
        let next: Cursor | undefined;
        yield await look({ action: 'search', type }, async audit => {
          const grant = audit.decide([{ type, use: 'search' }]);
          const search = readSearch(type, `${query}&_count=${PAGE}`, true, context);
          const plan = planSearch(search, grant, 'search', cursor === undefined ? {} : { cursor });
          const page = await context.store.search(plan, grant);
          next = page.next;
          const versions = mine(page.matches);
          await audit.record(versions, paramNames(search));
          return versions;
        });
        cursor = next;
      } while (cursor !== undefined);
    },
    write: async entries => {
      const bundle = { resourceType: 'Bundle', type: 'transaction', entry: entries };
      const request = { kind: 'bundle', body: JSON.stringify(bundle), request: context.ids() } as const;
      const reply = await handle({ ...request, prefer: { return: 'minimal' } }, context, await as());
      return placeOf(reply.body);
    },
  };
}

function placeOf(body: string | undefined): { id: string; version: number } {
  const { entry } = JSON.parse(body ?? '{}') as { entry?: { response: { location?: string } }[] };
  const place = /\/([^/]+)\/_history\/(\d+)$/.exec(entry?.[0]?.response.location ?? '');
  if (place === null) throw new Error('A transaction was answered without the place of its first entry.');
  return { id: place[1]!, version: Number(place[2]) };
}

/** In words without the frame of the transaction that it was sent in. Undefined: it may go better another time, or is a bug. */
export function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof FhirError) || LATER.has(error.code)) return undefined;
  const said = error.issues.map(({ path, message }) => {
    const [place, what] = [path ?? '', message].map(text =>
      text.replaceAll(/Bundle\.entry\[0\]\.?(?:resource\.)?/g, ''),
    );
    return place === '' || what!.startsWith(place!) ? what : `${place}: ${what}`;
  });
  return said.join('; ').slice(0, 500);
}

const LATER: ReadonlySet<string> = new Set(['unavailable', 'throttled', 'internal', 'timeout']);

/** An entry that puts a new version in the place of one. A stored meta may be empty, which a written one may not. */
export function putting({ type, id, version }: Version, { meta, ...tree }: JsonObject): JsonObject {
  const { resourceType, ...rest } = tree;
  const said = Object.keys((meta ?? {}) as JsonObject).length > 0;
  return {
    resource: { resourceType, ...(said ? { meta } : {}), ...rest },
    request: { method: 'PUT', url: `${type}/${id}`, ifMatch: `W/"${version}"` },
  };
}

export const parsed = ({ body }: Version): AnyResource => JSON.parse(body) as AnyResource;
