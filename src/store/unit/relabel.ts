// Labels of a body that is stored already, by rules that may be newer than it: in place, whoever wrote it.
import type { Derive } from '../port/derived.ts';
import type { Version } from '../port.ts';
import { itemsIn, relabelled } from './label.ts';
import { type Answer, got, type Work } from './work.ts';

/**
 * The body as the rules of today label it. Taken on is what is of the same record only, and only where the owner
 * wrote it last: others would be told of what they may not know of.
 */
export function* relabel(
  derive: Derive,
  stored: Pick<Version, 'type' | 'id' | 'owner' | 'writer' | 'body'>,
  current: (type: string, id: string) => Answer<Version | undefined>,
): Work<string> {
  const { labels } = derive;
  if (labels === undefined) return stored.body;
  const { type, id, owner, writer, body } = stored;
  const resource = JSON.parse(body) as Record<string, unknown>;
  const inherited: string[] = [];
  for (const source of owner === writer ? labels.sources(resource) : []) {
    const found = yield* got(current(source.type, source.id));
    if (found === undefined || found.deleted || found.owner !== owner) continue;
    // It may not be labelled anew yet.
    const says = JSON.parse(found.body) as Record<string, unknown>;
    inherited.push(...labels.settle(says, { given: itemsIn(found), inherited: [] }));
  }
  return relabelled(labels, { type, id, body, resource }, { inherited });
}
