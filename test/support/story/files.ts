// The files of fixtures/ as text: each list of records as NDJSON and as a transaction Bundle.
import type { Bundle } from '../../../src/fhir/types.ts';
import { transactionOf } from '../../../src/iop/bundle.ts';
import { type Audience, countsFor } from './audience.ts';
import { expectedFiles } from './expected.ts';
import { storyFiles } from './story.ts';

export function fixtureFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [name, records] of storyFiles()) {
    files.set(`${name}.ndjson`, records.map(record => `${JSON.stringify(record)}\n`).join(''));
    files.set(`${name}.bundle.json`, bundleText(transactionOf(records)));
  }
  for (const [name, text] of expectedFiles()) files.set(name, text);
  return files;
}

/** One entry a line: readable, and small in a diff. */
function bundleText({ entry = [], ...rest }: Bundle): string {
  const entries = entry.map(one => JSON.stringify(one)).join(',\n');
  return `${JSON.stringify(rest).slice(0, -1)},"entry":[\n${entries}\n]}\n`;
}

const AUDIENCES: readonly Audience[] = ['program', 'ehr', 'payer'];
const COUNTS = /(?<=<!-- counts[^\n]*-->\n)[\s\S]*?(?=<!-- end of counts -->)/;

/** The README with its table of counts as the records say it. */
export function readmeWithCounts(readme: string): string {
  const records = [...storyFiles().values()].flat();
  const counts = AUDIENCES.map(audience => countsFor(audience, records));
  const rows = Object.keys(counts[0] ?? {}).map(
    type => `| ${type} | ${counts.map(one => one[type] ?? 0).join(' | ')} |`,
  );
  const table = ['', '| Type | Program | EHR | Payer |', '| --- | --- | --- | --- |', ...rows, '', ''].join(
    '\n',
  );
  return readme.replace(COUNTS, table);
}
