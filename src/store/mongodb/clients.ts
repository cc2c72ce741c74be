// Clients and their tokens on a database that several servers share.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { canonicalJson } from '../../audit/chain.ts';
import type { Clock } from '../../fhir/id.ts';
import type { CallerEntry, ClientEntry, Registry } from '../registry.ts';
import { parsedOnce } from '../unit/parsed-once.ts';
import { isDuplicate } from './errors.ts';
import { oneOf } from './locate.ts';
import { lineOf, type MemberDocument, memberStages, readMemberLines } from './member-lines.ts';
import type { Collections } from './reading.ts';

type Clients = Pick<
  Registry,
  'clients' | 'client' | 'putClient' | 'caller' | 'memberLines' | 'useJti' | 'revokeToken'
>;

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
    memberLines: actors => readMemberLines(collections, actors),
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
  members: readonly string[];
  answer(entry: CallerEntry): void;
  fail(error: unknown): void;
}

/** A client that is asked about, a token that was revoked, or a line: only a client has an entry, only a line an actor. */
type Answer = { _id: string; entry?: string; actor?: never } | MemberDocument;

/**
 * Every request asks. While one question is under way those that come are gathered, and asked together once
 * it is answered: the answer is never older than the question, and a busy server asks no more often than
 * the database answers. One command for all three collections costs little more than one for one of them.
 */
function askTogether({ client, revocation, rule }: Collections): Registry['caller'] {
  const parseOnce = parsedOnce<ClientEntry>();
  let waiting: Question[] = [];
  let busy = false;
  const askAll = async (questions: readonly Question[]): Promise<void> => {
    try {
      const ids = oneOf(questions.map(one => one.client));
      const jtis = oneOf(questions.map(one => one.jti));
      const pipeline = [{ $match: { _id: jtis } }, { $project: { _id: 1 } }];
      const revoked = { coll: revocation.collectionName, pipeline };
      const members = [...new Set(questions.flatMap(one => one.members))];
      const belonging = { coll: rule.collectionName, pipeline: memberStages(members) };
      const found = await client
        .aggregate<Answer>([
          { $match: { _id: ids } },
          { $unionWith: revoked },
          ...(members.length === 0 ? [] : [{ $unionWith: belonging }]),
        ])
        .toArray();
      const entries = new Map<string, ClientEntry>();
      const ended = new Set<string>();
      const lines: MemberDocument[] = [];
      for (const one of found) {
        if (one.actor !== undefined) lines.push(one);
        else if (one.entry === undefined) ended.add(one._id);
        else entries.set(one._id, parseOnce(one._id, one.entry));
      }
      for (const one of questions)
        one.answer({
          client: entries.get(one.client),
          revoked: ended.has(one.jti),
          lines: lines.filter(line => one.members.includes(line.actor)).map(lineOf),
        });
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
  return (id, jti, members) =>
    new Promise((answer, fail) => {
      waiting.push({ client: id, jti, members, answer, fail });
      if (!busy) void goOn();
    });
}
