import {
  benchSurprise,
  SCENES,
  type SceneName,
  type SurpriseRow,
} from '../../../bench/surprise/benchSurprise.js';
import { SCORES } from '../../../bench/surprise/scores.js';
import { VIDEOS, type VideoName, videoFile } from '../../../bench/surprise/videoScenes.js';
import { benchWatching } from '../../../bench/surprise/watching.js';
import { ForeframeError, UsageError } from '../../common/errors.js';
import { latencyText, speedText } from '../surprise/surpriseText.js';
import { textTable } from '../terminal/terminal.js';
import type { Bench, BenchOptions } from './benchOptions.js';

/** Steps of each training: half a minute of one core. */
const STEPS = 400;

/**
 * `foreframe bench surprise [vtest.avi]`: which score finds anomalies that were made in real videos and in generated scenes. A scene
 * whose video cannot be had is left out, and the others are measured; one that was asked for by name is not left out.
 */
async function surpriseBench(
  [street]: readonly string[],
  folder: string,
  { only, seeds = [1, 2, 3], quick, json }: BenchOptions,
): Promise<void> {
  const unknown = only.find((name) => !(SCENES as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new UsageError(`--only ${unknown}: there is no such scene; there are: ${SCENES.join(', ')}`);
  const videos = { street, onNote: (note: string) => console.error(note) };
  const scenes: SceneName[] = [];
  // Before anything is trained: what is missing is said at once.
  for (const scene of only.length > 0 ? (only as SceneName[]) : SCENES) {
    const missing = isVideo(scene) ? await videoFile(scene, videos).then(() => undefined, missed) : undefined;
    // A file that was named is wanted.
    if (missing && (only.length > 0 || street !== undefined)) throw missing;
    if (missing) console.error(`left out: ${missing.message}`);
    else scenes.push(scene);
  }
  const rows: SurpriseRow[] = [];
  for (const scene of scenes)
    for (const seed of quick ? seeds.slice(0, 1) : seeds) {
      console.error(`${scene}, seed ${seed}`);
      const added = await benchSurprise(scene, seed, { ...videos, steps: quick ? 40 : STEPS, folder });
      rows.push(...added);
      if (json) for (const row of added) console.log(JSON.stringify(row));
    }
  if (!json) console.log(surpriseTable(rows));
}

function isVideo(scene: SceneName): scene is VideoName {
  return (VIDEOS as readonly string[]).includes(scene);
}

function missed(error: unknown): ForeframeError {
  if (error instanceof ForeframeError) return error;
  throw error;
}

/** Mean and standard deviation over seeds, a row for each scene and score. */
export function surpriseTable(rows: readonly SurpriseRow[]): string {
  const kinds = [
    ...new Set(
      rows
        .filter(({ kinds: own }) => Object.keys(own).length > 1)
        .flatMap(({ kinds: own }) => Object.keys(own)),
    ),
  ];
  const scenes = [...new Set(rows.map(({ scene }) => scene))];
  const cells = scenes.flatMap((scene) =>
    SCORES.map((score) => {
      const own = rows.filter((row) => row.scene === scene && row.score === score);
      const of = (value: (row: SurpriseRow) => number | undefined) =>
        spread(own.flatMap((row) => value(row) ?? []));
      return [
        `${scene}: ${score}`,
        of((row) => row.auroc),
        of((row) => row.equalErrorRate),
        ...kinds.map((kind) => of((row) => row.kinds[kind])),
      ];
    }),
  );
  return textTable(['', 'AUROC', 'equal error rate', ...kinds], cells);
}

function spread(values: readonly number[]): string {
  if (values.length === 0) return '';
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return mean.toFixed(3);
  const deviation = Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
  );
  return `${mean.toFixed(3)} ± ${deviation.toFixed(3)}`;
}

/** `foreframe bench watching`: how fast an event is known, and what memory a camera of two hours takes. */
async function watchingBench(
  _files: readonly string[],
  folder: string,
  { quick, json }: BenchOptions,
): Promise<void> {
  const { live, memory } = await benchWatching(folder, quick ? 20 : 60, quick ? 10 : 120, (line) =>
    console.error(line),
  );
  if (json) {
    console.log(JSON.stringify({ live, memory }));
    return;
  }
  console.log('the network of pipelines/video.yaml, a camera of 25 frames/s at 64×64:');
  for (const { learn, speed, events, steps, processor } of live) {
    console.log(
      `${learn ? `learning, ${steps} steps` : 'without learning'}: ${speedText(speed, true)}; ${processor.toFixed(1)} processor ms a frame`,
    );
    console.log(
      events.frames > 0
        ? `  of the ${events.frames} frames at which an event began: ${latencyText(events)}`
        : '  no event began',
    );
  }
  const first = memory[0]!.resident;
  const cells = memory.map(({ frames, resident, events }) => [
    `${(frames / 1500).toFixed(0)}`,
    String(frames),
    String(events),
    resident.toFixed(1),
    (resident / first).toFixed(3),
  ]);
  console.log(
    textTable(['minute of the camera', 'frames', 'events', 'resident MiB', '÷ first minute'], cells),
  );
  const growth = (resident: number) => `${(100 * (resident / first - 1)).toFixed(1)} %`;
  const most = Math.max(...memory.map(({ resident }) => resident));
  console.log(
    `growth after the first minute: ${growth(memory.at(-1)!.resident)} at the end, ${growth(most)} at most`,
  );
}

export const surpriseBenches: Readonly<Record<string, Bench>> = {
  surprise: surpriseBench,
  watching: watchingBench,
};
