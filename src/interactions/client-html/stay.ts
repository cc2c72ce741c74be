// Stays in a table. Pure.
import { COMPLETION, EPISODE_PHASE, LEVEL_OF_CARE } from '../../iop/codes.ts';
import type { StayHead } from '../client-view/client.ts';
import { wordOf } from '../client-view/events.ts';
import type { Column } from './document.ts';

const codes = (of: Readonly<Record<string, string>>, code: string | undefined): string | undefined =>
  code === undefined ? undefined : (of[code] ?? code);

export const phaseWords = (phase: string | undefined) => codes(EPISODE_PHASE.codes, phase);
export const levelWords = (level: string | undefined) => codes(LEVEL_OF_CARE.codes, level);
export const completionWords = (completion: string | undefined) => codes(COMPLETION.codes, completion);

export const STAY_COLUMNS: readonly Column<StayHead>[] = [
  { title: 'Status', of: one => wordOf(one.status) },
  { title: 'Level of care', of: one => levelWords(one.level) },
  { title: 'Track', of: one => one.track },
  { title: 'Phase', of: one => phaseWords(one.phase) },
  { title: 'From', kind: 'day', of: one => one.from },
  { title: 'Until', kind: 'day', of: one => one.until },
  { title: 'Week', kind: 'number', of: one => one.week },
];
