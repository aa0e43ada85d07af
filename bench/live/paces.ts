import { fetchNpmVideos } from '../../src/library/sources/npmVideo.js';
import { openSession } from '../../src/live/server/openSession.js';
import type { LiveEngine } from '../../src/live/watching/liveEngine.js';
import { LiveNetwork } from '../../src/live/watching/liveNetwork.js';
import { liveProgram } from '../../src/live/watching/liveProgram.js';
import type { LiveSession, LiveSettings } from '../../src/live/watching/messages.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import { readFrames } from '../../src/video/index.js';
import { COURSE, type LiveBenchOptions, VIDEO } from './benchLive.js';
import { type Course, courseOf } from './course.js';
import { CAMERA_RATE, plannedScenes } from './plantedCamera.js';

/** Steps of learning a second: a browser on a slow machine, and up to several times a fast one. */
const PACES = [2, 4, 8, 16];

export interface PaceRow {
  /** Steps of learning a second. */
  readonly pace: number;
  readonly course: Course;
}

/**
 * How the page's network learns on machines of different speed, whatever else this one does: the same camera, the same frames, and so
 * many steps a second by count and not by the clock, on native TensorFlow.
 */
export async function benchPaces({ video = VIDEO, seed, set, onNote }: LiveBenchOptions): Promise<PaceRow[]> {
  await loadTensorFlow({ onWarning: onNote });
  const { page } = await openSession({ set });
  const [file] = await fetchNpmVideos([video], { onNote });
  const clean = await framesOf(file!, page.settings);
  const rows: PaceRow[] = [];
  for (const pace of PACES) {
    onNote(`${pace} steps a second`);
    rows.push({ pace, course: await courseAt(pace, page, clean, seed) });
  }
  return rows;
}

async function courseAt(
  pace: number,
  { settings, rate }: LiveSession,
  clean: readonly Uint8Array[],
  seed: number,
): Promise<Course> {
  const shown = plannedScenes(clean.length, COURSE + 1, seed).flatMap(({ start, length }, scene) =>
    Array.from({ length }, (_, at) => ({ scene, frame: clean[start + at]! })),
  );
  const network = new LiveNetwork(settings, engineOf(settings));
  const seen: [number, number, number, number][] = [];
  const scenes: [number, number][] = [];
  let steps = 0;
  for (let number = 0; number < COURSE * rate; number++) {
    const time = (1000 * number) / rate;
    const { scene, frame } = shown[Math.round((number * CAMERA_RATE) / rate)]!;
    if (scenes.at(-1)?.[1] !== scene) scenes.push([time, scene]);
    const { expected, error, copyLast, began } = await network.watch(number, frame);
    if (expected) seen.push([time, error, copyLast, began ? 1 : 0]);
    for (; steps < (pace * number) / rate; steps++) await network.learn(settings.learningRate);
  }
  await network.dispose();
  return courseOf({ seen, scenes, intervals: [] }, COURSE);
}

function engineOf(settings: LiveSettings): LiveEngine {
  const spec = liveProgram(settings);
  const program = compile(spec);
  return {
    inputs: Object.fromEntries(Object.entries(spec.entries).map(([name, { inputs }]) => [name, inputs])),
    run: async (entry, feeds) => program.run(entry, feeds),
    state: async () => program.state(),
    restore: async (state) => program.restore(state),
    dispose: async () => program.dispose(),
  };
}

async function framesOf(file: string, { frame }: LiveSettings): Promise<Uint8Array[]> {
  const { width, height, channels } = frame;
  const frames: Uint8Array[] = [];
  const color = channels === 1 ? 'grey' : 'rgb';
  for await (const { data } of readFrames(file, { width, height, color, fit: 'cover', rate: CAMERA_RATE }))
    frames.push(data);
  return frames;
}
