// What became of each resource of a run.

export type OutcomeWord =
  /** From there: new here, changed here, or as it was. */
  | 'created'
  | 'updated'
  | 'unchanged'
  /** From there, of nobody who is linked: it was not kept. */
  | 'passed-over'
  /** A Patient there that is ours from now on. */
  | 'linked'
  /** A Patient there that a person has to look at. */
  | 'possible-match'
  /** Sent there; or not to be seen by that Organization. */
  | 'sent'
  | 'withheld'
  /** Both sides changed it: both keep what they have. */
  | 'conflict'
  /** One side does not take it. */
  | 'refused';

export interface Outcome {
  side: 'pull' | 'push';
  type: string;
  /** Of a pull: the id there; of a push: the id here. */
  id: string;
  outcome: OutcomeWord;
  /** Elements, or a reason. Never a value of a record. */
  why?: string;
}

export type Report = (outcome: Outcome) => void;

/** To be looked at by somebody. */
export const isProblem = ({ outcome }: Outcome): boolean => outcome === 'conflict' || outcome === 'refused';

/** `pull Condition created` -> how many. */
export function counting(report: Report): { report: Report; counts: Record<string, number> } {
  const counts: Record<string, number> = {};
  return {
    counts,
    report: outcome => {
      const name = `${outcome.side} ${outcome.type} ${outcome.outcome}`;
      counts[name] = (counts[name] ?? 0) + 1;
      report(outcome);
    },
  };
}
