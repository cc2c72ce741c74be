// The questions that a reading asks of MongoDB, written down as they are asked, and what the server says of
// how it answers them.
import type { Collection, Document } from 'mongodb';
import type { Collections, Reading } from '../../src/store/mongodb/reading.ts';

export interface Question {
  collection: keyof Collections;
  method: 'find' | 'findOne' | 'aggregate' | 'countDocuments';
  /** A filter, or the stages of an aggregation. */
  asked: Document | Document[];
  options: Document;
}

export interface Figures {
  question: Question;
  returned: number;
  documents: number;
  keys: number;
  stages: string[];
}

const METHODS: ReadonlySet<string> = new Set(['find', 'findOne', 'aggregate', 'countDocuments']);

/** The same reading; `questions` grows as it is used. */
export function overheard(reading: Reading): { reading: Reading; questions: Question[] } {
  const questions: Question[] = [];
  const entries = Object.entries(reading.collections).map(([name, collection]) => [
    name,
    listening(collection as Collection, name as keyof Collections, questions),
  ]);
  return { reading: { ...reading, collections: Object.fromEntries(entries) as Collections }, questions };
}

function listening(collection: Collection, name: keyof Collections, questions: Question[]): Collection {
  return new Proxy(collection, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== 'function') return value;
      const method = value.bind(target) as (...args: unknown[]) => unknown;
      if (typeof property !== 'string' || !METHODS.has(property)) return method;
      return (asked: Document, options: Document = {}, ...rest: unknown[]) => {
        questions.push({ collection: name, method: property as Question['method'], asked, options });
        return method(asked, options, ...rest);
      };
    },
  });
}

/** Asks the server to run a question again and say how. Without a session: explain knows no snapshots. */
export async function explained(collections: Collections, question: Question): Promise<Figures> {
  const { collection, method, asked } = question;
  const { session: _, readConcern: __, ...options } = question.options;
  const held = collections[collection] as unknown as Collection;
  const found =
    method === 'aggregate' || method === 'countDocuments'
      ? await held.aggregate(pipelineOf(question), optionsOf(method, options)).explain('executionStats')
      : await held
          .find(asked as Document, method === 'findOne' ? { ...options, limit: 1 } : options)
          .explain('executionStats');
  return { question, ...figuresOf(found as Document) };
}

function pipelineOf({ method, asked, options }: Question): Document[] {
  if (method === 'aggregate') return asked as Document[];
  // What countDocuments sends.
  const limit = options.limit === undefined ? [] : [{ $limit: options.limit as number }];
  return [{ $match: asked }, ...limit, { $group: { _id: 1, n: { $sum: 1 } } }];
}

function optionsOf(method: Question['method'], options: Document): Document {
  if (method !== 'countDocuments') return options;
  const { limit: _, ...rest } = options;
  return rest;
}

interface Stats {
  nReturned: number;
  totalDocsExamined: number;
  totalKeysExamined: number;
}

function figuresOf(found: Document): Omit<Figures, 'question'> {
  const stages = found.stages as Document[] | undefined;
  const cursor = stages === undefined ? found : (stages[0]!.$cursor as Document);
  const stats = cursor.executionStats as Stats;
  const later = (stages ?? []).slice(1);
  const last = later.at(-1)?.nReturned as number | undefined;
  const plan = cursor.queryPlanner as Document;
  return {
    returned: last ?? stats.nReturned,
    documents: stats.totalDocsExamined,
    keys: stats.totalKeysExamined,
    stages: [...stagesIn(plan.winningPlan as Document), ...later.map(stage => Object.keys(stage)[0]!)],
  };
}

function stagesIn(plan: Document | undefined): string[] {
  if (plan === undefined) return [];
  if (plan.queryPlan !== undefined) return stagesIn(plan.queryPlan as Document);
  const inputs = (plan.inputStages ?? [plan.inputStage]) as (Document | undefined)[];
  const name = plan.indexName === undefined ? (plan.stage as string) : `${plan.stage}(${plan.indexName})`;
  return [...new Set([name, ...inputs.flatMap(stagesIn)])];
}
