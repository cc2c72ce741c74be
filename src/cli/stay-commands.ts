// What staff do with one client's records: the `stay`, `letter` and `record` commands.
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type Options, text } from './options.ts';
import { asProgram } from './own-program.ts';
import type { Action } from './run.ts';
import { stepDown, taperStay } from './stay.ts';
import { CommandError, say, type Terminal } from './terminal.ts';

export function addStayCommands(
  root: Command,
  terminal: Terminal,
  keep: (action: Action) => (...given: unknown[]) => Promise<void>,
): void {
  const ofProgram = (command: Command): Command =>
    command.requiredOption('--program <id>', "logical id of the program's Organization");
  const stay = root.command('stay').description("what changes in a client's stay").exitOverride();
  const ofClient = (command: Command): Command =>
    ofProgram(command)
      .requiredOption('--client <key>', "the program's own key of the client")
      .option('--stay <key>', 'which stay, where several go on')
      .option('--json', 'print JSON');
  ofClient(
    stay.command('taper').description('fewer sessions, or shorter ones: the plan, and the phase of the stay'),
  )
    .requiredOption('--sessions <n>', 'sessions a week')
    .requiredOption('--minutes <n>', 'minutes of one session')
    .option('--why <text>', 'why')
    .option('--phase <phase>', 'the phase that follows', 'taper')
    .action(keep(options => taperStay(terminal, options)));
  ofClient(
    stay.command('step-down').description('the stay ends, completed, and a referral leads to less care'),
  )
    .requiredOption('--on <date>', 'last day of the stay')
    .option('--to <service>', 'outpatient, continuing-care or peer-support', 'outpatient')
    .option('--facility <name>', 'where the client goes on')
    .option('--organization <id>', 'the same, where the server knows it')
    .option('--note <text>', 'a note')
    .action(keep(options => stepDown(terminal, options)));

  const letter = root.command('letter').description('letters for clients').exitOverride();
  ofProgram(
    letter
      .command('print')
      .description('a letter to print (HTML)')
      .argument('<key>', "the program's own key of it"),
  )
    .option('--out <file>', 'write it into a file')
    .action(keep((options, key) => printLetter(terminal, options, key)));

  ofProgram(
    root
      .command('record')
      .description('a record of the program as FHIR says it now, as JSON that can be imported again')
      .argument('<kind>', 'as in /iop/schema')
      .argument('<key>', "the program's own key of it"),
  ).action(
    keep((options, kind, key) =>
      asProgram(terminal, options, async ({ app, principal }) => {
        say(terminal.out, JSON.stringify(await app.record(kind!, key!, principal)));
        return 0;
      }),
    ),
  );
}

/** To standard output, or a file that nobody else can read. */
const printLetter = (terminal: Terminal, options: Options, key: string | undefined): Promise<number> =>
  asProgram(terminal, options, async ({ app, principal }) => {
    const page = await app.printLetter(key!, principal);
    if (page === undefined) throw new CommandError(`There is no letter ${key}.`);
    const file = text(options, 'out');
    if (file === undefined) terminal.out.write(page);
    else writeFileSync(file, page, { mode: 0o600 });
    return 0;
  });
