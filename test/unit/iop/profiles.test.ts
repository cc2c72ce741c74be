import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { isLocalExtension, isLocalSystem, localExtensions, localSystems } from '../../../src/iop/profiles.ts';
import { validateResource } from '../../../src/validation/validate.ts';
import { allProfiles } from '../../support/profiles.ts';

const PROFILES = new URL('../../../profiles/', import.meta.url);
const SOURCES = new URL('../../../src/iop/', import.meta.url);
const files = allProfiles();

test('profiles/ holds what the code says, and nothing else', () => {
  const there = readdirSync(PROFILES).filter(name => name.endsWith('.json'));
  expect(there.toSorted()).toEqual([...files.keys()].toSorted());
  for (const [name, resource] of files)
    expect(JSON.parse(readFileSync(new URL(name, PROFILES), 'utf8'))).toEqual(resource);
});

test('no two of the local systems or extensions share a name', () => {
  for (const list of [localSystems(), localExtensions()])
    expect(new Set(list.map(one => one.url)).size).toBe(list.length);
});

test('every local system and extension that a module of src/iop exports is published', async () => {
  const modules = readdirSync(SOURCES).filter(name => name.endsWith('.ts'));
  const found = await Promise.all(modules.map(name => import(new URL(name, SOURCES).href)));
  const exported = found.flatMap(one => Object.values(one as object));
  const defined = exported.filter(one => isLocalSystem(one) || isLocalExtension(one));
  const published = [...localSystems(), ...localExtensions()];
  expect(defined.map(one => one.url).filter(url => !published.some(one => one.url === url))).toEqual([]);
});

describe.each([...files])('%s', (_name, resource) => {
  test('is valid R4', () => {
    expect(validateResource(resource)).toEqual([]);
  });
});
