// The figures as text: one line per row, the stores side by side.
import type { Figures, Row } from './measure.ts';
import { OPERATIONS, type OperationName } from './operations.ts';
import type { StoreName } from './options.ts';

const NAMES: Readonly<Record<StoreName, string>> = { sqlite: 'SQLite', mongodb: 'MongoDB' };

interface Column {
  head: string;
  width: number;
  of(figures: Figures, row: Row): string;
}

const COMMON: readonly Column[] = [
  { head: '/s', width: 8, of: ({ perSecond }) => Math.round(perSecond).toLocaleString('en') },
  { head: 'p50 ms', width: 8, of: ({ p50 }) => short(p50) },
  { head: 'p99 ms', width: 8, of: ({ p99 }) => short(p99) },
  { head: 'CPU ms', width: 8, of: ({ cpu }) => short(cpu) },
];
const DATABASE: Column = {
  head: 'mongod',
  width: 8,
  of: ({ databaseCpu }) => (databaseCpu === undefined ? '?' : short(databaseCpu)),
};
const OF_LIMIT: Column = {
  head: 'of limit',
  width: 10,
  of: (_, { ofLimit }) => times(ofLimit),
};
const OF_UNAUDITED: Column = { head: 'on/off', width: 8, of: (_, { ofUnaudited }) => times(ofUnaudited) };
const OF_OPEN: Column = { head: 'of open', width: 9, of: (_, { ofOpen }) => times(ofOpen) };
const COLUMNS: Readonly<Record<StoreName, readonly Column[]>> = {
  sqlite: [...COMMON, OF_LIMIT, OF_UNAUDITED, OF_OPEN],
  mongodb: [...COMMON, DATABASE, OF_LIMIT, OF_UNAUDITED, OF_OPEN],
};

const LABEL = 30;
const CONNECTIONS = 4;

const times = (ratio: number | undefined): string => (ratio === undefined ? '' : `${ratio.toFixed(2)}x`);
/** Three digits that say something. */
const short = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3).slice(0, 4));

export function report(rows: readonly Row[], stores: readonly StoreName[]): string {
  const operations = [...new Set(rows.map(row => row.operation))];
  const heads = stores.map(store => COLUMNS[store].map(({ head, width }) => head.padStart(width)).join(''));
  const titles = stores.map((store, i) => `  ${NAMES[store]}`.padEnd(heads[i]!.length));
  const blank = ' '.repeat(LABEL + CONNECTIONS);
  const lines = [
    `${blank}${titles.join(' |')}`.trimEnd(),
    `${' '.repeat(LABEL)}${'c'.padStart(CONNECTIONS)}${heads.join(' |')}`,
    ...operations.flatMap(operation => [
      '',
      titleOf(operation),
      ...linesOf(
        rows.filter(row => row.operation === operation),
        stores,
      ),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

const titleOf = (operation: OperationName): string => {
  const { title, unit } = OPERATIONS[operation];
  return unit === 'entries' ? `${title} (/s: entries)` : title;
};

function linesOf(rows: readonly Row[], stores: readonly StoreName[]): string[] {
  const keyOf = (row: Row) => `${row.connections} ${row.name}`;
  return [...new Map(rows.map(row => [keyOf(row), row])).values()].map(row => {
    const cells = stores.map(store => {
      const found = rows.find(other => other.store === store && keyOf(other) === keyOf(row));
      return COLUMNS[store]
        .map(({ of, width }) => (found === undefined ? '-' : of(found.figures, found)).padStart(width))
        .join('');
    });
    const head = `  ${row.label}`.padEnd(LABEL) + String(row.connections).padStart(CONNECTIONS);
    return `${head}${cells.join(' |')}`.trimEnd();
  });
}
