// `emergency`, `agreement` and `court-order` as the command line takes them.
import type { Command } from 'commander';
import { addAgreement, endAgreement, listAgreements } from './agreement.ts';
import { addCourtOrder, endCourtOrder, listCourtOrders } from './court-order.ts';
import { listEmergencies, reviewEmergency } from './emergency.ts';
import type { Action } from './run.ts';
import type { Terminal } from './terminal.ts';

type Keep = (action: Action) => (...given: unknown[]) => Promise<void>;

export function addExceptionCommands(root: Command, terminal: Terminal, keep: Keep): void {
  addEmergency(groupOf(root, 'emergency', 'records that were disclosed in emergencies (42 CFR 2.51)'));
  addAgreements(groupOf(root, 'agreement', 'agreements on audits and evaluations (42 CFR 2.53)'));
  addOrders(groupOf(root, 'court-order', 'court orders with subpoenas (42 CFR 2.61-2.67)'));

  function addEmergency(command: Make): void {
    command('list', 'those that nobody has reviewed, oldest first')
      .option('--all', 'also those that were reviewed')
      .option('--json', 'print JSON')
      .action(keep(options => listEmergencies(terminal, options)));
    command('review', 'note who looked into one, and when')
      .argument('<id>')
      .requiredOption('--by <name>', 'who did')
      .option('--note <text>', 'what came of it')
      .option('--json', 'print JSON')
      .action(keep((options, id) => reviewEmergency(terminal, options, id)));
  }

  function addAgreements(command: Make): void {
    command('add', 'write down an agreement; prints its id')
      .option('--client <id>', 'the registered client that it is with')
      .option('--organization <id>', 'or the Organization: all its clients with the role auditor')
      .requiredOption('--purpose <code>', 'HACCRED, HCOMPL or HQUALIMP')
      .option('--from <date>', 'first day (default: now)')
      .requiredOption('--until <date>', 'last day')
      .requiredOption(
        '--signed-by <name>',
        'who undertook for the auditor to give what it sees to nobody else',
      )
      .requiredOption('--signed <date>', 'day of the signature')
      .option('--copying', 'it may take copies')
      .option('--json', 'print JSON')
      .action(keep(options => addAgreement(terminal, options)));
    command('list', "all of a program's")
      .option('--json', 'print JSON')
      .action(keep(options => listAgreements(terminal, options)));
    command('end', 'end one, from the next request on')
      .argument('<id>')
      .action(keep((options, id) => endAgreement(terminal, options, id)));
  }

  function addOrders(command: Make): void {
    command('add', 'write down an order and the subpoena that came with it; prints its id')
      .requiredOption('--patient <id>', 'logical id of the Patient')
      .requiredOption('--to <organization>', 'logical id of the Organization to which it orders disclosure')
      .requiredOption('--court <name>', 'which court')
      .requiredOption('--ordered <date>', 'day of the order')
      .requiredOption('--subpoena <reference>', 'reference of the subpoena')
      .requiredOption('--types <types>', 'resource types that it names, with commas')
      .option('--records-from <date>', 'of records: from this day on')
      .option('--records-until <date>', 'of records: until this day')
      .requiredOption('--until <date>', 'last day on which the order is in force')
      .option('--json', 'print JSON')
      .action(keep(options => addCourtOrder(terminal, options)));
    command('list', "all of a program's")
      .option('--json', 'print JSON')
      .action(keep(options => listCourtOrders(terminal, options)));
    command('end', 'end one, from the next request on')
      .argument('<id>')
      .action(keep((options, id) => endCourtOrder(terminal, options, id)));
  }
}

type Make = (name: string, description: string) => Command;

/** Every command of a group is about one program. */
function groupOf(root: Command, name: string, description: string): Make {
  const group = root.command(name).description(description).exitOverride();
  return (verb, about) =>
    group
      .command(verb)
      .description(about)
      .requiredOption('--program <id>', "logical id of the program's Organization");
}
