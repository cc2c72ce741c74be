// The limit: what this machine does with the same bytes and the same promise to keep them, and no FHIR at
// all. Express and one driver; how each of them keeps what it is given is in bare-sqlite.ts and bare-mongodb.ts.
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express, type Request, type Response } from 'express';
import { answerParent, cpuMs } from './child.ts';
import { observation, observationId, ranges } from './data.ts';
import { progress } from './progress.ts';

/** A stored resource: its id, its text, and twelve index values. */
export interface BareRow {
  id: string;
  body: string;
}

export interface BareStore {
  insertMany(rows: readonly BareRow[]): Promise<void>;
  read(id: string): Promise<string | undefined> | string | undefined;
  /** Resolves once the row is on disk. */
  audit(row: string): Promise<void>;
  /** Rows with their index values and one audit row, on disk together. */
  create(rows: readonly BareRow[], audit: string): Promise<void>;
}

/** Index values of a row: about as many as an Observation has. */
export const VALUES = 12;
/** The value of place `k`: from the id, so that it lies anywhere in an index. */
export const indexValue = (id: string, k: number): string => `${id.slice(k, k + 8)}${k}`;

/** 800 bytes, what an audit row takes. */
const AUDIT = 'x'.repeat(800);
/** Bytes of a row of a Bundle. */
const ROW = 650;

export interface OpenBare {
  store: BareStore;
  close(): Promise<void> | void;
}

export type BareQuestions = {
  open(argument: { store: string }): Promise<void>;
  fill(argument: { observations: number; label: string }): Promise<void>;
  listen(): Promise<{ url: string }>;
  cpu(): number;
};

/** Makes this process a bare server. `open` takes the place of a new store: a path or a URL. */
export function answerBare(open: (place: string) => Promise<OpenBare> | OpenBare): void {
  let opened: OpenBare | undefined;
  let server: Server | undefined;
  const questions: BareQuestions = {
    open: async ({ store }) => {
      opened = await open(store);
    },
    fill: ({ observations, label }) => fillBare(opened!.store, observations, label),
    listen: async () => {
      server = createServer(bareHttp(opened!.store));
      await new Promise<void>(resolve => server!.listen(0, '127.0.0.1', resolve));
      return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    },
    cpu: cpuMs,
  };
  answerParent(questions, async () => {
    server?.closeAllConnections();
    await opened?.close();
  });
}

function bareHttp(store: BareStore): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  const text = express.text({ type: () => true, limit: '4mb' });
  app.get('/read/:id', async (request, response) => answer(response, 200, await readOf(store, request)));
  app.get('/audited/:id', async (request, response) => {
    const body = await readOf(store, request);
    await store.audit(AUDIT);
    answer(response, 200, body);
  });
  app.post('/create', text, async (request, response) => {
    const body = request.body as string;
    await store.create([{ id: randomUUID(), body }], AUDIT);
    answer(response, 201, body);
  });
  app.post('/create-many/:count', text, async (request, response) => {
    const body = request.body as string;
    const rows = Array.from({ length: Number(request.params.count) }, (_, i) => ({
      id: randomUUID(),
      body: body.slice(i * ROW, (i + 1) * ROW),
    }));
    await store.create(rows, AUDIT);
    answer(response, 200, body);
  });
  return app;
}

async function readOf(store: BareStore, request: Request): Promise<string> {
  const found = await store.read(request.params.id as string);
  return found ?? '';
}

function answer(response: Response, status: number, body: string): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** The Observations of a run, under the ids they have in the product. */
async function fillBare(store: BareStore, observations: number, label: string): Promise<void> {
  const show = progress(label, observations);
  let done = 0;
  for (const some of ranges(observations, 1000)) {
    const rows = some.map(n => {
      const id = observationId(n);
      return { id, body: JSON.stringify({ ...observation(n, observations), id }) };
    });
    await store.insertMany(rows);
    done += some.length;
    show(done);
  }
}
