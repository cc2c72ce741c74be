// Numbers that look random and are the same for the same seed. Not for anything that must be secret.

export interface Random {
  /** 0 <= x < 1. */
  next(): number;
  /** A whole number, both ends included. */
  whole(least: number, most: number): number;
  /** True in this share of calls. */
  chance(share: number): boolean;
  pick<T>(from: readonly T[]): T;
}

/** mulberry32, by Tommy Ettinger (public domain algorithm): 32 bits of state, even enough for stories. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    whole,
    chance: share => next() < share,
    pick: from => from[whole(0, from.length - 1)] as (typeof from)[number],
  };
}

/** A stream of its own for everything that has a name, so that one person's story moves no other's. */
export const randomFor = (seed: number, name: string): Random => randomFrom(hash(`${seed}|${name}`));

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
