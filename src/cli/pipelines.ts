import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { packageFolder } from '../common/files/packageFolder.js';
import { parseYaml } from '../config/readYaml.js';
import { wrap } from './terminal/wrap.js';

/** Sample images, by the name of the pipeline. */
const SAMPLES = join(packageFolder, 'docs/presets');
/** Characters of what a pipeline is about. */
const LONGEST_ABOUT = 130;

/** A pipeline that comes with foreframe, as its file has it. */
export interface PipelineCard {
  readonly name: string;
  /** A dataset, a video, or `your video`. */
  readonly learnsFrom: string;
  readonly model: string;
  readonly method: string;
  /** When training ends, such as `90 s` or `1000 steps`. */
  readonly budget: string;
  /** What it is: the beginning of its comment. */
  readonly about: string;
  /** What to expect of it, as its comment says. */
  readonly expected: string;
  /** An image of what its network sees of real footage, where there is one: a file that comes with foreframe. */
  readonly sample?: string;
}

/** What a card needs of a pipeline's file. */
const pipelineFile = z.looseObject({
  name: z.string(),
  data: z
    .looseObject({ dataset: z.string(), videos: z.array(z.string()) })
    .partial()
    .default({}),
  model: z.looseObject({ name: z.string(), preset: z.string() }).partial(),
  method: z.union([z.string(), z.looseObject({ name: z.string() })]).optional(),
  training: z
    .looseObject({
      seconds: z.number(),
      steps: z.number(),
      epochs: z.number(),
      target: z.string(),
      adversarial: z.unknown(),
    })
    .partial()
    .default({}),
});
type PipelineFile = z.infer<typeof pipelineFile>;

/** `foreframe pipelines` */
export function pipelinesCommand(options: { json?: boolean }): void {
  const cards = pipelineCards();
  console.log(options.json ? JSON.stringify(cards) : pipelinesText(cards));
}

/** The pipelines that come with foreframe, by name. */
export function pipelineCards(): PipelineCard[] {
  const folder = join(packageFolder, 'pipelines');
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();
  return names.map((name) => cardOf(readFileSync(join(folder, `${name}.yaml`), 'utf8'), name));
}

function cardOf(text: string, name: string): PipelineCard {
  const file = pipelineFile.parse(parseYaml(text));
  const comment = /^(?:#.*\n)*/.exec(text)![0].replaceAll(/^# ?/gm, '').trim();
  const [, when = '', what] = /^Expected( [^:]*)?: (.*)$/m.exec(comment) ?? [];
  const sample = join(SAMPLES, `${name}.webp`);
  return {
    name,
    learnsFrom: file.data.dataset ?? file.data.videos?.join(', ') ?? 'your video',
    model: file.model.name ?? (file.model.preset ? `nrm (${file.model.preset})` : 'nrm'),
    method: methodOf(file),
    budget: budgetOf(file),
    about: beginningOf(comment),
    expected: what === undefined ? 'not measured yet' : expectation(what, when),
    ...(existsSync(sample) && { sample }),
  };
}

/** What the comment says, and when it is so; the test split is what every such number is of. */
function expectation(what: string, when: string): string {
  return when === '' || when === ' on the test split' ? what : `${what.replace(/\.$/, '')},${when}`;
}

/** Pipelines that name no method say it with keys of `training`. */
function methodOf({ method, training }: PipelineFile): string {
  if (method !== undefined) return typeof method === 'string' ? method : method.name;
  if (training.adversarial !== undefined) return 'adversarial';
  return training.target === 'current' ? 'reconstruction' : 'next-frame';
}

function budgetOf({ training: { seconds, steps, epochs } }: PipelineFile): string {
  const parts = [];
  if (seconds !== undefined) parts.push(`${seconds} s`);
  if (steps !== undefined) parts.push(`${steps} steps`);
  if (epochs !== undefined) parts.push(`${epochs} epochs`);
  return parts.join(' or ');
}

/** Of a comment's words, its first sentences, as many as fit into a line or two. */
function beginningOf(comment: string): string {
  const words = comment
    .replaceAll(/^(Row of|Expected).*$/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  // What comes after a colon is a command or a detail, unless hardly anything stands before it.
  let text = /^.{20,}?[.:](?= |$)/.exec(words)?.[0] ?? words;
  while (text.endsWith('.')) {
    const next = /^ .+?\.(?= |$)/.exec(words.slice(text.length))?.[0];
    if (next === undefined || text.length + next.length > LONGEST_ABOUT) break;
    text += next;
  }
  return text.replace(/:$/, '.');
}

/** A block of lines for each. */
function pipelinesText(cards: readonly PipelineCard[]): string {
  const blocks = cards.map(({ name, learnsFrom, model, method, budget, about, expected, sample }) => {
    const inside = [
      `data ${learnsFrom} | model ${model} | method ${method} | ${budget}`,
      about,
      `Expect: ${expected}`,
      ...(sample ? [`What it sees: ${sample}`] : []),
    ];
    return [name, ...inside.flatMap((each) => wrap(each, '  '))].join('\n');
  });
  const advice =
    'Train one: foreframe train NAME. Change it: --set key=value; foreframe settings lists the keys.';
  return [...blocks, advice].join('\n\n');
}
