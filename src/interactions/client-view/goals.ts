// A client's goals and how each got on: by the versions of the Goal, as far as the caller reads them. Pure.
import { prune } from '../../iop/element.ts';
import {
  type GoalAchievement,
  type GoalAim,
  type GoalArea,
  type GoalProgress,
  type GoalRecord,
  type GoalStatus,
  goal,
} from '../../iop/goal.ts';
import type { Chart } from './load.ts';
import { readKind } from './read.ts';
import { type Said, saidOver } from './said.ts';

/** A status that a goal had from then on. */
export interface GoalStep {
  at: string;
  /** Local day. */
  date: string;
  /**
   * How `at` is known: `statusDate` as the Goal says, `startDate` of a new goal, `recorded` when the program
   * recorded the version, `version` when this server was told.
   */
  by: 'statusDate' | 'startDate' | 'recorded' | 'version';
  status: GoalStatus;
  achievement?: GoalAchievement;
}

export interface GoalHistory {
  id?: string;
  resource: string;
  description: string;
  area?: GoalArea;
  status: GoalStatus;
  achievement?: GoalAchievement;
  targets?: GoalAim[];
  outcome?: string;
  /** Oldest first: one for each change of status or achievement. */
  steps: readonly GoalStep[];
  /** Dated entries of the Goal itself, oldest first. */
  progress: readonly (GoalProgress & { date: string })[];
}

export function goalHistory(chart: Chart): GoalHistory[] {
  const dated = <T extends { at: string }>(one: T) => ({ ...one, date: chart.calendar.dayOf(one.at) });
  return readKind(goal, chart.found)
    .filter(({ record }) => record.status !== 'entered-in-error')
    .map(one => {
      const { description = '', area, status, achievement, targets, outcome, progress = [] } = one.record;
      const head = prune<GoalHistory>({
        id: one.id,
        resource: one.resource,
        description,
        area,
        status,
        achievement,
        targets,
        outcome,
      } as GoalHistory);
      return {
        ...head,
        description,
        steps: stepsOf(saidOver(goal, one, chart.past, chart.found)).map(dated),
        progress: progress.filter(({ at }) => at !== undefined).map(dated),
      };
    });
}

type Undated = Omit<GoalStep, 'date'>;

function stepsOf(said: readonly Said<GoalRecord>[]): Undated[] {
  const steps: Undated[] = [];
  let since: string | undefined;
  for (const { record, at, by } of said) {
    const before = steps.at(-1);
    const same = before?.status === record.status && before.achievement === record.achievement;
    if (!same) steps.push(stepOf(record, { at, by }, before, since));
    since = record.statusSince;
  }
  return steps;
}

/** A statusDate counts where it came with the change. */
function stepOf(
  { status, achievement, statusSince, from }: GoalRecord,
  dated: Pick<GoalStep, 'at' | 'by'>,
  before: Undated | undefined,
  since: string | undefined,
): Undated {
  const told = prune<Pick<GoalStep, 'status' | 'achievement'>>({ status, achievement });
  if (statusSince !== undefined && statusSince !== since)
    return { at: statusSince, by: 'statusDate', ...told };
  if (before === undefined && from !== undefined) return { at: from, by: 'startDate', ...told };
  return { ...dated, ...told };
}
