import type { Random } from '../../../src/common/random.js';
import { pick } from './mutate.js';

/** What a person never writes, but a program may. */
export function extreme(text: string, random: Random): { what: string; text: string } {
  const many = (count: number, line: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => line(i)).join('\n');
  const depth = 10 ** (1 + random.integer(4));
  const ways: [string, string][] = [
    [`${depth} unknown keys`, `${text}\n${many(depth, (i) => `unknown${i}: ${i}`)}`],
    [
      `${depth} unknown keys of data`,
      `${text.replace(/^data:.*$/m, '')}\ndata: {${many(depth, (i) => `u${i}: ${i},`)}}`,
    ],
    [`nested ${depth} deep`, `${text}\nx: ${'['.repeat(depth)}${']'.repeat(depth)}`],
    [`nested ${depth} deep in maps`, `${text}\nx: ${'{a: '.repeat(depth)}1${'}'.repeat(depth)}`],
    [
      'aliases of aliases',
      `${text}\n${many(
        12,
        (i) =>
          `a${i}: &a${i} [${
            i === 0
              ? '1'
              : Array(9)
                  .fill(`*a${i - 1}`)
                  .join(', ')
          }]`,
      )}`,
    ],
    [`a line of ${depth} characters`, `${text}\nname: ${'n'.repeat(depth)}`],
    ['an anchor that holds itself', `${text}\nx: &x [*x]`],
    ['nothing', ''],
    ['a list', '- 1\n- 2'],
    ['binary', Buffer.from(Uint8Array.from({ length: 200 }, () => random.integer(256))).toString('latin1')],
    ['two documents', `${text}\n---\n${text}`],
    ['a key of a map', `${text}\n? {a: 1}\n: 2`],
    ['a merge', `${text}\n<<: {name: merged}`],
  ];
  const [what, mutated] = pick(ways, random);
  return { what, text: mutated };
}
