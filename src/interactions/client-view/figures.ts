// Attendance in figures, each with what it is counted of. Pure.
import { isLateCancel, type Meeting } from './sessions.ts';
import type { StayWeek } from './weeks.ts';

export interface Figures {
  /** Sessions by how they ended. */
  fulfilled: number;
  noShow: number;
  cancelledByPatient: number;
  cancelledByProvider: number;
  cancelledByOther: number;
  /** Called off less than 24 hours before, by any side. */
  lateCancel: number;
  /** fulfilled / (fulfilled + no-show + cancelled by the patient); absent where there was nothing. */
  attendanceRate?: number;
  attendanceRateOf: number;
  /** no-show / (fulfilled + no-show + late cancel). */
  noShowRate?: number;
  noShowRateOf: number;
  attendedHours: number;
  /** Weeks that lie within the stay and are over, and of these those with nine hours or more. */
  fullWeeks: number;
  weeksOfNineHours: number;
  /** Attended of planned hours, of full weeks that have a plan. */
  doseOfPlan?: number;
}

export const NINE_HOURS = 9;

export function figuresOf(meetings: readonly Meeting[], weeks: readonly StayWeek[]): Figures {
  const count = (wanted: (one: Meeting) => boolean): number => meetings.filter(wanted).length;
  const cancelled = (by: Meeting['by']) => count(one => one.status === 'cancelled' && one.by === by);
  const fulfilled = count(one => one.status === 'fulfilled');
  const noShow = count(one => one.status === 'noshow');
  const cancelledByPatient = cancelled('patient');
  const lateCancel = count(isLateCancel);
  const attendanceRateOf = fulfilled + noShow + cancelledByPatient;
  const noShowRateOf = fulfilled + noShow + lateCancel;
  const full = weeks.filter(one => !one.partial);
  const planned = full.filter(one => one.plannedHours !== undefined);
  const hours = (of: readonly StayWeek[]) => of.reduce((sum, one) => sum + one.attendedHours, 0);
  return {
    fulfilled,
    noShow,
    cancelledByPatient,
    cancelledByProvider: cancelled('provider'),
    cancelledByOther: cancelled('other'),
    lateCancel,
    ...rate('attendanceRate', fulfilled, attendanceRateOf),
    attendanceRateOf,
    ...rate('noShowRate', noShow, noShowRateOf),
    noShowRateOf,
    attendedHours: hours(weeks),
    fullWeeks: full.length,
    weeksOfNineHours: full.filter(one => one.attendedHours >= NINE_HOURS).length,
    ...rate(
      'doseOfPlan',
      hours(planned),
      planned.reduce((sum, one) => sum + (one.plannedHours ?? 0), 0),
    ),
  };
}

const rate = <Name extends string>(name: Name, part: number, whole: number): { [key in Name]?: number } =>
  (whole === 0 ? {} : { [name]: part / whole }) as { [key in Name]?: number };
