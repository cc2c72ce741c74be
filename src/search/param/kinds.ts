import type { ParamType } from '../ast.ts';
import { date } from './date.ts';
import type { ParamKind } from './kind.ts';
import { number } from './number.ts';
import { quantity } from './quantity.ts';
import { reference } from './reference.ts';
import { string } from './string.ts';
import { token } from './token.ts';
import { uri } from './uri.ts';

export const KINDS: Readonly<Record<ParamType, ParamKind>> = {
  token,
  string,
  date,
  reference,
  quantity,
  number,
  uri,
};
