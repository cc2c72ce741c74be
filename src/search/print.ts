import type { Search } from './ast.ts';

/** The parameters in effect as query text, without `?`: parsed again it means the same search. */
export const printSearch = (search: Search): string =>
  search.applied.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');

/** Only what may stand unescaped in every query and helps a reader. */
const encode = (text: string): string =>
  encodeURIComponent(text.toWellFormed())
    .replaceAll('%3A', ':')
    .replaceAll('%2F', '/')
    .replaceAll('%2C', ',');
