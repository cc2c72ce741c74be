// Any resources, rules and plans, small enough that they meet: few words, few people, few ids.
import fc from 'fast-check';
import type { Clause, Param, ParamType, Predicate, SortKey, Value } from '../../src/search/ast.ts';
import type { ConsentRule, Criteria, Derived, IndexValue } from '../../src/store/port/derived.ts';
import type { Store, Version, WriteOp } from '../../src/store/port.ts';
import type { Bounds } from '../../src/store/sqlite/reading.ts';
import { draft, grantFor, stated, T } from './store.ts';

const KINDS: readonly ParamType[] = ['token', 'string', 'date', 'reference', 'number', 'quantity', 'uri'];
/** The date is the one that a Task is mostly read by. */
const codeOf = (type: ParamType): string => (type === 'date' ? 'authored-on' : type);
const params: readonly Param[] = KINDS.map(type => ({
  code: codeOf(type),
  key: `Task.${codeOf(type)}`,
  type,
  targets: [],
}));
export const paramOf = (type: ParamType): Param => params.find(param => param.type === type)!;

const word = fc.constantFrom('a', 'b', 'ab', '\uffee', '😀');
const target = fc.constantFrom('a', '😀', 'Patient/1', 'Patient/2');
const system = fc.constantFrom('', 'urn:s', 'urn:t');
const point = fc.integer({ min: -2, max: 3 });
const organization = fc.constantFrom('one', 'one', 'two');
const person = fc.constantFrom('1', '1', '1', '2', '2', '?');

const span = fc
  .tuple(point, fc.integer({ min: 0, max: 4 }))
  .map(([low, size]) => ({ low, high: low + size }));
const DAY = 86_400_000;
const length = fc.constantFrom(1, 2, 3, 4, 2 * DAY, 10 * DAY);
const stretch = fc.tuple(point, length).map(([low, size]) => ({ low, high: low + size }));

export const indexValue: fc.Arbitrary<IndexValue> = fc.oneof(
  fc.record({ type: fc.constant('token' as const), key: fc.constant('Task.token'), system, code: word }),
  word.map(norm => ({ type: 'string' as const, key: 'Task.string', norm, exact: norm.toUpperCase() })),
  word.map(norm => ({ type: 'string' as const, key: 'Task.string', norm, exact: norm })),
  stretch.map(range => ({ type: 'date' as const, key: paramOf('date').key, ...range })),
  target.map(one => ({ type: 'reference' as const, key: 'Task.reference', target: one })),
  span.map(range => ({ type: 'number' as const, key: 'Task.number', ...range })),
  fc.tuple(span, system, word).map(([range, unit, code]) => ({
    type: 'quantity' as const,
    key: 'Task.quantity',
    ...range,
    system: unit,
    code,
  })),
  word.map(uri => ({ type: 'uri' as const, key: 'Task.uri', uri })),
);

const prefix = fc.constantFrom('eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap' as const);
const numeric = fc.tuple(prefix, point, fc.constantFrom(0.5, 2)).map(([written, value, half]) => ({
  prefix: written,
  value,
  low: value - half,
  high: value + half,
}));

const optional = <T>(name: string, values: fc.Arbitrary<T>) =>
  fc.option(values, { nil: undefined }).map(value => (value === undefined ? {} : { [name]: value }));

const values: Record<ParamType, fc.Arbitrary<Value>> = {
  token: fc
    .tuple(optional('system', system), optional('code', word))
    .map(parts => ({ kind: 'token', ...parts[0], ...parts[1] })),
  string: word.map(text => ({ kind: 'string', norm: text, exact: text })),
  date: fc.tuple(prefix, stretch).map(([written, range]) => ({ kind: 'date', prefix: written, ...range })),
  reference: fc.array(target, { minLength: 1, maxLength: 2 }).map(keys => ({ kind: 'reference', keys })),
  number: numeric.map(value => ({ kind: 'number', ...value })),
  quantity: fc
    .tuple(numeric, optional('system', system), optional('code', word))
    .map(parts => ({ kind: 'quantity', ...parts[0], ...parts[1], ...parts[2] })),
  uri: word.map(uri => ({ kind: 'uri', uri })),
};

const kind = fc.constantFrom(...KINDS);
const id = fc.constantFrom('t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7', 't8', 't9');

const paramClause: fc.Arbitrary<Clause> = kind.chain(type => {
  const modifiers = type === 'string' ? ['', 'exact', 'contains'] : type === 'token' ? ['', 'not'] : [''];
  return fc
    .tuple(fc.array(values[type], { minLength: 1, maxLength: 3 }), fc.constantFrom(...modifiers))
    .map(([list, modifier]) => ({
      kind: 'param' as const,
      param: paramOf(type),
      values: list,
      ...(modifier === '' ? {} : { modifier: modifier as 'not' }),
    }));
});

/** seq is counted from 1 in these stores: see `clock`. */
const clause: fc.Arbitrary<Clause> = fc.oneof<fc.MaybeWeightedArbitrary<Clause>[]>(
  { weight: 5, arbitrary: paramClause },
  fc
    .tuple(kind, fc.boolean())
    .map(([type, missing]) => ({ kind: 'missing' as const, param: paramOf(type), missing })),
  fc.array(id, { minLength: 1, maxLength: 4 }).map(ids => ({ kind: 'id' as const, ids })),
  fc
    .array(fc.tuple(prefix, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 })), {
      minLength: 1,
      maxLength: 2,
    })
    .map(list => ({
      kind: 'updated' as const,
      values: list.map(([written, low, size]) => ({ prefix: written, low, high: low + size })),
    })),
);

const ASKED: readonly Partial<Extract<Predicate, { kind: 'consent' }>>[] = [
  {},
  {},
  { roster: true },
  { also: ['two'] },
  { action: 'write' },
  { only: 'one' },
  { except: ['one'] },
  { also: ['two'], except: ['two', 'three'] },
];

/** `date=ge...&date=lt...` */
const dateWindow: fc.Arbitrary<Clause[]> = fc
  .array(fc.tuple(fc.constantFrom('ge', 'gt', 'sa', 'eq', 'lt', 'le', 'eb' as const), stretch), {
    minLength: 2,
    maxLength: 3,
  })
  .map(bounds =>
    bounds.map(([written, range]) => ({
      kind: 'param',
      param: paramOf('date'),
      values: [{ kind: 'date', prefix: written, ...range }],
    })),
  );

export const { predicate } = fc.letrec<{ predicate: Predicate; leaf: Predicate }>(tie => ({
  leaf: fc.oneof(
    fc.constantFrom<Predicate[]>({ kind: 'all' }, { kind: 'all' }, { kind: 'none' }),
    fc.constant<Predicate>({ kind: 'all' }),
    fc.constant<Predicate>({ kind: 'no-person' }),
    fc.constantFrom('1', '2', 'never seen').map((patient): Predicate => ({ kind: 'person', patient })),
    organization.map((one): Predicate => ({ kind: 'owner', organization: one })),
    organization.map((one): Predicate => ({ kind: 'source', organization: one })),
    organization.map((actor): Predicate => ({ kind: 'names', actor })),
    fc
      .tuple(
        organization,
        fc.integer({ min: -2, max: 2 }),
        fc.constantFrom('TREAT', 'TREAT', 'roster'),
        fc.constantFrom(...ASKED),
      )
      .map(
        ([actor, shift, purpose, listed]): Predicate => ({
          kind: 'consent',
          actor,
          purposes: [purpose],
          at: T + shift,
          ...listed,
        }),
      ),
    paramClause.map((one): Predicate => ({ kind: 'clause', clause: one })),
  ),
  predicate: fc.oneof(
    { maxDepth: 2 },
    { weight: 3, arbitrary: tie('leaf') },
    fc.tuple(fc.constantFrom('and', 'or'), fc.array(tie('predicate'), { maxLength: 3 })).map(
      ([how, of]): Predicate => ({
        kind: how as 'and',
        of,
      }),
    ),
  ),
}));

/** Of what resources here are and say, of who asks, and of what nobody is. */
const criteria: fc.Arbitrary<Criteria> = fc
  .record(
    {
      all: fc.array(
        fc.uniqueArray(
          fc.constantFrom(
            ...[
              'type|Task',
              'is|Task/t0',
              'is|Consent/t1',
              'ref|Patient/1',
              'ref|a',
              'label|sud',
              'code|urn:s|a',
              'author|Device/d',
              'wrote|?',
            ],
            ...['actor|one', 'actor|two', 'purpose|TREAT', 'action|read', 'nobody|is'],
          ),
          { minLength: 1, maxLength: 3 },
        ),
        { minLength: 1, maxLength: 2 },
      ),
      from: point.map(shift => T + shift),
      to: point.map(shift => T + shift),
      made: fc.array(
        fc
          .tuple(
            fc.constantFrom('within' as const, 'touches' as const),
            point,
            fc.integer({ min: 1, max: 6 }),
          )
          .map(([how, low, size]) => ({ how, low, high: low + size })),
        { minLength: 1, maxLength: 2 },
      ),
    },
    { requiredKeys: [] },
  )
  .map(({ all, made, from, to }) => ({
    ...(all === undefined ? {} : { all }),
    ...(made === undefined ? {} : { made }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }));
/** Most lines have none. */
const bounding: fc.Arbitrary<Pick<ConsentRule, 'rank' | 'terms'>> = fc
  .tuple(
    fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    fc.option(fc.tuple(criteria, fc.array(criteria, { maxLength: 2 })), { nil: undefined, freq: 1 }),
  )
  .map(([rank, terms]) => ({
    ...(rank === undefined ? {} : { rank }),
    ...(terms === undefined
      ? {}
      : { terms: terms[1].length === 0 ? terms[0] : { ...terms[0], unless: terms[1] } }),
  }));
const bound = (line: fc.Arbitrary<ConsentRule>): fc.Arbitrary<ConsentRule> =>
  fc.tuple(line, bounding).map(([rule, bounds]) => ({ ...rule, ...bounds }));

export const rule: fc.Arbitrary<ConsentRule> = bound(
  fc.oneof(
    fc.record({
      patient: person,
      effect: fc.constant('permit' as const),
      actor: organization,
      purpose: fc.constantFrom('TREAT', 'HPAYMT', 'roster'),
      from: fc.constantFrom(T - 2, T - 1, T, T + 1),
      to: fc.constantFrom(T, T + 1, T + 2, T + 3),
    }),
    fc.record({
      patient: person,
      effect: fc.constant('deny' as const),
      actor: fc.constantFrom('', 'one'),
      purpose: fc.constantFrom('', 'TREAT'),
      from: fc.integer({ min: T - 2, max: T + 1 }),
      to: fc.integer({ min: T, max: T + 3 }),
    }),
  ),
);

export interface Write {
  op: 'put' | 'delete';
  type: 'Task' | 'Consent' | 'Coverage';
  id: string;
  writer: string;
  derived: Derived;
}

export const write: fc.Arbitrary<Write> = fc.record({
  op: fc.constantFrom('put', 'put', 'put', 'put', 'delete'),
  type: fc.constantFrom('Task', 'Task', 'Task', 'Task', 'Consent', 'Consent', 'Coverage'),
  id,
  writer: organization,
  derived: fc.record({
    values: fc.array(indexValue, { maxLength: 12 }),
    patients: fc.uniqueArray(person, { maxLength: 2 }),
    rules: fc.array(rule, { maxLength: 2 }),
    marks: fc.uniqueArray(fc.constantFrom('label|sud', 'code|urn:s|a', 'author|Device/d', 'wrote|?'), {
      maxLength: 2,
    }),
  }),
});

const sortKey: fc.Arbitrary<SortKey> = fc.oneof(
  fc.boolean().map(descending => ({ by: 'param' as const, param: paramOf('date'), descending })),
  fc
    .tuple(kind, fc.boolean())
    .map(([type, descending]) => ({ by: 'param' as const, param: paramOf(type), descending })),
  fc
    .tuple(fc.constantFrom('updated', 'id'), fc.boolean())
    .map(([by, descending]) => ({ by: by as 'id', descending })),
);

export const asked = fc.record({
  type: fc.constantFrom('Task', 'Task', 'Consent', 'Coverage'),
  where: fc.oneof(fc.constant<Clause[]>([]), fc.array(clause, { maxLength: 2 }), dateWindow),
  narrow: predicate,
  sort: fc.array(sortKey, { maxLength: 2 }),
  limit: fc.integer({ min: 1, max: 4 }),
});

export const bounds: fc.Arbitrary<Bounds | undefined> = fc.constantFrom(
  undefined,
  { few: 0, bounded: 0, stride: 2 },
  { few: 2, bounded: 5, stride: 3 },
  { few: 0, bounded: 1000, stride: 3 },
);

/** Writes them one after the other; `keep` is told of each version with what was stated of it. */
export async function fill(
  opened: { store: Store },
  writes: readonly Write[],
  keep: (version: Version, told: Derived) => void,
): Promise<void> {
  for (const { op, type, id: chosen, writer, derived } of writes) {
    const grant = grantFor(writer, { narrow: () => ({ kind: 'all' }), adopt: { kind: 'none' } });
    const told = type === 'Task' ? { ...derived, rules: [] } : derived;
    const ops: WriteOp[] = [
      op === 'delete'
        ? { kind: 'delete', type, id: chosen }
        : { kind: 'update', type, id: chosen, body: stated(type, chosen, told) },
    ];
    const plan = { ops, lookups: [], claims: [], marks: [] };
    const results = await opened.store.transact(plan, grant, draft()).catch(() => []);
    for (const result of results) if ('version' in result) keep(result.version, told);
  }
}
