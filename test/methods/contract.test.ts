import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InterruptedError } from '../../src/common/errors.js';
import { required } from '../../src/common/required.js';
import { engineProgram, openInlineEngine } from '../../src/engine/engine.js';
import { methods } from '../../src/methods/index.js';
import { createNetwork, type ModelName } from '../../src/models/index.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { HostArray, Named, Program } from '../../src/tensorflow/spec/program.js';
import { digestsOf, type FreshEngine, logOf, outcomeOf, type Session, session } from './sessions.js';
import { type Method, smallModel, tinyPipeline, tinyPipelines } from './tinyPipelines.js';

/** What every method in the registry promises, with networks that it fits. A new one is tried without a change here. */

const STEPS = 5;
/** A checkpoint after steps 2 and 4, a validation after 2, 4 and, the last, 5. */
const training = { steps: STEPS, validateEvery: 2, checkpointEvery: 2 };
const pairs = methods.flatMap((method) =>
  tinyPipelines(method, training).map(([network]): [string, ModelName, Method] => [
    method.name,
    network,
    method,
  ]),
);
const between = Array.from({ length: STEPS - 1 }, (_, i) => i + 1);

const folder = mkdtempSync(join(tmpdir(), 'foreframe-methods-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let runs = 0;
const newRun = () => join(folder, `${++runs}`);

it('every method is tried with two networks at least', () => {
  const tried = methods.map(({ name }) => [name, pairs.filter(([method]) => method === name).length]);
  expect(tried.filter(([, networks]) => Number(networks) < 2)).toEqual([]);
});

describe.each(pairs)('%s with %s', (_, network, method) => {
  const model = smallModel(network);
  const pipeline = tinyPipeline(method, model, training);
  let fresh: FreshEngine;
  let whole: Session;
  const kills = new Map(between.map((step) => [step, newRun()]));

  beforeAll(async () => {
    const engine = await openInlineEngine(pipeline.engine);
    fresh = { engine, first: await engine.state() };
    whole = await session(pipeline, fresh, newRun(), { killed: (step) => kills.get(step) ?? newRun() });
    expect(whole.error).toBeUndefined();
  });
  afterAll(() => fresh.engine.dispose());

  it('trains twice to the same bits from one seed', async () => {
    const engine = await openInlineEngine(pipeline.engine);
    try {
      const again = await session(pipeline, { engine, first: await engine.state() }, newRun());
      expect(await outcomeOf(again)).toEqual(await outcomeOf(whole));
    } finally {
      await engine.dispose();
    }
  });

  it.each(between)('goes on bit for bit when it was stopped after step %i, or killed', async (step) => {
    const expected = await outcomeOf(whole);
    const run = newRun();
    const stopped = await session(pipeline, fresh, run, { stopAfter: step });
    expect(stopped.error).toBeInstanceOf(InterruptedError);
    expect(logOf(stopped.run).at(-1)!.step).toBe(step);
    expect(await outcomeOf(await session(pipeline, fresh, run))).toEqual(expected);
    expect(await outcomeOf(await session(pipeline, fresh, kills.get(step)!))).toEqual(expected);
  });

  it('logs figures that are numbers, of validation too', () => {
    const log = logOf(whole.run);
    const validations = log.filter((record) => Object.keys(record).some((key) => /^validation/.test(key)));
    expect(validations.map(({ step }) => step)).toEqual([2, 4, STEPS]);
    expect(log.filter(({ loss }) => loss !== undefined)).toHaveLength(STEPS);
    for (const record of log)
      for (const [name, value] of Object.entries(record)) expect(value, name).toSatisfy(Number.isFinite);
  });

  it('moves all that it adds to the network, and the statistics of what it trains', () => {
    const { variables } = engineProgram(pipeline.engine);
    const network = createNetwork(model, { height: 8, width: 8, channels: 1 });
    const own = new Set(Object.keys(network.parameters(1)));
    const added = Object.keys(variables).filter((name) => !own.has(name));
    const moving = [...added, ...(method.samples === 'images' ? network.encoder!.statistics : [])];
    const [before, after] = [digestsOf(fresh.first), digestsOf(whole.state)];
    // A copy of what no loss of the method moves stands as still as that.
    const stands = (name: string) => after[name] === before[name];
    const original = (name: string) => [...own].find((each) => name.endsWith(`/${each}`));
    const still = moving.filter((name) => stands(name) && !(original(name) && stands(original(name)!)));
    expect(still).toEqual([]);
    // Beyond what the program declares: the optimizer's.
    expect(Object.keys(whole.state).length).toBeGreaterThan(Object.keys(variables).length);
  });

  // A program passes over what it does not know: the view of a teacher had been prepared and never looked at.
  it('prepares nothing that its step does not take', () => {
    const { entries } = engineProgram(pipeline.engine);
    for (const { entry, feeds } of whole.asked) {
      const { inputs } = required(entries, entry);
      expect(Object.keys(feeds).filter((name) => !Object.hasOwn(inputs, name))).toEqual([]);
    }
  });

  it('computes as one graph what it computes op by op', () => {
    // By plain steps: others divide by gradients, of which rounding is all that there is where they should be 0.
    const { engine } = tinyPipeline(method, model, { ...training, optimizer: { kind: 'sgd' } });
    const { variables, entries, seed } = engineProgram(engine);
    const asked = whole.asked.slice(0, 3);
    const used = [...new Set(asked.map(({ entry }) => entry))];
    const spec = {
      variables,
      entries: Object.fromEntries(used.map((name) => [name, required(entries, name)])),
      seed,
    };
    const results = (['graph', 'eager'] as const).map((mode) => {
      const program: Program = compile(spec, { mode });
      try {
        return [...asked.map(({ entry, feeds }) => program.run(entry, feeds)), program.state()];
      } finally {
        program.dispose();
      }
    });
    const [graph, eager] = results as [Named<HostArray>[], Named<HostArray>[]];
    for (const [at, outputs] of graph.entries())
      expectClose(eager[at]!, outputs, `${asked[at]?.entry ?? 'state'} ${at}`);
  });

  it('learns a tiny set', async () => {
    const longer = tinyPipeline(method, model, {
      steps: 160,
      validateEvery: 200,
      checkpointEvery: 200,
      ...(method.samples === 'images' && { learningRate: 0.02 }),
    });
    const { run, error } = await session(longer, fresh, newRun());
    expect(error).toBeUndefined();
    const losses = logOf(run).flatMap(({ loss }) => (loss === undefined ? [] : [loss]));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [before, after] = [mean(losses.slice(0, 4)), mean(losses.slice(-4))];
    expect(after).toBeLessThan(0.9 * before);
  });
});

/** The same values but for rounding, beside the largest of each. */
function expectClose(found: Named<HostArray>, expected: Named<HostArray>, what: string) {
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { shape, data }] of Object.entries(expected)) {
    expect(required(found, name).shape, `${what}, ${name}`).toEqual(shape);
    const values = Float64Array.from(data);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
    const apart = values.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - required(found, name).data[i]!)),
      0,
    );
    expect(apart / largest, `${what}, ${name}`).toBeLessThan(1e-4);
  }
}
