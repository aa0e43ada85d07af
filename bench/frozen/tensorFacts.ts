import { readFileSync } from 'node:fs';
import { digest, type Facts } from './facts.js';

interface Tensor {
  readonly name: string;
  readonly text: string;
}

/** What only training needs is kept as one checksum a group. */
const GROUPS = ['optimizer/', 'teacher/', 'discriminator/', 'random/'];

/**
 * What a checkpoint holds, from the bytes of the safetensors file: its position without seconds, and name, shape and a
 * checksum of the bits of every tensor; `full: false` keeps one checksum for all of a group.
 */
export function tensorFacts(file: string, name: string, full: boolean): Facts {
  const { position, tensors } = readTensors(file);
  const facts: Facts = { [`position.${name}`]: position };
  const groups = new Map<string, Tensor[]>();
  for (const tensor of tensors) {
    const group = GROUPS.find((prefix) => tensor.name.startsWith(prefix)) ?? 'weights/';
    groups.set(group, [...(groups.get(group) ?? []), tensor]);
  }
  for (const [group, members] of groups) {
    const lines = members.map((each) => `${each.name} ${each.text}`).join('\n');
    facts[`${name}.${group}`] = `${members.length} tensors ${digest(lines)}`;
    if (full && group === 'weights/') for (const each of members) facts[`${name}.${each.name}`] = each.text;
  }
  return facts;
}

function readTensors(file: string): { position: string; tensors: Tensor[] } {
  const bytes = readFileSync(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  > & { __metadata__: Record<string, string> };
  const { __metadata__: metadata, ...entries } = header;
  const tensors = Object.entries(entries).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ]) => ({
      name,
      text: `${dtype}[${shape}] ${digest(bytes.subarray(start + begin, start + end))}`,
    }),
  );
  tensors.sort((a, b) => (a.name < b.name ? -1 : 1));
  const { seconds: _, ...position } = JSON.parse(metadata['foreframe.position'] ?? '{}');
  return { position: JSON.stringify(position), tensors };
}
