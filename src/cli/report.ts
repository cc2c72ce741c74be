// `audit accounting` and `audit breach-impact`: the operations of the same names on the store itself, as the
// program whose records they are about. The same way, the same audit row.
import { type Options, text } from './options.ts';
import { asProgram } from './own-program.ts';
import { say, type Terminal } from './terminal.ts';

export const accountDisclosures = (terminal: Terminal, options: Options): Promise<number> =>
  report(terminal, options, {
    operation: 'accounting-of-disclosures',
    type: 'Patient',
    id: text(options, 'patient') ?? '',
    query: queryOf(options, ['start', 'end']),
  });

export const tellBreachImpact = (terminal: Terminal, options: Options): Promise<number> =>
  report(terminal, options, {
    operation: 'breach-impact',
    query: queryOf(options, ['client', 'user', 'start', 'end', 'discovered']),
  });

interface Asked {
  operation: string;
  type?: string;
  id?: string;
  query: string;
}

/** CSV, or the FHIR Parameters with --json. */
const report = (terminal: Terminal, options: Options, asked: Asked): Promise<number> =>
  asProgram(terminal, options, async ({ app, principal }) => {
    const csv = options.json !== true;
    const request = { kind: 'operation', ...asked, csv, prefer: {}, request: app.context.ids() } as const;
    const { body = '' } = await app.handle(request, principal);
    say(terminal.out, body.trimEnd());
    return 0;
  });

const queryOf = (options: Options, names: readonly string[]): string =>
  names
    .map(name => [name, text(options, name)] as const)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value!)}`)
    .join('&');
