import { beforeAll, expect, it } from 'vitest';
import { LiveLoop } from '../../src/live/watching/liveLoop.js';
import { LiveNetwork } from '../../src/live/watching/liveNetwork.js';
import type { FromNetwork, LiveSettings } from '../../src/live/watching/messages.js';
import { NextSecond } from '../../src/live/watching/nextSecond.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';

const settings: LiveSettings = {
  // With a memory that goes on: a frame stack forgets by itself.
  model: { name: 'conv-lstm', channels: [4], kernel: 3, patch: 2 },
  frame: { height: 8, width: 10, channels: 1 },
  seed: 3,
  steps: 3,
  step: { optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999 }, clipNorm: 1, predict: 'every', rollout: 0 },
  learningRate: 0.005,
};

function scene(time: number): Uint8Array {
  return Uint8Array.from({ length: 80 }, (_, at) => (Math.abs((at % 10) - (time % 10)) < 2 ? 200 : 30));
}

beforeAll(async () => {
  await loadTensorFlow({ native: 'off', onWarning: () => {} });
});

it('expects what it would when it watched its own expectations, and remembers nothing of it', async () => {
  const [asked, other] = [new LiveNetwork(settings), new LiveNetwork(settings)];
  for (let n = 0; n < 5; n++) for (const network of [asked, other]) await network.watch(n, scene(n));
  // Before it has learned it expects no change.
  for (let step = 0; step < 5; step++) for (const network of [asked, other]) await network.learn(0.01);
  for (const network of [asked, other]) await network.watch(4, scene(4));
  const rollout = asked.rollout(4);
  while (await rollout.next());
  expect(rollout.after).toBe(4);
  expect(rollout.frames).toHaveLength(4);
  // The frames are not all the same: it goes on.
  expect(rollout.frames[3]).not.toEqual(rollout.frames[0]);
  const [one, two] = [await asked.watch(5, scene(5)), await other.watch(5, scene(5))];
  expect(rollout.frames[0]).toEqual(two.expected);
  expect(one.expected).toEqual(two.expected);
  expect((await asked.watch(6, scene(6))).expected).toEqual((await other.watch(6, scene(6))).expected);
  for (const network of [asked, other]) network.dispose();
});

it('watches frames that come during a rollout first, and learns only when it is over', async () => {
  const heard: FromNetwork[] = [];
  const network = new LiveNetwork(settings);
  let loop: LiveLoop | undefined;
  let [turns, number] = [0, 0];
  const come = () => {
    void loop?.take({ kind: 'frame', number, frame: scene(number) });
    number++;
  };
  const breathe = async () => {
    turns++;
    // While it goes on by itself, which begins with the sixth frame, and while it learns.
    if (turns > 8 && turns % 3 === 0 && number < 12) come();
    if (turns === 40) void loop?.take({ kind: 'learn', learningRate: 0 });
  };
  loop = new LiveLoop(network, (message) => heard.push(message), breathe);
  await loop.take({ kind: 'rollout', frames: 3 });
  expect(heard).toEqual([{ kind: 'rollout', after: -1, frames: [] }]);
  turns = 0;
  const done = loop.take({ kind: 'learn', learningRate: 0.001 });
  for (let n = 0; n < 6; n++) come();
  void loop.take({ kind: 'rollout', frames: 8 });
  await done;
  expect(heard.filter(({ kind }) => kind === 'learned').length).toBeGreaterThan(3);
  const answer = heard.findLastIndex(({ kind }) => kind === 'rollout');
  const rollout = heard[answer];
  if (rollout?.kind !== 'rollout') throw new Error('no rollout');
  expect(rollout).toMatchObject({ after: 5, frames: { length: 8 } });
  const seen = heard.slice(0, answer).flatMap((each) => (each.kind === 'seen' ? [each.seen.number] : []));
  expect(seen).toEqual(seen.map((_, at) => at));
  // Some came while it went on.
  expect(seen.at(-1)).toBeGreaterThan(rollout.after);
  const began = heard.findIndex((each) => each.kind === 'seen' && each.seen.number > rollout.after);
  expect(heard.slice(began, answer).filter(({ kind }) => kind === 'learned')).toEqual([]);
  network.dispose();
});

it('compares each frame of the second with what came, beside the last frame that was seen', () => {
  const frame = (value: number) => new Uint8Array(4).fill(value);
  const expected = [0.2, 0.4].map((value) => new Float32Array(4).fill(value));
  const second = new NextSecond({ number: 7, frame: frame(0), time: 10 }, expected, 2);
  expect(second.moments.map(({ ahead }) => ahead)).toEqual([0.5, 1]);
  expect(second.means).toBeUndefined();
  expect(second.take({ number: 7, frame: frame(0), time: 10 })).toBe(false);
  expect(second.take({ number: 9, frame: frame(51), time: 11.25 })).toBe(true);
  expect(second.complete).toBe(false);
  expect(second.moments[1]).toMatchObject({ ahead: 1.25 });
  expect(second.moments[1]!.error).toBeCloseTo(0.04, 6);
  expect(second.moments[1]!.copyLast).toBeCloseTo(0.04, 6);
  expect(second.take({ number: 8, frame: frame(51), time: 10.5 })).toBe(true);
  expect(second.complete).toBe(true);
  expect(second.means!.error).toBeCloseTo(0.02, 6);
  // What comes later belongs to none of its frames.
  expect(second.take({ number: 10, frame: frame(51), time: 12 })).toBe(false);
  const left = new NextSecond({ number: 7, frame: frame(0), time: 10 }, expected, 2);
  left.end();
  expect([left.take({ number: 8, frame: frame(51), time: 10.5 }), left.complete]).toEqual([false, true]);
});
