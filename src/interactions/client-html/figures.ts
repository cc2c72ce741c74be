// Figures of attendance in words, with what each is counted of. Pure.
import { type Figures, NINE_HOURS } from '../client-view/figures.ts';
import { hours } from './document.ts';

const percent = (rate: number | undefined, of: number): string =>
  rate === undefined ? 'nothing to count' : `${Math.round(rate * 100)} % of ${of}`;

export const figureRows = (figures: Figures): readonly (readonly [string, string])[] => [
  ['Attendance rate', percent(figures.attendanceRate, figures.attendanceRateOf)],
  ['No-show rate', percent(figures.noShowRate, figures.noShowRateOf)],
  ['Sessions attended', String(figures.fulfilled)],
  ['Absent, not excused', String(figures.noShow)],
  [
    'Cancelled',
    `by the client ${figures.cancelledByPatient}, by the program ${figures.cancelledByProvider}, otherwise ${figures.cancelledByOther}; late ${figures.lateCancel}`,
  ],
  ['Hours attended', hours(figures.attendedHours)],
  [`Weeks of ${NINE_HOURS} hours or more`, `${figures.weeksOfNineHours} of ${figures.fullWeeks} full weeks`],
  [
    'Hours attended of planned',
    figures.doseOfPlan === undefined
      ? 'no full week with a plan'
      : `${Math.round(figures.doseOfPlan * 100)} %`,
  ],
];
