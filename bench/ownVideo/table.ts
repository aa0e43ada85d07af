import { groupBy } from '../../src/common/groupBy.js';
import type { Result, TrialErrors } from './records.js';

/** Error of the model ÷ that of copy-last. */
type Ratio = (errors: TrialErrors) => number | undefined;
const RATIOS: readonly (readonly [string, Ratio])[] = [
  ['next', ({ model, copyLast }) => model / copyLast],
  ['+10', ({ rollout }) => rollout && rollout.model / rollout.copyLast],
];

/** Share of the pipelines that a video has to have been tried with, to count in the means; a pipeline without it has none. */
const MOST = 2 / 3;

export interface Table {
  readonly heads: string[];
  readonly rows: string[][];
}

/**
 * Errors as shares of copy-last's, of the next frame and of the tenth of a rollout: on the test split by video and as the geometric
 * mean over those videos that most pipelines of the same frames and budget were tried on, and that mean on the validation split.
 * Mean ± standard deviation over seeds.
 */
export function tableOf(results: readonly Result[]): Table {
  const videos = [...new Set(results.map(({ video }) => video))];
  const groups = groupBy(
    results,
    ({ size, height = size, color, seconds }) => `${size}×${height} ${color}, ${seconds} s`,
  );
  const rows = [...groups]
    .sort(([, [a]], [, [b]]) => a!.size - b!.size || a!.seconds - b!.seconds)
    .flatMap(([budget, group]) => {
      const pipelines = groupBy(group, ({ candidate }) => candidate);
      const on = (video: string) =>
        [...pipelines.values()].filter((own) => own.some((each) => each.video === video)).length;
      const shared = videos.filter((video) => on(video) >= MOST * pipelines.size);
      return [...pipelines].flatMap(([name, own]) =>
        RATIOS.map(([what, ratio]) => [budget, name, what, ...cellsOf(own, videos, shared, ratio)]),
      );
    });
  const heads = ['frames, budget', 'pipeline', 'error', 'seeds', ...videos, 'mean', 'mean, validation'];
  return { heads, rows };
}

export function markdownOf({ heads, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), `|${heads.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/** Of one pipeline: its seeds, a cell for each video, and two means. */
function cellsOf(
  results: readonly Result[],
  videos: readonly string[],
  shared: readonly string[],
  ratio: Ratio,
): string[] {
  const seeds = [...new Set(results.map(({ seed }) => seed))].sort((a, b) => a - b);
  const shareOf = (video: string, seed: number, split: 'validation' | 'test') => {
    const found = results.find((each) => each.video === video && each.seed === seed);
    return found && ratio(found[split]);
  };
  const mean = (split: 'validation' | 'test') =>
    overSeeds(seeds.map((seed) => geometricMean(shared.map((video) => shareOf(video, seed, split)))));
  return [
    seeds.join(', '),
    ...videos.map((video) => overSeeds(seeds.map((seed) => shareOf(video, seed, 'test')))),
    mean('test'),
    mean('validation'),
  ];
}

function geometricMean(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0 || known.length < values.length) return undefined;
  return Math.exp(known.reduce((sum, value) => sum + Math.log(value), 0) / known.length);
}

/** `mean ± sd`; the mean alone of one seed, and how many there are where not all have a value. */
function overSeeds(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return '–';
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const sd = known.length === 1 ? '' : ` ± ${Math.sqrt(squares / (known.length - 1)).toFixed(2)}`;
  const count = known.length === values.length ? '' : ` (${known.length})`;
  return `${mean.toFixed(2)}${sd}${count}`;
}
