// Holds the code to its own map: which room may import which, who may make a Grant, what is a class.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';

/** Folder (longest prefix wins) -> what it may import beside its own. Everybody may import Node and packages listed below. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  fhir: [],
  iop: ['fhir'],
  search: ['fhir', 'generated', 'access/grant', 'store/port'],
  generated: ['fhir'],
  terminology: ['fhir', 'generated', 'store/port'],
  validation: ['fhir', 'generated', 'terminology'],
  access: ['fhir', 'generated', 'search', 'terminology', 'store/port', 'store/registry'],
  'store/port': ['fhir', 'search/ast', 'access/grant'],
  'store/registry': ['fhir', 'access/grant', 'store/port'],
  'store/unit': ['store/port', 'search/ast', 'fhir', 'access/grant', 'audit/row'],
  'store/sqlite': [
    'store/port',
    'store/registry',
    'store/archive',
    'store/unit',
    'search',
    'fhir',
    'audit/chain',
    'audit/row',
    'access/grant',
  ],
  'store/mongodb': [
    'store/port',
    'store/registry',
    'store/archive',
    'store/unit',
    'search',
    'fhir',
    'audit/chain',
    'audit/row',
    'access/grant',
  ],
  'store/archive': ['store/port', 'store/registry', 'audit/chain'],
  'store/move': ['store/archive', 'fhir', 'audit/chain'],
  audit: ['fhir', 'store/port', 'access/grant'],
  utilization: ['fhir', 'iop'],
  interactions: [
    'fhir',
    'generated',
    'iop',
    'search',
    'terminology',
    'validation',
    'access',
    'audit',
    'utilization',
    'jobs',
    'store/port',
    'store/registry',
    'observe',
  ],
  jobs: ['fhir', 'store/port'],
  sync: ['fhir', 'iop/element', 'search', 'access', 'interactions', 'store/port', 'store/registry'],
  http: ['interactions', 'access/authenticate', 'access/oauth', 'access/grant', 'fhir', 'observe'],
  observe: ['fhir'],
  cli: ['app', 'config', 'fhir', 'iop'],
  config: [],
  'open-store': ['config', 'fhir', 'store'],
  'verify-store': ['access/oauth', 'audit', 'store/archive'],
  version: [],
  main: ['cli', 'config', 'fhir'],
};
/** May import everything. */
const COMPOSITION_ROOT = 'app';

const PACKAGES: Record<string, readonly string[]> = {
  http: ['express', 'helmet'],
  access: ['jose'],
  validation: ['ajv', 'ajv-formats'],
  config: ['ajv'],
  interactions: ['ajv', 'ajv-formats', 'csv-parse', 'csv-stringify', 'luxon'],
  observe: ['pino'],
  sync: ['fhir-kit-client'],
  cli: ['commander'],
  fhir: ['fhir'],
  store: ['mongodb'],
};

const src = join(import.meta.dirname, '../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(file =>
  /\.(ts|mjs)$/.test(file),
);
const textOf = new Map(files.map(file => [file, readFileSync(join(src, file), 'utf8')]));

const importsOf = (text: string): string[] =>
  [
    ...text.matchAll(
      /^\s*(?:import|export)\b[^;'"]*?from\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
    ),
  ].map(found => (found[1] ?? found[2] ?? found[3]) as string);
/** What is loaded with a file: imports of types are gone by then, and `import()` comes when it is called. */
const loadedBy = (text: string): string[] =>
  [
    ...text.matchAll(
      /^\s*(?:import|export)\s+(?!type\b)[^;'"]*?from\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]/gm,
    ),
  ].map(found => (found[1] ?? found[2]) as string);
const within = (name: string, room: string) => name === room || name.startsWith(`${room}/`);
const roomOf = (name: string) =>
  Object.keys(MAY_IMPORT)
    .filter(room => within(name, room))
    .sort((a, b) => b.length - a.length)[0];
const moduleOf = (file: string) => file.replace(/\.(ts|mjs)$/, '');

function offences(file: string): string[] {
  const own = moduleOf(file);
  if (own === COMPOSITION_ROOT || own === 'start' || own === 'build') return [];
  const room = roomOf(own);
  if (room === undefined) return [`${file} lies in no room of the map`];
  return importsOf(textOf.get(file)!).flatMap(target => {
    if (target.startsWith('.')) {
      const other = moduleOf(relative(src, normalize(join(src, dirname(file), target))));
      const fine = roomOf(other) === room || MAY_IMPORT[room]!.some(allowed => within(other, allowed));
      return fine ? [] : [`${file} imports ${other}, which ${room} may not`];
    }
    if (target.startsWith('node:')) return [];
    const name = target.startsWith('@') ? target.split('/').slice(0, 2).join('/') : target.split('/')[0]!;
    const fine = own === 'generated/build' || (PACKAGES[room.split('/')[0]!] ?? []).includes(name);
    return fine ? [] : [`${file} imports the package ${name}, which ${room} may not`];
  });
}

describe('the rooms', () => {
  test('there are files to look at, and the map names no room twice removed', () => {
    expect(files.length).toBeGreaterThan(20);
  });

  test('every file imports only what the map allows its room', () => {
    expect(files.flatMap(offences)).toEqual([]);
  });

  test('only access/decide makes a Grant', () => {
    const makers = files.filter(
      file => /\bsealGrant\b/.test(textOf.get(file)!) && file !== 'access/grant.ts',
    );
    expect(makers).toEqual(['access/decide.ts']);
    const casts = files.filter(
      file => /\bas (unknown as )?Grant\b/.test(textOf.get(file)!) && file !== 'access/grant.ts',
    );
    expect(casts).toEqual([]);
  });

  test('only the composition root opens a store, through the one file that chooses between adapters', () => {
    const openers = (pattern: RegExp) =>
      files.filter(file => pattern.test(textOf.get(file)!) && !file.startsWith('store/'));
    expect(openers(/\bopen(Sqlite|Mongo)\(/)).toEqual(['open-store.ts']);
    expect(openers(/\bopenStore\(/).sort()).toEqual(['app.ts', 'open-store.ts']);
  });

  test('a server on a file never loads the MongoDB driver', () => {
    const seen = new Set<string>();
    const packages = new Set<string>();
    const follow = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const target of loadedBy(textOf.get(file)!)) {
        if (target.startsWith('.')) follow(relative(src, normalize(join(src, dirname(file), target))));
        else packages.add(target);
      }
    };
    follow('main.ts');
    expect([...packages]).toEqual(expect.arrayContaining(['express', 'node:sqlite', 'commander']));
    expect([...packages].filter(name => name.startsWith('mongodb'))).toEqual([]);
    expect([...seen].filter(file => file.startsWith('store/mongodb/'))).toEqual([]);
  });

  test('there are no default exports, no barrel files and nothing that cannot be stripped', () => {
    const bad = files
      .filter(file => file.endsWith('.ts'))
      .filter(file => {
        const text = textOf.get(file)!;
        return (
          /^export default\b/m.test(text) ||
          /\/index\.ts$/.test(file) ||
          /^\s*(export\s+)?(const\s+)?enum\s/m.test(text)
        );
      });
    expect(bad).toEqual([]);
  });
});
