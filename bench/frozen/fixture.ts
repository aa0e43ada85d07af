import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../../src/common/files/packageFolder.js';
import { foreframe } from './commandLine.js';
import type { Facts } from './facts.js';

/** What bits depend on besides the code: equal only where all of this is. */
export interface Machine {
  /** The widest instructions that are used, such as `avx512_bf16`. */
  readonly processor: string;
  /** Sizes of the first core's caches: matrices are multiplied in blocks of them. */
  readonly caches: string;
  readonly tensorflow: string;
  /** What it decoded may differ from what another one decodes. */
  readonly ffmpeg: string;
}

export interface Fixture {
  readonly machine: Machine;
  readonly cases: Readonly<Record<string, Facts>>;
}

const folder = join(packageFolder, 'test', 'fixtures', 'frozen');

/** This machine, as `foreframe doctor` finds it. */
export async function thisMachine(): Promise<Machine> {
  const { checks } = (await foreframe(['doctor'], packageFolder)) as {
    checks: { name: string; value: string }[];
  };
  const said = (name: string) => checks.find((check) => check.name === name)?.value ?? '';
  const features = /\[(.*)\]/.exec(said('precision'))?.[1]?.split(' ') ?? [];
  const processor = features.at(-1) ?? 'plain';
  return {
    processor,
    caches: caches(),
    tensorflow: said('TensorFlow'),
    ffmpeg: said('ffmpeg').split(' ')[0]!,
  };
}

function caches(): string {
  const root = '/sys/devices/system/cpu/cpu0/cache';
  if (!existsSync(root)) return 'unknown';
  const read = (index: string, name: string) => readFileSync(join(root, index, name), 'utf8').trim();
  return readdirSync(root)
    .filter((name) => name.startsWith('index'))
    .sort()
    .map((index) => `L${read(index, 'level')} ${read(index, 'type')} ${read(index, 'size')}`)
    .join(', ');
}

/** Whether the same bits are to be expected on both; ffmpeg matters only to what is decoded. */
export function sameBits(a: Machine, b: Machine): boolean {
  return a.processor === b.processor && a.caches === b.caches && a.tensorflow === b.tensorflow;
}

/** The fixture of this kind of processor, or else of any. @throws when there is none at all */
export function readFixture(machine: Machine): Fixture {
  const all = fixtures();
  const found = all.find((each) => each.machine.processor === machine.processor) ?? all[0];
  if (!found)
    throw new Error(`there is no fixture in ${folder}: make one with \`foreframe bench frozen --write\``);
  return found;
}

function fixtures(): Fixture[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Fixture);
}

/**
 * Keep facts as this kind of processor's fixture. Of the cases that it held those of these names stay, which were not run now.
 * @returns its path
 */
export function writeFixture(machine: Machine, names: readonly string[], cases: Fixture['cases']): string {
  mkdirSync(folder, { recursive: true });
  const all = { ...fixtures().find((each) => sameBits(each.machine, machine))?.cases, ...cases };
  const path = join(folder, `${machine.processor}.json`);
  const bodies = names.flatMap((name) => {
    const facts = all[name];
    return facts ? [`${JSON.stringify(name)}: {\n${lines(facts)}\n}`] : [];
  });
  writeFileSync(path, `{"machine": ${JSON.stringify(machine)},\n"cases": {\n${bodies.join(',\n')}\n}}\n`);
  return path;
}

/** A fact a line, so that a change of one is a change of one line. */
function lines(facts: Facts): string {
  return Object.entries(facts)
    .map(([fact, value]) => `${JSON.stringify(fact)}:${JSON.stringify(value)}`)
    .join(',\n');
}
