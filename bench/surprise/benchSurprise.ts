import { join } from 'node:path';
import { auroc } from '../../src/analysis/scores/auroc.js';
import { equalErrorRate } from '../../src/analysis/scores/equalErrorRate.js';
import { Random } from '../../src/common/random.js';
import { checkConfig } from '../../src/config/loadConfig.js';
import { loadRun } from '../../src/engine/loadRun.js';
import { trainRun } from '../../src/learning/trainRun.js';
import type { FrameSource, Split } from '../../src/stream/frameSource.js';
import type { FrameSize } from '../../src/surprise/index.js';
import { type Bytes, KINDS, type Sequence, withAnomaly } from './anomalies.js';
import { type GeneratedScene, jumpingBall, turningDigit } from './generated.js';
import { DifferenceGaussian, SCORES, type ScoreName, scoresOf } from './scores.js';
import { VIDEO_SIZE, VIDEOS, type VideoOptions, videoFrames } from './videoScenes.js';

/** Of a video: the first part trains (its last tenth chooses the weights), anomalies are made in the rest. */
const TRAIN = 0.6;
/** Sequences of each kind of anomaly. */
const DRAWS = 4;
/** Frames of a sequence, at most. */
const LENGTH = 200;
/** Of a generated scene. */
const SCENE = { train: 240, length: 100, draws: 24 };

export const SCENES = [...VIDEOS, 'a ball jumps', 'a digit turns'] as const;
export type SceneName = (typeof SCENES)[number];

/** How well a score tells unusual frames from others, in one scene with one seed. */
export interface SurpriseRow {
  readonly scene: SceneName;
  readonly seed: number;
  readonly score: ScoreName;
  readonly auroc: number;
  readonly equalErrorRate: number;
  /** AUROC of each kind of anomaly against the usual frames of its own sequences. */
  readonly kinds: Readonly<Record<string, number>>;
}

interface Scene {
  readonly size: FrameSize;
  /** Clean frames to train on, a row a clip. */
  readonly train: readonly (readonly Bytes[])[];
  readonly validation: readonly (readonly Bytes[])[];
  /** Sequences with an anomaly, by kind. */
  readonly tests: Readonly<Record<string, readonly Sequence[]>>;
}

/** What a measurement is made with. */
export interface SurpriseBenchOptions extends VideoOptions {
  readonly steps: number;
  /** For its runs. */
  readonly folder: string;
}

/** Train on clean frames, then score sequences in which something is wrong, and only then look how they are scored. */
export async function benchSurprise(
  name: SceneName,
  seed: number,
  { steps, folder, ...videos }: SurpriseBenchOptions,
): Promise<SurpriseRow[]> {
  const scene = await sceneOf(name, seed, videos);
  const run = join(folder, `${name.replaceAll(' ', '-')}-${seed}`);
  const { engine } = await trainRun({
    config: configOf(scene.size, seed, steps),
    source: sourceOf(name, scene),
    folder: run,
  });
  await engine.dispose();
  const { predictor, dispose } = await loadRun(run);
  const gaussian = new DifferenceGaussian(scene.train, scene.size);
  const frames: Scored[] = [];
  for (const [kind, sequences] of Object.entries(scene.tests))
    for (const sequence of sequences) {
      const scores = await scoresOf(sequence.frames, predictor, scene.size, gaussian);
      // What comes before an anomaly may begin is there to be learned what is usual.
      for (let at = Math.floor(0.3 * sequence.frames.length); at < sequence.frames.length; at++)
        frames.push({
          kind,
          unusual: sequence.unusual[at]!,
          scores: SCORES.map((score) => scores[score][at]!),
        });
    }
  await dispose();
  return SCORES.map((score, at) => ({ scene: name, seed, score, ...measuresOf(frames, at) }));
}

interface Scored {
  readonly kind: string;
  readonly unusual: boolean;
  readonly scores: readonly number[];
}

function measuresOf(
  frames: readonly Scored[],
  at: number,
): Pick<SurpriseRow, 'auroc' | 'equalErrorRate' | 'kinds'> {
  const of = <T>(rows: readonly Scored[], measure: (unusual: boolean[], scores: number[]) => T) =>
    measure(
      rows.map(({ unusual }) => unusual),
      rows.map(({ scores }) => scores[at]!),
    );
  const kinds = [...new Set(frames.map(({ kind }) => kind))];
  return {
    auroc: of(frames, auroc),
    equalErrorRate: of(frames, equalErrorRate),
    kinds: Object.fromEntries(
      kinds.map((kind) => [
        kind,
        of(
          frames.filter((each) => each.kind === kind),
          auroc,
        ),
      ]),
    ),
  };
}

async function sceneOf(name: SceneName, seed: number, videos: VideoOptions): Promise<Scene> {
  if (name === 'a ball jumps') return generated(jumpingBall, jumpingBall, name, seed);
  if (name === 'a digit turns')
    return generated(await turningDigit('train'), await turningDigit('test'), name, seed);
  const frames = await videoFrames(name, videos);
  const others = await videoFrames(name === 'talking face' ? 'town at night' : 'talking face', videos);
  const border = Math.floor(TRAIN * frames.length);
  const chooses = Math.floor(0.9 * border);
  const clean = frames.slice(border);
  const { width, height } = VIDEO_SIZE;
  const draw = (kind: (typeof KINDS)[number]) =>
    Array.from({ length: DRAWS }, (_, n) =>
      withAnomaly(clean, kind, Random.for(seed, `${name} ${kind} ${n}`), {
        others,
        width,
        height,
        length: LENGTH,
      }),
    );
  return {
    size: VIDEO_SIZE,
    train: [frames.slice(0, chooses)],
    validation: [frames.slice(chooses, border)],
    tests: Object.fromEntries(KINDS.map((kind) => [kind, draw(kind)])),
  };
}

function generated(train: GeneratedScene, test: GeneratedScene, name: SceneName, seed: number): Scene {
  const random = Random.for(seed, name);
  const clean = (clips: number) => Array.from({ length: clips }, () => train.clean(random, 55));
  const sequences = Array.from({ length: SCENE.draws }, () => test.unusual(random, SCENE.length));
  const size = { height: train.size, width: train.size, channels: 1 };
  return { size, train: clean(SCENE.train), validation: clean(8), tests: { [name]: sequences } };
}

function sourceOf(description: string, { size, train, validation }: Scene): FrameSource {
  const clips: Record<Split, readonly (readonly Bytes[])[]> = { train, validation, test: validation };
  return {
    description,
    open: async function* (split) {
      for (const [n, frames] of clips[split].entries())
        for (const [index, data] of frames.entries())
          yield {
            data,
            width: size.width,
            height: size.height,
            channels: 1,
            time: index / 25,
            index,
            source: `${split} ${n}`,
          };
    },
  };
}

/** The usual network for videos, half as wide: the question is what its errors tell, not how small they get. */
function configOf({ height, width }: FrameSize, seed: number, steps: number) {
  return checkConfig(
    {
      name: 'surprise',
      seed,
      threads: 1,
      data: { height, width, color: 'grey', steps: 10, stride: 4 },
      model: { name: 'conv-lstm', channels: [16], patch: height % 4 === 0 ? 4 : 2 },
      training: {
        batch: 8,
        steps,
        optimizer: { kind: 'adam' },
        learningRate: 0.002,
        clipNorm: 1,
        schedule: { kind: 'cosine', final: 0.05 },
      },
    },
    'bench surprise',
  );
}
