// Clients and their tokens on a database that several servers share.
import { canonicalJson } from '../../audit/chain.ts';
import type { Clock } from '../../fhir/id.ts';
import type { CallerEntry, ClientEntry, Registry } from '../registry.ts';
import { parsedOnce } from '../unit/parsed-once.ts';
import { isDuplicate } from './errors.ts';
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

/**
 * Every request asks. While one question is under way those that come are gathered, and asked together once
 * it is answered: the answer is never older than the question, and a busy server asks no more often than
 * the database answers.
 */
function askTogether({ client, revocation }: Collections): Registry['caller'] {
  const parseOnce = parsedOnce<ClientEntry>();
  let waiting: Question[] = [];
  let busy = false;
  const askAll = async (questions: readonly Question[]): Promise<void> => {
    try {
      const [clients, revoked] = await Promise.all([
        client.find({ _id: { $in: [...new Set(questions.map(one => one.client))] } }).toArray(),
        revocation.find({ _id: { $in: [...new Set(questions.map(one => one.jti))] } }).toArray(),
      ]);
      const entries = new Map(clients.map(({ _id, entry }) => [_id, parseOnce(_id, entry)]));
      const ended = new Set(revoked.map(({ _id }) => _id));
      for (const one of questions)
        one.answer({ client: entries.get(one.client), revoked: ended.has(one.jti) });
    } catch (error) {
      for (const one of questions) one.fail(error);
    }
  };
  const goOn = async (): Promise<void> => {
    busy = true;
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
