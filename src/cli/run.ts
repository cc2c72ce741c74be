// The command line. Exit codes: 0 done, 1 failed or partly, 2 wrong usage.
import { Command, CommanderError } from 'commander';
import { VERSION } from '../app.ts';
import { checkpointAudit, verifyAudit } from './audit.ts';
import { addClientCommands } from './client-commands.ts';
import { listConflicts, resolve } from './conflicts.ts';
import { addConsentCommands } from './consent-commands.ts';
import { resetDemo, startDemo } from './demo.ts';
import { addExceptionCommands } from './exception-commands.ts';
import { GENERATE_HELP, generate } from './generate.ts';
import { runImport } from './import-command.ts';
import { runMigrate } from './migrate.ts';
import { addProgram } from './program.ts';
import { accountDisclosures, tellBreachImpact } from './report.ts';
import { serve } from './serve.ts';
import { explain, say, type Terminal } from './terminal.ts';
import { printToken } from './token.ts';

export type Action = (options: Record<string, unknown>, ...rest: string[]) => Promise<number>;

/** Runs one command; the number is the exit code. Never throws. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0;
  const keep =
    (action: Action) =>
    async (...given: unknown[]): Promise<void> => {
      const command = given.pop() as Command;
      const options = given.pop() as Record<string, unknown>;
      exitCode = await action({ ...options, ...command.parent?.opts() }, ...(given as string[]));
    };
  try {
    await commandsOf(terminal, keep).parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { line, exitCode: code } = explain(error);
    say(terminal.error, line);
    return code;
  }
}

function commandsOf(
  terminal: Terminal,
  keep: (action: Action) => (...given: unknown[]) => Promise<void>,
): Command {
  const root = new Command('iop-fhir')
    .description(
      'FHIR R4 facade for Intensive Outpatient Programs. Configured by environment: STORE, PORT, HOST, BASE_URL, KEYS, ...',
    )
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: text => terminal.out.write(text),
      writeErr: text => terminal.error.write(text),
    })
    .showHelpAfterError('(--help shows what there is)');

  root
    .command('demo')
    .description('serve a small invented clinic on loopback; prints tokens and curl lines')
    .option('--now <date>', "a new demo's clock starts there (2026-10-16, or an instant) and goes on")
    .action(keep(options => startDemo(terminal, options)));

  root
    .command('reset')
    .description('make the demo anew, as it was in the beginning; no other store. No server may have it open')
    .option('--now <date>', 'its clock starts there (2026-10-16, or an instant) and goes on')
    .action(keep(options => resetDemo(terminal, options)));

  root
    .command('serve')
    .description('serve the store that STORE names')
    .action(keep(() => serve(terminal)));

  root
    .command('token')
    .description('print an access token')
    .option(
      '--client <id>',
      'a registered client whose key is at hand, as those of the demo: demo-program, demo-ehr, ...',
    )
    .option('--key <file>', "its private JWK (default: what is named after it in KEYS, as the demo's are)")
    .option('--organization <id>', 'logical id of the Organization that calls')
    .option('--role <role>', 'program, ehr or payer')
    .option(
      '--scope <scopes>',
      "SMART scopes, space separated (default: all that the client has; an Organization: 'system/*.cruds')",
    )
    .option('--hours <n>', 'how long it is good, at most 744', '8')
    .option(
      '--prefix <text>',
      'what ids that a new Organization chooses start with (default: its id and a hyphen)',
    )
    .action(keep(options => printToken(terminal, options)));

  addClientCommands(root, terminal, keep);
  addConsentCommands(root, terminal, keep);
  addExceptionCommands(root, terminal, keep);

  const program = root.command('program').description('programs of this store').exitOverride();
  program
    .command('add')
    .description("make a program's Organization; prints its id")
    .requiredOption('--name <name>', 'name of the program')
    .option('--id <id>', 'logical id (default: random)')
    .option('--npi <npi>', 'National Provider Identifier')
    .option('--no-part2', 'not a 42 CFR Part 2 program')
    .option(
      '--prefix <text>',
      'what ids it chooses start with (default: empty for the first program, else id and hyphen)',
    )
    .option('--json', 'print JSON')
    .action(keep(options => addProgram(terminal, options)));

  root
    .command('import')
    .description(
      'import program records from NDJSON, or with a map from CSV (a file, or - for standard input)',
    )
    .argument('<file>')
    .requiredOption('--program <id>', "logical id of the program's Organization")
    .option('--map <file>', 'the file is a sheet (CSV); which columns are which fields of a record')
    .option('--bad <file>', 'with --map: a sheet of the rows that did not get in, and why')
    .option('--dry-run', 'plan everything, write nothing, and tell what would be written')
    .option('--json', 'print the summary as JSON')
    .action(keep((options, file) => runImport(terminal, options, file)));

  const conflicts = root
    .command('conflicts')
    .description('what an import and FHIR both changed, for a person to decide')
    .exitOverride();
  conflicts
    .command('list')
    .description('open conflicts: id, record, and of each field what the record says and what FHIR said')
    .requiredOption('--program <id>', "logical id of the program's Organization")
    .option('--json', 'print JSON')
    .action(keep(options => listConflicts(terminal, options)));
  conflicts
    .command('resolve')
    .description("import the record again as it came, with one side's value of every field that both changed")
    .argument('<id>', 'as `conflicts list` has it')
    .requiredOption('--program <id>', "logical id of the program's Organization")
    .option('--take <side>', 'record or fhir: of every field that is not named')
    .option('--record <paths...>', "fields that get the record's value")
    .option('--fhir <paths...>', "fields that keep FHIR's value, until the record changes there")
    .option('--json', 'print JSON')
    .action(keep((options, id) => resolve(terminal, options, id)));

  root
    .command('migrate')
    .description('move a whole store into an empty one; without places: bring the schema of STORE forward')
    .option('--from <store>', 'as STORE: sqlite:PATH or mongodb://HOST/DATABASE; or @FILE that says it')
    .option('--to <store>', 'the same; goes on where an interrupted move stopped')
    .option('--json', 'print the counts and checksums as JSON')
    .action(keep(options => runMigrate(terminal, options)));

  const audit = root.command('audit').description('the audit trail of this store').exitOverride();
  audit
    .command('verify')
    .description('find any row that was changed, removed, put in or moved; exit code 0 whole, 1 broken')
    .option('--checkpoint <file>', 'hold it against these signed checkpoints (default: AUDIT_CHECKPOINTS)')
    .option('--json', 'print JSON')
    .action(keep(options => verifyAudit(terminal, options)));
  audit
    .command('accounting')
    .description("to whom what of a client's record was disclosed, when and why (42 CFR 2.25), as CSV")
    .requiredOption('--program <id>', "logical id of the program's Organization")
    .requiredOption('--patient <id>', 'logical id of the Patient')
    .option('--start <date>', 'from then on (default: three years ago)')
    .option('--end <date>', 'until then, that day included')
    .option('--json', 'print FHIR Parameters')
    .action(keep(options => accountDisclosures(terminal, options)));
  audit
    .command('breach-impact')
    .description('whom a client, or who used one, saw or wrote about (42 CFR 2.16), as CSV')
    .requiredOption('--program <id>', "logical id of the program's Organization")
    .option('--client <id>', 'id of a registered client')
    .option('--user <reference>', 'who used a client: Practitioner/ID')
    .option('--start <date>', 'from then on')
    .option('--end <date>', 'until then, that day included')
    .option('--discovered <date>', 'when the breach was discovered (default: today)')
    .option('--json', 'print FHIR Parameters')
    .action(keep(options => tellBreachImpact(terminal, options)));
  audit
    .command('checkpoint')
    .description('sign where the chains end now; a running server does so every five minutes')
    .option('--json', 'print JSON')
    .action(keep(options => checkpointAudit(terminal, options)));

  root
    .command('generate')
    .description('write an invented clinic as NDJSON records to standard output')
    .option('--clients <n>', 'how many people', '10')
    .option('--weeks <n>', 'how many weeks', '12')
    .option('--seed <n>', 'the same seed gives the same clinic', '1')
    .option('--program <id>', 'whose records', 'riverbend')
    .option('--now <day>', 'a day (2026-10-16) that is taken for today')
    .option('--bundles', 'FHIR transaction Bundles, one a line, instead of records')
    .addHelpText('after', GENERATE_HELP)
    .action(keep(options => generate(terminal, options)));

  return root;
}
