import type { PersonName } from '../../iop/element.ts';

/** As one is spoken of; undefined where there is no name. */
export const nameOf = (name: PersonName | undefined): string | undefined =>
  name === undefined
    ? undefined
    : [...(name.given ?? []), name.family].filter(part => part !== undefined).join(' ');
