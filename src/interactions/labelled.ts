// The labels of an answer, for whom it is for. https://hl7.org/fhir/uv/security-label-ds4p/
import type { Grant, Principal } from '../access/grant.ts';
import { CONFIDENTIALITY, higher, type Level, settingOf, shownIn } from '../access/label/shown.ts';
import { bundleText } from '../fhir/bundle.ts';
import { findSecurity, putSecurity } from '../fhir/security.ts';
import type { Version } from '../store/port.ts';
import type { AnsweredBundle } from './request.ts';

/** `text`: the version as it is served, its meta.security as it is stored. */
export function labelled(text: string, version: Version, { principal }: Grant): string {
  const member = findSecurity(text, version.type, version.id);
  const { inner } = shownIn(member.inner, settingOf(version, principal));
  return inner === member.inner ? text : putSecurity(text, member, inner);
}

/**
 * The text of a Bundle, labelled with the highest confidentiality among the resources that are in it, and with
 * nothing else: no other label may tell of what is inside, nor any of what was left out.
 */
export function labelledBundle(bundle: AnsweredBundle, principal: Principal): string {
  let level: Level | undefined;
  for (const { carries = [], resource } of bundle.entries)
    if (resource !== undefined) for (const one of carries) level = higher(level, levelOf(one, principal));
  if (level === undefined) return bundleText(bundle);
  return bundleText({ ...bundle, security: [JSON.stringify({ system: CONFIDENTIALITY, code: level })] });
}

function levelOf(version: Version, principal: Principal): Level | undefined {
  if (version.deleted) return undefined;
  const { body, type, id } = version;
  return shownIn(findSecurity(body, type, id).inner, settingOf(version, principal)).level;
}
