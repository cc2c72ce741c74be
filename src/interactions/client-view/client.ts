// The head of every page: whose it is, and by which wall clock it was told. Pure.
import { client } from '../../iop/client.ts';
import { prune } from '../../iop/element.ts';
import type { Chart } from './load.ts';
import { nameOf } from './name.ts';
import { readKind } from './read.ts';
import { type Stay, stayWeek, theStay } from './stays.ts';

export interface Head {
  client: { id?: string; resource: string; name: string; birthDate?: string };
  /** IANA zone of every day and week. */
  timeZone: string;
  /** The local day on which it was told. */
  today: string;
}

export function headOf({ id, found, calendar }: Chart): Head {
  const [one] = readKind(client, found);
  const resource = `Patient/${id}`;
  return {
    client: prune<Head['client']>({
      id: one?.id,
      resource,
      name: nameOf(one?.record.name) ?? resource,
      birthDate: one?.record.birthDate,
    }),
    timeZone: calendar.zone,
    today: calendar.today,
  };
}

export interface StayHead {
  id?: string;
  resource: string;
  status: string;
  level?: string;
  phase?: string;
  /** What the track is called. */
  track?: string;
  from?: string;
  until?: string;
  /** Which week of the stay this is, or was the last. */
  week?: number;
}

export function stayHead(stay: Stay, { calendar, called }: Chart): StayHead {
  const { status, level, phase, track, from } = stay.record;
  const last = stay.until !== undefined && stay.until < calendar.today ? stay.until : calendar.today;
  return prune<StayHead>({
    id: stay.id,
    resource: stay.resource,
    status,
    level,
    phase,
    track: track && (called.get(`track|${track}`) ?? track),
    from,
    until: stay.record.until,
    week: stayWeek(stay, last),
  });
}

export const theStayHead = (stays: readonly Stay[], chart: Chart): StayHead | undefined => {
  const stay = theStay(stays, chart.calendar);
  return stay && stayHead(stay, chart);
};
