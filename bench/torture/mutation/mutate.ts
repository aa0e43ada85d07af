import type { Random } from '../../../src/common/random.js';

/** What was done to bytes, in words, and what came of it. */
export interface Mutated {
  readonly kind: MutationKind;
  readonly text: string;
  readonly bytes: Buffer;
}

export const MUTATIONS = ['flip', 'cut', 'insert', 'duplicate', 'swap', 'remove', 'zero'] as const;
export type MutationKind = (typeof MUTATIONS)[number];

/** One mutation, anywhere in a file; often near its start or end, where formats keep what they say about themselves. */
export function mutate(
  bytes: Buffer,
  random: Random,
  kind: MutationKind = MUTATIONS[random.integer(MUTATIONS.length)]!,
): Mutated {
  const length = Math.min(bytes.length, 1 + Math.floor(10 ** (random.uniform() * 3.5)));
  const at = Math.min(place(bytes.length, random), bytes.length - length);
  const block = bytes.subarray(at, at + length);
  const rest = [bytes.subarray(0, at), bytes.subarray(at + length)] as const;
  const text = `${kind} ${length} bytes at ${at} of ${bytes.length}`;
  switch (kind) {
    case 'flip': {
      const count = 1 + random.integer(16);
      return {
        kind,
        text: `flip ${count} bits around ${at} of ${bytes.length}`,
        bytes: flip(bytes, at, count, random),
      };
    }
    case 'cut': {
      const end = random.integer(bytes.length);
      return {
        kind,
        text: `cut at ${end} of ${bytes.length} bytes`,
        bytes: Buffer.from(bytes.subarray(0, end)),
      };
    }
    case 'insert': {
      const noise = Buffer.from(Uint8Array.from({ length }, () => random.integer(256)));
      return { kind, text, bytes: Buffer.concat([rest[0], noise, block, rest[1]]) };
    }
    case 'duplicate':
      return { kind, text, bytes: Buffer.concat([rest[0], block, block, rest[1]]) };
    case 'swap': {
      const other = random.integer(bytes.length - length + 1);
      const out = Buffer.from(bytes);
      bytes.copy(out, at, other, other + length);
      bytes.copy(out, other, at, at + length);
      return { kind, text: `${text} with those at ${other}`, bytes: out };
    }
    case 'remove':
      return { kind, text, bytes: Buffer.concat(rest) };
    case 'zero':
      return { kind, text, bytes: Buffer.concat([rest[0], Buffer.alloc(length), rest[1]]) };
  }
}

function flip(bytes: Buffer, at: number, count: number, random: Random): Buffer {
  const out = Buffer.from(bytes);
  for (let i = 0; i < count; i++) {
    const where = Math.min(out.length - 1, at + (i === 0 ? 0 : random.integer(64)));
    out[where]! ^= 1 << random.integer(8);
  }
  return out;
}

function place(length: number, random: Random): number {
  const near = random.integer(Math.min(length, 1500));
  const choice = random.integer(4);
  return choice === 0 ? near : choice === 1 ? length - 1 - near : random.integer(length);
}

export function pick<T>(from: readonly T[], random: Random): T {
  return from[random.integer(from.length)]!;
}
