// The labels that an answer carries: what is stored, and what depends on who asks. DS4P: exactly one confidentiality
// in a given context, so that it is computed for the answer and never stored.
// https://hl7.org/fhir/uv/security-label-ds4p/ https://www.ecfr.gov/current/title-42/section-2.33
import { canonicalSystem } from '../../fhir/code-system.ts';
import { itemsOf } from '../../fhir/security.ts';
import type { RecipientKind } from '../../store/registry.ts';
import type { Principal, Role } from '../grant.ts';
import { COUNSELLING_NOTE, RESTRICTED } from './sensitivity.ts';

export const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
export const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';

/** Lowest first. */
const LEVELS = ['U', 'L', 'M', 'N', 'R', 'V'] as const;
export type Level = (typeof LEVELS)[number];

export const isLevel = (code: string): code is Level => (LEVELS as readonly string[]).includes(code);
export const higher = (a: Level | undefined, b: Level | undefined): Level | undefined =>
  a === undefined || (b !== undefined && LEVELS.indexOf(b) > LEVELS.indexOf(a)) ? b : a;

/** One item of meta.security. */
export interface Label {
  /** Canonical; '' where it has none. */
  system: string;
  code: string;
  /** As it stands in the body. */
  text: string;
}

export function readLabel(text: string): Label {
  const { system, code } = JSON.parse(text) as { system?: unknown; code?: unknown };
  const known = typeof system === 'string' && typeof code === 'string';
  return { system: known ? canonicalSystem(system) : '', code: known ? code : '', text };
}

/** What the labels of one resource depend on besides those that are stored. */
export interface Setting {
  /** It tells of a person. */
  person: boolean;
  /** It is of the record of a Part 2 program. */
  part2: boolean;
  /** Whoever gets it may not pass it on as a covered entity may. */
  bound: boolean;
}

const OF_THE_PERSON: ReadonlySet<Role> = new Set<Role>(['patient', 'representative']);
/** 42 CFR 2.33(b)(1): they may redisclose as the HIPAA rules allow. */
const COVERED: ReadonlySet<RecipientKind> = new Set<RecipientKind>(['covered-entity', 'business-associate']);

export function settingOf(
  { owner, patients }: { owner: string; patients: readonly string[] },
  { organization, role, recipient, part2Programs }: Principal,
): Setting {
  const outside = owner !== organization && !OF_THE_PERSON.has(role);
  return {
    person: patients.length > 0,
    part2: part2Programs?.has(owner) === true,
    bound: outside && recipient !== undefined && !COVERED.has(recipient),
  };
}

export interface Shown {
  /** Between the brackets of meta.security. */
  inner: string;
  /** None on what tells of nobody, unless it came with one. */
  level: Level | undefined;
}

/** Answers of so many kinds, from labels of so many characters, are kept: most of what a store holds looks alike. */
const MOST_KEPT = 1000;
const LONGEST_KEPT = 1000;
const kept = new Map<string, Shown>();

/** `stored`: what is between the brackets of the stored meta.security. */
export function shownIn(stored: string, setting: Setting): Shown {
  const { person, part2, bound } = setting;
  const key = `${person ? 'p' : ''}${part2 ? '2' : ''}${bound ? 'b' : ''} ${stored}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const shown = compute(itemsOf(stored).map(readLabel), setting);
  if (stored.length > LONGEST_KEPT) return shown;
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(key, shown);
  return shown;
}

function compute(labels: readonly Label[], { person, part2, bound }: Setting): Shown {
  const has = (code: string): boolean => labels.some(one => one.system === ACT_CODE && one.code === code);
  const law = person && (part2 || has('42CFRPart2'));
  const level = higher(floorOf(labels), person ? levelOf(labels, law) : undefined);
  const added: string[] = [];
  if (level !== undefined) added.push(itemText(CONFIDENTIALITY, level, law));
  if (law && !has('42CFRPart2')) added.push(itemText(ACT_CODE, '42CFRPart2', false));
  // The older code for the same is retired: what came with it goes out with the one in force.
  const refrains = (law && bound) || has('NORDSLCD');
  if (refrains && !has('NORDSCLCD')) added.push(itemText(ACT_CODE, 'NORDSCLCD', law));
  const replaced = ({ system, code }: Label): boolean =>
    (system === CONFIDENTIALITY && isLevel(code)) || (system === ACT_CODE && code === 'NORDSLCD');
  const stored = labels.filter(one => !replaced(one)).map(one => one.text);
  return { inner: [...added, ...stored].join(','), level };
}

/** The confidentiality that it came with: never shown lower. */
export function floorOf(labels: readonly Label[]): Level | undefined {
  let floor: Level | undefined;
  for (const { system, code } of labels)
    if (system === CONFIDENTIALITY && isLevel(code)) floor = higher(floor, code);
  return floor;
}

function levelOf(labels: readonly Label[], law: boolean): Level {
  const codes = labels.filter(one => one.system === ACT_CODE).map(one => one.code);
  if (codes.some(code => COUNSELLING_NOTE.has(code))) return 'V';
  return law || codes.some(code => RESTRICTED.has(code)) ? 'R' : 'N';
}

const BASIS = 'http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-sec-label-basis';
const PART2_BASIS = { url: BASIS, valueCoding: { system: ACT_CODE, code: '42CFRPart2' } };

/** `law`: it is there because of 42 CFR Part 2, and does not name it itself. */
const itemText = (system: string, code: string, law: boolean): string =>
  JSON.stringify({ ...(law ? { extension: [PART2_BASIS] } : {}), system, code });
