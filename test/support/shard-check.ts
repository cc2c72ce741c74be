// Does a command tell a sharded cluster which shard to ask? Judged from the command alone: no mongos is
// needed for it.
import type { CommandStartedEvent, Document } from 'mongodb';
import { type CollectionName, SHARD_KEYS } from '../../src/store/mongodb/schema.ts';

/** One question or change, as it was sent. */
export interface Sent {
  collection: string;
  kind: 'find' | 'aggregate' | 'lookup' | 'insert' | 'update' | 'delete';
  /** Of an insert the document; of a lookup its first match. */
  filter: Document;
  /** Of an update. */
  change?: Document;
}

const fieldsOf = (collection: string): string[] =>
  Object.keys(SHARD_KEYS[collection as CollectionName] ?? {});

/** Everything a command asks, looked up collections included. */
export function sentBy({ commandName, command }: CommandStartedEvent): Sent[] {
  const collection = String(command[commandName]);
  switch (commandName) {
    case 'find':
      return [{ collection, kind: 'find', filter: command.filter ?? {} }];
    case 'aggregate':
      return [
        { collection, kind: 'aggregate', filter: firstMatch(command.pipeline) },
        ...lookUpsIn(command.pipeline),
      ];
    case 'insert':
      return command.documents.map((filter: Document) => ({ collection, kind: 'insert', filter }));
    case 'update':
      return command.updates.map((one: Document) => ({
        collection,
        kind: 'update',
        filter: one.q,
        change: one.u,
      }));
    case 'delete':
      return command.deletes.map((one: Document) => ({ collection, kind: 'delete', filter: one.q }));
    case 'count':
    case 'distinct':
    case 'findAndModify':
      return [{ collection, kind: 'find', filter: command.query ?? {} }];
    default:
      return [];
  }
}

const firstMatch = ([first]: readonly Document[]): Document => first?.$match ?? {};

function lookUpsIn(pipeline: readonly Document[]): Sent[] {
  return pipeline.flatMap(stage => {
    const inner = (stage.$lookup?.pipeline ?? stage.$unionWith?.pipeline ?? []) as Document[];
    const within = lookUpsIn(inner);
    if (stage.$lookup === undefined) return within;
    const { from, foreignField } = stage.$lookup;
    const joined = foreignField === undefined ? {} : { [foreignField]: 'of the document' };
    const filter = { $and: [joined, firstMatch(inner)] };
    return [{ collection: String(from), kind: 'lookup', filter } as const, ...within];
  });
}

/**
 * What is wrong with it on a cluster, in words; undefined where nothing is. A change and a read by id name
 * the whole key, everything else its first field.
 */
export function faultOf({ collection, kind, filter, change }: Sent): string | undefined {
  const fields = fieldsOf(collection);
  const [first] = fields;
  if (first === undefined) return undefined;
  const whole = kind === 'find' ? names(filter, '_id') : kind !== 'aggregate' && kind !== 'lookup';
  const missing = (whole ? fields : [first]).filter(field => !names(filter, field));
  if (missing.length > 0) return `${kind} on ${collection} without ${missing.join(', ')}`;
  const moved = fields.filter(field => change !== undefined && changes(change, field, filter));
  return moved.length > 0 ? `${kind} on ${collection} changes ${moved.join(', ')}` : undefined;
}

/** One value, or some, and no others. */
function names(filter: Document, field: string): boolean {
  if (field in filter && isPoint(filter[field])) return true;
  if (comparesEqual(filter.$expr, field)) return true;
  if (filter.$and?.some((one: Document) => names(one, field))) return true;
  return filter.$or?.length > 0 && filter.$or.every((one: Document) => names(one, field));
}

const isPoint = (value: unknown): boolean =>
  typeof value !== 'object' ||
  value === null ||
  Array.isArray((value as Document).$in) ||
  (value as Document).$eq !== undefined;

/** In a look-up: equal to what the document at hand says. */
function comparesEqual(expression: Document | undefined, field: string): boolean {
  if (expression === undefined) return false;
  if (expression.$and !== undefined)
    return expression.$and.some((one: Document) => comparesEqual(one, field));
  return expression.$eq?.[0] === `$${field}`;
}

function changes(change: Document, field: string, filter: Document): boolean {
  const isReplacement = !Object.keys(change).some(key => key.startsWith('$'));
  const set = isReplacement ? change : { ...change.$set, ...change.$unset };
  return field in set && set[field] !== filter[field];
}
