// A worksheet that a client filled in: a goal and its steps, triggers, the week, the time after treatment
// (QuestionnaireResponse). The goal itself is a record of its own.
//
// Glossary. Form: which worksheet. Answers: what the client wrote, question by question, in their order; a worksheet
// may have several steps. Reviewed by: the clinician who went through it with the client. No counselling notes.
import { CANONICAL_BASE } from '../fhir/canonical.ts';
import type {
  AnyResource,
  QuestionnaireResponse,
  QuestionnaireResponseItem,
  Reference,
} from '../fhir/types.ts';
import { WORKSHEET_FORM, WORKSHEET_ITEM } from './codes-life.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  businessIdentifier,
  keyOf,
  keysOf,
  part,
  partOf,
  prune,
  recordedAtOf,
  recordedExtension,
  reference,
} from './element.ts';
import { PATIENT_ASSERTED } from './patient-asserted.ts';
import { choice, instant, keyOfA, list, object, prose, recordSchema } from './schema.ts';
import { type CodeOf, codesOf } from './vocabulary.ts';

type Form = CodeOf<typeof WORKSHEET_FORM>;
type Asked = CodeOf<typeof WORKSHEET_ITEM>;

export interface WorksheetAnswer {
  asked: Asked;
  text: string;
}

export interface WorksheetRecord extends RecordEnvelope {
  kind: 'worksheet';
  client: string;
  form: Form;
  status: (typeof STATUSES)[number];
  /** When it was filled in. */
  at: string;
  /** The goal that it is about. */
  goal?: string;
  reviewedBy?: string;
  answers: WorksheetAnswer[];
}

/** http://hl7.org/fhir/R4/valueset-questionnaire-answers-status.html */
const STATUSES = ['in-progress', 'completed', 'amended', 'entered-in-error'] as const;
const FORMS = codesOf(WORKSHEET_FORM);
const ASKED = codesOf(WORKSHEET_ITEM);

const schema = recordSchema(
  'worksheet',
  'A worksheet that a client filled in',
  {
    client: keyOfA('client', 'Who filled it in.'),
    form: choice(FORMS, 'Which worksheet.'),
    status: choice(STATUSES, 'Where it stands.'),
    at: instant('When it was filled in.'),
    goal: keyOfA('goal', 'The goal that it is about.'),
    reviewedBy: keyOfA('clinician', 'Who went through it with the client.'),
    answers: list(
      object({ asked: choice(ASKED, 'What was asked.'), text: prose("In the client's words.", 1000) }, [
        'asked',
        'text',
      ]),
      'What the client wrote; names no other client.',
      30,
    ),
  },
  ['client', 'form', 'status', 'at', 'answers'],
);

const check = (): Problem[] => [];

/** Questions are told apart by linkId: the same one may be answered several times. */
const itemOf = ({ asked, text }: WorksheetAnswer): QuestionnaireResponseItem => ({
  linkId: asked,
  text: WORKSHEET_ITEM.codes[asked],
  answer: [{ valueString: text }],
});

/** The forms are the program's own: the canonical says which of them it is. */
const formUrl = (form: Form): string => `${CANONICAL_BASE}/Questionnaire/worksheet-${form}`;

/** A QuestionnaireResponse is based on no Goal: which one it is about is an answer. */
const GOAL = 'goal';
const goalItem = (reference: string): QuestionnaireResponseItem => ({
  linkId: GOAL,
  answer: [{ valueReference: { reference } }],
});
const goalsIn = ({ item = [] }: Partial<QuestionnaireResponse>): Reference[] =>
  item
    .filter(one => one.linkId === GOAL)
    .flatMap(one => one.answer ?? [])
    .flatMap(one => one.valueReference ?? []);

function toFhir(record: WorksheetRecord, links: Links): Part[] {
  const patient = { reference: links.to('client', record.client) };
  const response: QuestionnaireResponse = {
    resourceType: 'QuestionnaireResponse',
    meta: { security: [PATIENT_ASSERTED] },
    extension: recordedExtension(record),
    identifier: businessIdentifier(record),
    questionnaire: formUrl(record.form),
    status: record.status,
    subject: patient,
    authored: record.at,
    author: reference(record.reviewedBy && links.to('clinician', record.reviewedBy)),
    source: patient,
    item: [
      ...(record.goal === undefined ? [] : [goalItem(links.to('goal', record.goal))]),
      ...record.answers.map(itemOf),
    ],
  };
  return [part('', response)];
}

const askedOf = ({ linkId, answer = [] }: QuestionnaireResponseItem): WorksheetAnswer[] => {
  const asked = ASKED.find(one => one === linkId);
  return asked === undefined
    ? []
    : answer.flatMap(({ valueString: text }) => (text === undefined ? [] : [{ asked, text }]));
};

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): WorksheetRecord {
  const response = partOf<QuestionnaireResponse>(parts);
  return prune<WorksheetRecord>({
    kind: 'worksheet',
    id,
    program: names.program,
    recordedAt: recordedAtOf(response),
    client: keyOf(names, 'client', response.subject),
    form: FORMS.find(one => formUrl(one) === response.questionnaire),
    status: STATUSES.find(one => one === response.status),
    at: response.authored,
    goal: keysOf(names, 'goal', goalsIn(response))?.[0],
    reviewedBy: keyOf(names, 'clinician', response.author),
    answers: response.item?.flatMap(askedOf),
  });
}

export const worksheet: Concept<WorksheetRecord> = {
  kind: 'worksheet',
  title: 'A worksheet that a client filled in',
  schema,
  makes: ['QuestionnaireResponse'],
  check,
  toFhir,
  fromFhir,
};
