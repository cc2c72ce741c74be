// All program concepts, in the order in which records depend on each other: what is referred to first.
import { agreement } from './agreement.ts';
import { assessment } from './assessment.ts';
import { attendance } from './attendance.ts';
import { benefit } from './benefit.ts';
import { careTeam } from './care-team.ts';
import { checkIn } from './check-in.ts';
import { client } from './client.ts';
import { clinician } from './clinician.ts';
import type { Concept } from './concept.ts';
import { consent } from './consent.ts';
import { coverage } from './coverage.ts';
import { diagnosis } from './diagnosis.ts';
import { discharge } from './discharge.ts';
import { enquiry } from './enquiry.ts';
import { episode } from './episode.ts';
import { familyMember } from './family-member.ts';
import { goal } from './goal.ts';
import { homePractice } from './home-practice.ts';
import { letter } from './letter.ts';
import { medication } from './medication.ts';
import { plan } from './plan.ts';
import { program } from './program.ts';
import { referral } from './referral.ts';
import { risk } from './risk.ts';
import { score } from './score.ts';
import { session } from './session.ts';
import { site } from './site.ts';
import { slip } from './slip.ts';
import { socialHistory } from './social-history.ts';
import { task } from './task.ts';
import { track } from './track.ts';
import { urineScreen } from './urine-screen.ts';
import { worksheet } from './worksheet.ts';

export const CONCEPTS: readonly Concept[] = [
  program,
  site,
  track,
  clinician,
  client,
  familyMember,
  consent,
  coverage,
  benefit,
  careTeam,
  enquiry,
  diagnosis,
  episode,
  referral,
  assessment,
  socialHistory,
  goal,
  worksheet,
  plan,
  agreement,
  medication,
  session,
  checkIn,
  attendance,
  urineScreen,
  score,
  homePractice,
  slip,
  risk,
  discharge,
  letter,
  task,
];

const BY_KIND: ReadonlyMap<string, Concept> = new Map(CONCEPTS.map(one => [one.kind, one]));

/** The concept of this kind of record; undefined for a kind that does not exist. */
export const conceptOf = (kind: string): Concept | undefined => BY_KIND.get(kind);
