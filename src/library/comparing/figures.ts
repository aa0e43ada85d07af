import { FEW_UNITS, type Interval } from '../../analysis/scores/bootstrap.js';
import { statistic } from '../../evaluation/metrics.js';
import type { SampleEvaluation } from '../../evaluation/sampleEvaluation.js';
import type { ClipTestScores, ImageTestScores, ScoredClips } from '../../evaluation/testScores.js';
import { readsAs } from '../../report/parts/numbers.js';
import { type DrawnUnits, joined, togetherBy } from './drawnUnits.js';
import { between, countOf, meanOf, sameUnits, type UnitScores } from './unitScores.js';

/** One figure of all runs, with what each test clip or image scored. */
export interface ComparedFigure {
  readonly name: string;
  readonly best: 'lowest' | 'highest';
  /** By run; nothing where a run was not measured so. */
  readonly scores: readonly (UnitScores | undefined)[];
  /** Of copying the last frame on the clips of each run; of figures of clips. */
  readonly copyLast?: readonly (readonly number[] | undefined)[];
  /** What each score is of; nothing where it is of all of them at once. */
  readonly things?: 'clips' | 'images';
}

/** How a run differs from the first one. */
export interface RunDifference {
  readonly figure: string;
  /** Number of the run, from 1: the first, 0, is what it is compared with. */
  readonly run: number;
  /** Both were measured on the same clips or images. */
  readonly paired: boolean;
  /** Missing where there are fewer than two units to draw. */
  readonly interval?: Interval;
  /** What is drawn: groups that a person named, else files where several are tested, else clips or images; of pairs. */
  readonly over?: DrawnUnits;
  /**
   * Of the run beside the first. Readings that are the same are ties, whatever their last digits. `unlike`: measured on other clips
   * or images, so that a smaller error may only say that these are easier.
   */
  readonly verdict: 'better' | 'worse' | 'open' | 'tie' | 'unlike';
}

const CLIP_METRICS = [
  { metric: 'meanSquaredError', name: 'MSE', best: 'lowest' },
  { metric: 'meanAbsoluteError', name: 'MAE', best: 'lowest' },
  { metric: 'psnr', name: 'PSNR dB', best: 'highest' },
  { metric: 'ssim', name: 'SSIM', best: 'highest' },
] as const;
/** Figures of rollouts: the others say the same again. */
const AHEAD = CLIP_METRICS.filter(({ metric }) => ['meanSquaredError', 'ssim'].includes(metric));

/** The figures of runs on clips. */
export function clipFigures(runs: readonly ClipTestScores[]): ComparedFigure[] {
  const figures = (
    label: string,
    metrics: readonly (typeof CLIP_METRICS)[number][],
    of: (run: ClipTestScores) => ScoredClips | undefined,
  ) =>
    metrics.flatMap(({ metric, name, best }): ComparedFigure[] => {
      const scores = runs.map((run): UnitScores | undefined => {
        const found = of(run);
        const values = found?.model[metric];
        return (
          found && values && { units: found.clips.map(({ id }) => id), values, ...togetherOf(found, run) }
        );
      });
      if (scores.every((each) => each === undefined)) return [];
      const copyLast = runs.map((run) => of(run)?.copyLast[metric]);
      return [{ name: `${label}${name}`, best, scores, copyLast, things: 'clips' }];
    });
  return [
    ...figures('', CLIP_METRICS, ({ nextFrame }) => nextFrame),
    ...figures('rollout ', AHEAD, ({ rollout }) => rollout),
  ];
}

/** The figure of runs on images: percent of wrong answers. */
export function imageFigures(
  runs: readonly { readonly evaluation: SampleEvaluation; readonly scores?: ImageTestScores }[],
): ComparedFigure[] {
  const scores = runs.map(({ evaluation, scores }): UnitScores => {
    // A method without labels gives its error over all images only.
    if (evaluation.kind === 'task') return { units: evaluation.data, values: [evaluation.best.test] };
    if (!scores) return { units: evaluation.data, values: [evaluation.testError] };
    const values = new Array<number>(scores.images).fill(0);
    for (const place of scores.wrong) values[place] = 100;
    const { set: units, groups } = scores;
    const together = groups && togetherBy(groups.of, groups.named);
    return { units, values, ...(together && { together }) };
  });
  const { evaluation } = runs[0]!;
  const things = evaluation.kind === 'task' ? undefined : evaluation.clips ? 'clips' : 'images';
  return [{ name: 'test error %', best: 'lowest', scores, ...(things && { things }) }];
}

function togetherOf(
  { clips }: ScoredClips,
  { grouped = false }: ClipTestScores,
): Pick<UnitScores, 'together'> {
  const together = togetherBy(
    clips.map(({ group, source }) => group ?? source),
    grouped,
  );
  return together ? { together } : {};
}

/** Each run beside the first, with 95 % of bootstrap draws over clips, images, or groups of them: in pairs where all of them are the same. */
export function differencesOf(figures: readonly ComparedFigure[]): RunDifference[] {
  return figures.flatMap((figure) => {
    const [first, ...others] = figure.scores;
    if (!first) return [];
    return others.flatMap((scores, at) => (scores ? [differenceOf(figure, scores, first, at + 1)] : []));
  });
}

function differenceOf(
  figure: ComparedFigure,
  own: UnitScores,
  first: UnitScores,
  run: number,
): RunDifference {
  const paired = sameUnits(own, first);
  const together = paired ? joined([own.together, first.together]) : undefined;
  const sides = together ? [together.count] : [own, first].map(countOf);
  const enough = Math.min(...sides) >= 2;
  const numbers = [...own.values, ...first.values].every(Number.isFinite);
  const interval = enough && numbers ? between(own, first, paired, together) : undefined;
  const of = together?.of ?? figure.things;
  const ground = Math.min(...sides) >= FEW_UNITS ? interval : undefined;
  return {
    figure: figure.name,
    run,
    paired,
    ...(interval && { interval }),
    ...(paired && of && { over: { count: sides[0]!, of } }),
    verdict: paired ? verdictOf(figure.best, meanOf(own.values), meanOf(first.values), ground) : 'unlike',
  };
}

/** Mean over seeds, and their standard deviation (n − 1) where there are several. */
export function readingOf(scores: UnitScores): { readonly value: number; readonly deviation?: number } {
  const { bySeed } = scores;
  if (!bySeed) return { value: meanOf(scores.values) };
  const { mean, sd } = statistic([...bySeed.values()].map((values) => [meanOf(values)]));
  return { value: mean, ...(sd !== undefined && { deviation: sd }) };
}

function verdictOf(
  best: ComparedFigure['best'],
  own: number,
  first: number,
  interval: Interval | undefined,
): RunDifference['verdict'] {
  // What is no number has lost.
  if (Number.isNaN(own) !== Number.isNaN(first)) return Number.isNaN(own) ? 'worse' : 'better';
  if (readsAs(own) === readsAs(first)) return 'tie';
  if (!interval || (interval.low <= 0 && interval.high >= 0)) return 'open';
  return interval.high < 0 === (best === 'lowest') ? 'better' : 'worse';
}
