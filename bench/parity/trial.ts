import { required } from '../../src/common/required.js';
import type { AsyncProgram } from '../../src/tensorflow/program/asyncProgram.js';
import type { Feed, Named, ProgramSpec } from '../../src/tensorflow/spec/program.js';
import type { ParityCase } from './cases.js';
import { parityFeeds, predictEntry } from './parityProgram.js';

/** Frames that are predicted one after the other, with what is remembered of those before. */
const PREDICTED = 2;
const TRAINED = 5;
/** Of a timing: the first ones build shaders or a graph, and are left out. */
const WARM = 2;
const TIMED = 5;

/** A program, wherever it computes. */
export type TrialProgram = Pick<AsyncProgram, 'run' | 'state'>;

/** What was computed: arrays by name, each a plain list of numbers that any process can be sent. */
export type Computed = Named<number[]>;

/** Milliseconds: the middle one of several. */
export interface Speed {
  readonly predict: number;
  readonly step: number;
}

/** Predict a few frames, take five steps of training, predict again. */
export async function computeTrial(
  program: TrialProgram,
  spec: ProgramSpec,
  trial: ParityCase,
): Promise<Computed> {
  const computed: Computed = {};
  await predict(program, spec, trial, 'before', computed);
  for (let step = 0; step < TRAINED; step++) {
    const outputs = await program.run(
      'train',
      parityFeeds(required(spec.entries, 'train').inputs, 100 + step),
    );
    for (const [name, { data }] of Object.entries(outputs))
      computed[name] = [...(computed[name] ?? []), ...data];
  }
  for (const [name, { data }] of Object.entries(await program.state()))
    computed[`weights/${name}`] = [...data];
  await predict(program, spec, trial, 'after', computed);
  return computed;
}

async function predict(
  program: TrialProgram,
  spec: ProgramSpec,
  trial: ParityCase,
  when: string,
  computed: Computed,
) {
  const entry = predictEntry(trial);
  let memory: Named<Feed> = {};
  for (let time = 0; time < PREDICTED; time++) {
    const feeds = { ...parityFeeds(required(spec.entries, entry).inputs, time), ...memory };
    const outputs = await program.run(entry, feeds);
    for (const [name, { data }] of Object.entries(outputs))
      computed[`predicted ${when}/${time}/${name}`] = [...data];
    memory = Object.fromEntries(
      Object.entries(outputs).flatMap(([name, { data }]) =>
        name.startsWith('memory.') ? [[name, data]] : [],
      ),
    );
  }
}

/** How long a prediction takes, and a step of training, with what is computed read each time. */
export async function timeTrial(program: TrialProgram, spec: ProgramSpec, trial: ParityCase): Promise<Speed> {
  const entry = predictEntry(trial);
  return {
    predict: await milliseconds(() =>
      program.run(entry, parityFeeds(required(spec.entries, entry).inputs, 1)),
    ),
    step: await milliseconds(() =>
      program.run('train', parityFeeds(required(spec.entries, 'train').inputs, 1)),
    ),
  };
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < WARM + TIMED; round++) {
    const start = performance.now();
    await work();
    if (round >= WARM) times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[TIMED >> 1]!;
}
