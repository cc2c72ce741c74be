// A side of the comparison: one kind of store, with the product and the bare server on it, both filled, and
// beside the product, on its store, what it would be without token checks and audit, and without access rules.
import { join } from 'node:path';
import type { BareQuestions } from './bare.ts';
import { type Child, type Questions, startChild } from './child.ts';
import type { Mongod } from './mongod.ts';
import type { OpenQuestions } from './open.ts';
import type { Caller } from './operations.ts';
import type { StoreName } from './options.ts';
import type { ServerQuestions } from './server.ts';
import type { UnauditedQuestions } from './unaudited.ts';

/** A server under load. */
export interface Target {
  url: string;
  tokens: Partial<Record<Caller, string>>;
  /** ms of processor so far. */
  cpu(): Promise<number>;
}

/** Which server a row is measured on. */
export type Server = 'bare' | 'product' | 'unaudited' | 'open';

export interface Side extends Readonly<Record<Server, Target>> {
  store: StoreName;
  /** ms of processor that the database's own process has used; undefined where there is none, or it does not tell. */
  databaseCpu(): Promise<number | undefined>;
  close(): Promise<void>;
}

interface Places {
  product: string;
  bare: string;
  keys: string;
  mongod?: Mongod;
}

export function placesOf(store: StoreName, folder: string, mongod: Mongod | undefined): Places {
  const keys = join(folder, `keys-${store}`);
  if (store === 'sqlite')
    return { product: `sqlite:${join(folder, 'iop.db')}`, bare: join(folder, 'bare.db'), keys };
  if (mongod === undefined) throw new Error('There is no MongoDB.');
  return { product: mongod.database('product'), bare: mongod.database('bare'), keys, mongod };
}

/** Only the places differ between the stores. */
export async function openSide(store: StoreName, places: Places, observations: number): Promise<Side> {
  const bare = startChild<BareQuestions>(`bare-${store}.ts`);
  const others: { stop(): Promise<void> }[] = [];
  const start = <Q extends Questions>(file: string): Child<Q> => {
    const child = startChild<Q>(file);
    others.push(child);
    return child;
  };
  const close = async (): Promise<void> => {
    for (const other of others.splice(0).reverse()) await other.stop();
    await bare.stop();
  };
  try {
    await fillProduct(store, places, observations);
    await bare.ask('open', { store: places.bare });
    await bare.ask('fill', { observations, label: `${store}: filling the bare store` });
    const product = await productOf(start<ServerQuestions>('server.ts'), places);
    return {
      store,
      product,
      unaudited: await unauditedOf(start<UnauditedQuestions>('unaudited.ts'), places, product),
      open: await openOf(start<OpenQuestions>('open.ts'), places, product),
      bare: { ...(await bare.ask('listen')), tokens: {}, cpu: () => bare.ask('cpu') },
      databaseCpu: async () => places.mongod?.cpu(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** In a process of its own, so that what is measured starts as a server does that finds its data there. */
async function fillProduct(store: StoreName, places: Places, observations: number): Promise<void> {
  const filler = startChild<ServerQuestions>('server.ts');
  try {
    await filler.ask('open', { store: places.product, keys: places.keys });
    await filler.ask('fill', { observations, label: `${store}: filling the server` });
  } finally {
    await filler.stop();
  }
}

async function productOf(child: Child<ServerQuestions>, { product, keys }: Places): Promise<Target> {
  await child.ask('open', { store: product, keys });
  const { url, tokens } = await child.ask('listen');
  return { url, tokens, cpu: () => child.ask('cpu') };
}

async function unauditedOf(
  child: Child<UnauditedQuestions>,
  { product: store, keys }: Places,
  { tokens }: Target,
): Promise<Target> {
  await child.ask('open', { store, keys });
  return { ...(await child.ask('listen', { tokens })), tokens, cpu: () => child.ask('cpu') };
}

async function openOf(
  child: Child<OpenQuestions>,
  { product: store, keys }: Places,
  { tokens }: Target,
): Promise<Target> {
  await child.ask('open', { store, keys });
  return { ...(await child.ask('listen')), tokens, cpu: () => child.ask('cpu') };
}
