// Clients and their tokens on a database that several servers share.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { canonicalJson } from '../../audit/chain.ts';
import type { Clock } from '../../fhir/id.ts';
import type { CallerEntry, ClientEntry, Registry } from '../registry.ts';
import { parsedOnce } from '../unit/parsed-once.ts';
import { isDuplicate } from './errors.ts';
import { oneOf } from './locate.ts';
import type { Collections } from './reading.ts';

type Clients = Pick<Registry, 'clients' | 'client' | 'putClient' | 'caller' | 'useJti' | 'revokeToken'>;

export function makeClients(collections: Collections, clock: Clock): Clients {
  const { client, jti: used, revocation } = collections;
  return {
    clients: async () => (await client.find().sort({ _id: 1 }).toArray()).map(({ entry }) => parse(entry)),
    client: async id => {
      const found = await client.findOne({ _id: id });
      return found === null ? undefined : parse(found.entry);
    },
    putClient: async entry => {
      await client.updateOne({ _id: entry.id }, { $set: { entry: canonicalJson(entry) } }, { upsert: true });
    },
    caller: askTogether(collections),
    useJti: async (id, jti, expires) => {
      try {
        await used.insertOne({ _id: { client: id, jti }, expires: new Date(expires) });
        return true;
      } catch (error) {
        if (isDuplicate(error)) return false;
        throw error;
      }
    },
    revokeToken: async (jti, expires) => {
      await revocation.deleteMany({ expires: { $lte: clock() } });
      await revocation.updateOne({ _id: jti }, { $setOnInsert: { expires } }, { upsert: true });
    },
  };
}

const parse = (text: string): ClientEntry => JSON.parse(text) as ClientEntry;

interface Question {
  client: string;
  jti: string;
  answer(entry: CallerEntry): void;
  fail(error: unknown): void;
}

/** A client that is asked about, or a token that was revoked: only a client has an entry. */
interface Answer {
  _id: string;
  entry?: string;
}

/**
 * Every request asks. While one question is under way those that come are gathered, and asked together once
 * it is answered: the answer is never older than the question, and a busy server asks no more often than
 * the database answers. One command for both collections costs half of what two do.
 */
function askTogether({ client, revocation }: Collections): Registry['caller'] {
  const parseOnce = parsedOnce<ClientEntry>();
  let waiting: Question[] = [];
  let busy = false;
  const askAll = async (questions: readonly Question[]): Promise<void> => {
    try {
      const ids = oneOf(questions.map(one => one.client));
      const jtis = oneOf(questions.map(one => one.jti));
      const pipeline = [{ $match: { _id: jtis } }, { $project: { _id: 1 } }];
      const revoked = { coll: revocation.collectionName, pipeline };
      const found = await client
        .aggregate<Answer>([{ $match: { _id: ids } }, { $unionWith: revoked }])
        .toArray();
      const entries = new Map<string, ClientEntry>();
      const ended = new Set<string>();
      for (const { _id, entry } of found) {
        if (entry === undefined) ended.add(_id);
        else entries.set(_id, parseOnce(_id, entry));
      }
      for (const one of questions)
        one.answer({ client: entries.get(one.client), revoked: ended.has(one.jti) });
    } catch (error) {
      for (const one of questions) one.fail(error);
    }
  };
  const goOn = async (): Promise<void> => {
    busy = true;
    // What comes in the same turn of the event loop shares the first question.
    await nextTurn();
    while (waiting.length > 0) {
      const questions = waiting;
      waiting = [];
      await askAll(questions);
    }
    busy = false;
  };
  return (id, jti) =>
    new Promise((answer, fail) => {
      waiting.push({ client: id, jti, answer, fail });
      if (!busy) void goOn();
    });
}
