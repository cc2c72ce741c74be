// The `consent` commands as the command line takes them.
import type { Command } from 'commander';
import { addConsent, explainConsent, listConsents, printForm, revokeConsent } from './consent.ts';
import type { Action } from './run.ts';
import type { Terminal } from './terminal.ts';

export function addConsentCommands(
  root: Command,
  terminal: Terminal,
  keep: (action: Action) => (...given: unknown[]) => Promise<void>,
): void {
  const consent = root
    .command('consent')
    .description('what clients signed about their records')
    .exitOverride();
  const command = (name: string, description: string): Command =>
    consent
      .command(name)
      .description(description)
      .requiredOption('--program <id>', "logical id of the program's Organization");
  command('add', 'write down a consent, or a restriction; prints its record id')
    .requiredOption('--client <key>', "the program's own key of the client who signed")
    .option('--to <organization>', 'who may see the records: logical id of an Organization')
    .option('--for <purposes>', 'TREAT, HPAYMT, HOPERAT or HRESCH; several with commas')
    .requiredOption('--signed <date>', 'day of the signature')
    .option('--verified <instant>', 'when the signature was checked with the client')
    .option('--from <date>', 'first day on which it holds')
    .option('--until <date>', 'last day on which it holds')
    .option('--expires-upon <text>', 'the event on which it expires')
    .option(
      '--statements <list>',
      'what the form told the client, with commas',
      'revocation,redisclosure,refusal',
    )
    .option('--paper <text>', 'where the signed form is kept')
    .option('--only <kinds>', 'only these kinds of records, with commas (default: all records)')
    .option('--except <kinds>', 'of these, not the records of these kinds')
    .option('--except-sensitive <codes>', 'nor what reveals this: SUD, PSY, HIV, SDV, ...')
    .option('--data-from <date>', 'first day that the records are about')
    .option('--data-until <date>', 'last day that the records are about')
    .option(
      '--self-paid <attendances>',
      'a restriction on sessions the client paid for alone: --to names the payer',
    )
    .option(
      '--criminal-justice',
      'a condition of criminal proceedings or release (42 CFR 2.35): --to names an office',
    )
    .option('--irrevocable', 'the same, and not to be revoked before the event in --expires-upon')
    .option('--deny', 'a restriction: whom and what for it names, or everybody and everything, may not')
    .option('--draft', 'not signed yet: it permits nothing')
    .option('--id <key>', 'record id (default: random); one that is there is written anew')
    .option('--json', 'print JSON')
    .action(keep(options => addConsent(terminal, options)));
  command(
    'list',
    "a person's consents: id, status, effect, to whom, what for, until, which records, what is missing",
  )
    .option('--client <key>', "the program's own key of the client")
    .option('--patient <id>', 'logical id of the Patient')
    .option('--json', 'print JSON')
    .action(keep(options => listConsents(terminal, options)));
  command('revoke', 'end a consent, from the next request on')
    .argument('<id>', 'logical id of the Consent')
    .option(
      '--event-happened <date>',
      'when the event happened before which it may not be revoked (42 CFR 2.35)',
    )
    .action(keep((options, id) => revokeConsent(terminal, options, id)));
  command('explain', 'why a client sees a resource, or why not')
    .argument('<resource>', 'Type/ID')
    .requiredOption('--client <id>', 'id of a registered client')
    .option('--json', 'print FHIR Parameters')
    .action(keep((options, resource) => explainConsent(terminal, options, resource)));
  command('print', 'a consent as a form (HTML) to read and sign')
    .argument('<id>', 'logical id of the Consent')
    .option('--out <file>', 'write it into a file')
    .action(keep((options, id) => printForm(terminal, options, id)));
}
