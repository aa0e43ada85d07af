import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { Course } from '../../src/live/watching/course.js';
import { fitted } from '../../src/live/watching/fitted.js';
import { LiveLoop } from '../../src/live/watching/liveLoop.js';
import { LiveNetwork } from '../../src/live/watching/liveNetwork.js';
import type { FromNetwork, LiveSettings } from '../../src/live/watching/messages.js';
import { Recent } from '../../src/live/watching/recent.js';
import { MOST_WAITING, SamplingRate } from '../../src/live/watching/samplingRate.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf from '../../src/tensorflow/backend/tf.js';

const frame = { height: 12, width: 16, channels: 1 };
const settings: LiveSettings = {
  model: { name: 'frame-stack', channels: 8, blocks: 1, kernel: 3, patch: 2, history: 3 },
  frame,
  seed: 1,
  steps: 4,
  step: { optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999 }, clipNorm: 1, predict: 'every', rollout: 0 },
  learningRate: 0.005,
};

/** A bright square that goes to and fro; at `cut` the scene turns into its negative. */
function scene(time: number, cut = Number.POSITIVE_INFINITY): Uint8Array {
  const x = 1 + Math.abs(((time * 2) % 20) - 10);
  return Uint8Array.from({ length: 12 * 16 }, (_, at) => {
    const inside = Math.abs((at % 16) - x) < 3 && Math.abs(Math.floor(at / 16) - 6) < 3;
    return inside !== time >= cut ? 220 : 20;
  });
}

beforeAll(async () => {
  // What a page computes on.
  await loadTensorFlow({ native: 'off', onWarning: () => {} });
});

it('from nothing its error falls to about half that of copy-last, and a cut is an event', async () => {
  const network = new LiveNetwork(settings);
  const errors: number[] = [];
  const began: number[] = [];
  let [loss, copyLast] = [1, 0];
  for (let time = 0; time < 72; time++) {
    const seen = await network.watch(time, scene(time, 66));
    errors.push(seen.error / seen.copyLast);
    if (seen.began) began.push(time);
    // The network of this test learns before the cut alone: later frames are what it was not shown.
    for (let step = 0; step < 2 && time < 66; step++) {
      const learned = await network.learn(0.01);
      if (learned) ({ loss, copyLast } = learned);
    }
  }
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  expect(mean(errors.slice(2, 5))).toBeGreaterThan(0.7);
  expect(mean(errors.slice(56, 66))).toBeLessThan(0.55);
  expect(loss).toBeLessThan(0.55 * copyLast);
  expect(began).toContain(66);
  // Hours of it leave nothing behind.
  const { numTensors } = tf.memory();
  for (let time = 72; time < 76; time++) {
    await network.watch(time, scene(time));
    await network.learn(0.01);
  }
  expect(tf.memory().numTensors).toBe(numTensors);
  network.dispose();
});

it('goes on exactly where a saved state was, and after a cut in the source expects nothing', async () => {
  const [first, second] = [new LiveNetwork(settings), new LiveNetwork({ ...settings, seed: 2 })];
  for (let time = 0; time < 12; time++) await first.watch(time, scene(time));
  await first.learn(0.005);
  second.restore(await first.state());
  first.cut();
  for (const network of [first, second]) await network.watch(20, scene(20));
  const [one, other] = [await first.watch(21, scene(21)), await second.watch(21, scene(21))];
  expect(one.expected).toEqual(other.expected);
  expect(one.expected!.length).toBe(12 * 16);
  first.cut();
  expect((await first.watch(22, scene(22))).expected).toBeUndefined();
  for (const network of [first, second]) network.dispose();
});

it('watches all frames that wait before it learns, and says so once when learning fails', async () => {
  const heard: FromNetwork[] = [];
  const network = new LiveNetwork(settings);
  let turns = 0;
  let loop: LiveLoop | undefined;
  const breathe = async () => {
    // Frames that come while it is at work, then nothing more.
    if (++turns === 3)
      for (let n = 10; n < 13; n++) void loop?.take({ kind: 'frame', number: n, frame: scene(n) });
    if (turns === 30) void loop?.take({ kind: 'learn', learningRate: 0 });
  };
  loop = new LiveLoop(network, (message) => heard.push(message), breathe);
  const first = loop.take({ kind: 'learn', learningRate: 0.001 });
  for (let n = 0; n < 10; n++) void loop.take({ kind: 'frame', number: n, frame: scene(n) });
  await first;
  const kinds = heard.map(({ kind }) => kind);
  expect(kinds.slice(0, 13)).toEqual(Array.from({ length: 13 }, () => 'seen'));
  expect(kinds.slice(13).length).toBeGreaterThan(5);
  expect(new Set(kinds.slice(13))).toEqual(new Set(['learned']));
  heard.length = 0;
  network.dispose();
  await loop.take({ kind: 'frame', number: 14, frame: scene(14) });
  await loop.take({ kind: 'frame', number: 15, frame: scene(15) });
  expect(heard.map(({ kind }) => kind)).toEqual(['failed']);
});

it('lowers the rate so that no more frames wait than may while a step is taken', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 60, noNaN: true }),
      fc.double({ min: 0.1, max: 100, noNaN: true }),
      fc.double({ min: 1, max: 2000, noNaN: true }),
      (asked, watching, learning) => {
        const sampling = new SamplingRate(asked);
        expect(sampling.rate).toBe(asked);
        sampling.watched(watching);
        sampling.learned(learning);
        expect(sampling.rate).toBeLessThanOrEqual(asked);
        const during = (learning + MOST_WAITING * watching) / 1000;
        expect(sampling.rate * during).toBeLessThanOrEqual(MOST_WAITING);
        // Without learning it rises again, as far as watching allows.
        sampling.learned(0);
        expect(sampling.rate).toBeCloseTo(Math.min(asked, 800 / watching), 6);
      },
    ),
  );
});

it('counts the time from answer to answer while frames wait: the network is not all that takes time', async () => {
  const [busy, idle] = [new SamplingRate(1000), new SamplingRate(1000)];
  for (const [sampling, waiting] of [
    [busy, 2],
    [idle, 0],
  ] as const)
    sampling.watched(1, waiting);
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const sampling of [busy, idle]) sampling.watched(1);
  expect(idle.rate).toBeCloseTo(800, 6);
  expect(busy.rate).toBeLessThan(17);
  // A step of learning that held them up counts as such, and not as the way of a frame.
  const learning = new SamplingRate(1000);
  learning.watched(1, 2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  learning.learned(50);
  learning.watched(1);
  learning.learned(0);
  expect(learning.rate).toBeGreaterThan(busy.rate);
});

it('fits images into frames without changing their proportions, but to fill', () => {
  const [wide, square] = [
    { width: 160, height: 90 },
    { width: 30, height: 30 },
  ];
  expect(fitted('cover', wide, square)).toEqual({
    from: { x: 35, y: 0, width: 90, height: 90 },
    to: { x: 0, y: 0, width: 30, height: 30 },
  });
  expect(fitted('contain', wide, square).to).toEqual({ x: 0, y: 6.5625, width: 30, height: 16.875 });
  expect(fitted('fill', wide, square)).toEqual({
    from: { x: 0, y: 0, ...wide },
    to: { x: 0, y: 0, ...square },
  });
});

it('keeps curves of any length in bounded memory', () => {
  const course = new Course(2);
  for (let step = 1; step <= 100_000; step++) course.add(step, [step, 1]);
  const [positions, first, second] = course.columns;
  expect(positions!.length).toBeLessThan(1000);
  expect(positions!.length).toBeGreaterThan(400);
  expect(first).toEqual(positions);
  expect(new Set(second)).toEqual(new Set([1]));
  const recent = new Recent(1, 10);
  for (let time = 0; time < 1000; time += 0.5) recent.add(time, [time]);
  expect(recent.columns[0]!.length).toBe(21);
  expect(recent.mean(0, 3)).toBe(999);
  expect(new Recent(1, 10).mean(0, 3)).toBeNaN();
});
