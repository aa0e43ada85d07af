import { shrinkFrame } from '../../datasets/building/shrinkFrame.js';
import { type Identity, openFaces, rotatingFacesDataset } from '../../datasets/rotatingFaces/index.js';
import { ForeframeError } from '../../src/common/errors.js';
import { required } from '../../src/common/required.js';
import { loadRun } from '../../src/engine/loadRun.js';
import { type FrameValues, fromBytes } from '../../src/engine/predictor.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import type { Frame } from '../../src/video/frame.js';

/** Test clips that are looked at. */
const CLIPS = 200;
/** People a prediction is compared with: its own and so many others. */
const OTHERS = 9;
const CARD_SIDE = rotatingFacesDataset.card.width;

/** Who is to be seen in predicted faces. */
export interface FaceIdentityRow {
  readonly predictor: string;
  /**
   * How much of what sets a person off from the average head is in the prediction: ⟨p − m, t − m⟩ / ⟨t − m, t − m⟩ with p the
   * prediction, t the truth and m the average head at the same angle. 1 is the person, 0 the average. Mean over clips.
   */
  readonly strength: number;
  /** Share of predictions that are nearer to their own truth than to any of nine other people at the same angle; chance 0.1. */
  readonly identified: number;
}

/** What surrounds one predicted frame. */
interface Scene {
  readonly shown: readonly FrameValues[];
  readonly truth: FrameValues;
  readonly average: FrameValues;
  readonly others: readonly FrameValues[];
}

/**
 * Show every run five frames of each of 200 test clips of `rotating-faces` and ask who is to be seen in the sixth it predicts; the
 * truth, the average head at the right angle, and the last frame shown stand beside it as bounds.
 * @throws ForeframeError for a run on other frames, or runs on frames of several sizes
 */
export async function benchFaceIdentity(runs: readonly string[]): Promise<FaceIdentityRow[]> {
  const side = await sideOf(runs);
  const scenes = await allScenes(side);
  const rows = [
    row('the truth', scenes, (scene) => scene.truth),
    row('the average head at the right angle', scenes, (scene) => scene.average),
    row('copy-last', scenes, (scene) => scene.shown.at(-1)!),
  ];
  for (const run of runs) {
    const predictions = await predictionsOf(run, scenes);
    rows.push(row(run, scenes, (_, clip) => predictions[clip]!));
  }
  return rows;
}

/** Width and height of the frames that all the runs work on. */
async function sideOf(runs: readonly string[]): Promise<number> {
  const sides = new Set<number>();
  for (const path of runs) {
    const { data } = await (await RunFolder.open(path)).readConfig();
    const { width, height, color } = data;
    if (width !== height || CARD_SIDE % width !== 0 || color !== 'grey')
      throw new ForeframeError(
        `${path} works on ${width}×${height} ${color}, not on the faces' grey squares`,
      );
    sides.add(width);
  }
  if (sides.size > 1)
    throw new ForeframeError(
      `these runs work on frames of ${[...sides].join(' and ')} pixels: compare runs of one size`,
    );
  return [...sides][0]!;
}

async function allScenes(side: number): Promise<Scene[]> {
  const small = (frame: Frame) => fromBytes(shrinkFrame(frame, CARD_SIDE / side).data);
  const faces = await openFaces({ onProgress: console.error });
  const clips = await rotatingFacesDataset.open();
  const people = Array.from({ length: CLIPS }, (_, index) => {
    const clip = clips('test', index);
    return { clip, identity: faces.identity(required(clip.labels!, 'identity')) };
  });
  return people.map(({ clip: { frames, latents } }, index) => {
    const angle = required(latents, 'angle').at(-1)![0]!;
    const last = frames.at(-1)!;
    const seen = (identity: Identity) => small({ ...last, data: faces.render(identity, angle, CARD_SIDE) });
    const others = Array.from(
      { length: OTHERS },
      (_, other) => people[(index + other + 1) % CLIPS]!.identity,
    );
    return {
      shown: frames.slice(0, -1).map(small),
      truth: small(last),
      average: seen(faces.mean),
      others: others.map(seen),
    };
  });
}

async function predictionsOf(run: string, scenes: readonly Scene[]): Promise<FrameValues[]> {
  const { predictor, dispose } = await loadRun(run, { batch: scenes.length });
  try {
    let expected: FrameValues = new Float32Array();
    for (let t = 0; t < scenes[0]!.shown.length; t++)
      expected = await predictor.watch(together(scenes.map(({ shown }) => shown[t]!)));
    const size = scenes[0]!.truth.length;
    return scenes.map((_, clip) => expected.subarray(clip * size, (clip + 1) * size));
  } finally {
    await dispose();
  }
}

function together(frames: readonly FrameValues[]): FrameValues {
  const size = frames[0]!.length;
  const all = new Float32Array(frames.length * size);
  for (const [clip, frame] of frames.entries()) all.set(frame, clip * size);
  return all;
}

function row(
  predictor: string,
  scenes: readonly Scene[],
  guess: (scene: Scene, clip: number) => FrameValues,
): FaceIdentityRow {
  let strength = 0;
  let identified = 0;
  for (const [clip, scene] of scenes.entries()) {
    const prediction = guess(scene, clip);
    const { truth, average, others } = scene;
    let [along, whole] = [0, 0];
    for (let i = 0; i < truth.length; i++) {
      along += (prediction[i]! - average[i]!) * (truth[i]! - average[i]!);
      whole += (truth[i]! - average[i]!) ** 2;
    }
    strength += along / whole;
    const own = distance(prediction, truth);
    if (others.every((other) => distance(prediction, other) > own)) identified++;
  }
  return { predictor, strength: strength / scenes.length, identified: identified / scenes.length };
}

function distance(a: FrameValues, b: FrameValues): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}
