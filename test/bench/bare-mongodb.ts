// The limit on MongoDB, in a process of its own: the driver, writes acknowledged by a majority's journals.
import { MongoClient } from 'mongodb';
import { answerBare, type BareRow, type BareStore, indexValue, type OpenBare, VALUES } from './bare.ts';
import { grouped } from './grouped.ts';

interface BareDocument {
  _id: string;
  body: string;
  values: { k: number; v: string }[];
}

const DURABLE = { w: 'majority', j: true } as const;

async function openBare(url: string): Promise<OpenBare> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5000 });
  await client.connect();
  const resources = client.db().collection<BareDocument>('resource', { writeConcern: DURABLE });
  const audits = client.db().collection<{ row: string }>('audit', { writeConcern: DURABLE });
  await resources.createIndex({ 'values.k': 1, 'values.v': 1 });
  const store: BareStore = {
    insertMany: async rows => {
      await resources.insertMany(rows.map(toDocument));
    },
    read: async id => (await resources.findOne({ _id: id }, { projection: { body: 1 } }))?.body,
    audit: grouped(async rows => {
      await audits.insertMany(rows.map(row => ({ row })));
    }),
    create: async (rows, row) => {
      await client.withSession(session =>
        session.withTransaction(
          async () => {
            if (rows.length === 1) await resources.insertOne(toDocument(rows[0]!), { session });
            else await resources.insertMany(rows.map(toDocument), { session });
            await audits.insertOne({ row }, { session });
          },
          { writeConcern: DURABLE },
        ),
      );
    },
  };
  return { store, close: () => client.close() };
}

const toDocument = ({ id, body }: BareRow): BareDocument => ({
  _id: id,
  body,
  values: Array.from({ length: VALUES }, (_, k) => ({ k, v: indexValue(id, k) })),
});

answerBare(openBare);
