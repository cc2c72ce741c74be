// The image: what it promises, and what a linter says of how it is made.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../support/process.ts';

const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
const stages = lines.filter(line => line.startsWith('FROM '));
/** Of the image that is left in the end. */
const last = lines.slice(lines.lastIndexOf(stages.at(-1)!));
const instruction = (name: string) => last.filter(line => line.startsWith(`${name} `));

test('it is built in one stage and run in another, on one version of Node', () => {
  expect(stages.length).toBe(2);
  const images = stages.map(line => line.split(' ')[1]);
  expect(new Set(images).size).toBe(1);
  expect(images[0]).toMatch(/^node:24\.\d+\.\d+-slim$/);
});

test('it has no compiler, no tests and no sources, only what was built and what it needs', () => {
  const copied = instruction('COPY').map(line => line.split(' ').at(-1));
  expect(copied).toEqual(['./', 'node_modules', 'dist', 'profiles', 'fixtures', 'deploy']);
  expect(text).toContain('npm prune --omit=dev');
});

test('it runs as a user that is not root, by number, and says how it is', () => {
  expect(instruction('USER')).toEqual(['USER 1000:1000']);
  expect(instruction('HEALTHCHECK')[0]).toContain('/health');
  expect(instruction('VOLUME')).toEqual(['VOLUME /data']);
});

test('it serves, and never the demo', () => {
  expect(instruction('CMD')).toEqual(['CMD ["serve"]']);
  expect(text).not.toMatch(/\bDEMO=/);
});

test('no secret is copied or set', () => {
  expect(text).not.toMatch(/^(ENV|ARG)\b.*(PASSWORD|SECRET|TOKEN)/im);
  const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  expect(ignored).toEqual(expect.arrayContaining(['data', '.git', 'node_modules']));
});

const { HADOLINT } = process.env;
if ((HADOLINT ?? '') === '')
  process.stderr.write('Skipped: the linter of the Dockerfile. Set HADOLINT to the path of hadolint.\n');
// Reason: there is no such program, as printed above; .ci/run brings it along.
((HADOLINT ?? '') === '' ? test.skip : test)('hadolint finds nothing in it', () => {
  const { status, stdout, stderr } = spawnSync(HADOLINT!, [join(ROOT, 'Dockerfile')], { encoding: 'utf8' });
  expect([status, stdout, stderr]).toEqual([0, '', '']);
});
