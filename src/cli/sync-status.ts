// `sync status`: how far each sync came, and what somebody has to look at.
import type { Status } from '../app.ts';
import type { Options } from './options.ts';
import { withSync } from './sync.ts';
import { say, type Terminal } from './terminal.ts';

export const tellStatus = (terminal: Terminal, options: Options, name: string | undefined): Promise<number> =>
  withSync(terminal, async sync => {
    const names = name === undefined ? (await sync.remotes()).map(one => one.name) : [name];
    const all: Status[] = [];
    for (const one of names) all.push(await sync.status(one));
    if (options.json === true) say(terminal.out, JSON.stringify(all));
    else for (const line of all.flatMap(linesOf)) say(terminal.out, line);
    return 0;
  });

const at = (ms: number): string => new Date(ms).toISOString();

function linesOf({ remote, last, places, ...status }: Status): string[] {
  const { linked, possibleMatches, pulled, sent, due, withheld, problems } = status;
  const counted = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([type, count]) => `${type} ${count}`)
      .join(', ') || 'none';
  const ran =
    last === undefined
      ? 'never ran'
      : `last run ${at(last.started)}: ${last.outcome}${last.reason === undefined ? '' : `. ${last.reason}`}`;
  return [
    `${remote.name}\t${remote.base}\t${remote.organization}\t${remote.program}`,
    `  ${ran}`,
    `  people linked ${linked}, possible matches ${possibleMatches}`,
    `  came: ${counted(pulled)}`,
    `  went: ${counted(sent)}`,
    `  to be sent: ${counted(due)}; not permitted: ${counted(withheld)}`,
    ...Object.entries(places).map(([place, instant]) => `  ${place} up to ${instant}`),
    ...problems.map(({ side, type, id, outcome, why }) => `  ${side} ${type} ${id}: ${outcome}: ${why}`),
  ];
}
