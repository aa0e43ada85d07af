import { beforeAll, describe, expect, it } from 'vitest';
import {
  eachBackend,
  PARITY_BACKENDS,
  type ParityBackend,
  referenceMachine,
} from '../../bench/parity/backends.js';
import { type ParityCase, parityCases } from '../../bench/parity/cases.js';
import { differences, TOLERANCES } from '../../bench/parity/differences.js';
import type { Computed } from '../../bench/parity/trial.js';
import { temporaryFolder } from '../video/makeVideo.js';

/** A graphics card in software builds a shader for every op and shape: seconds for each model. `all` takes every one. */
const everywhere = process.env.FOREFRAME_PARITY === 'all';
const SLOW = ['conv-lstm', 'dynamic-nrm'];

const casesOf = (backend: ParityBackend): readonly ParityCase[] =>
  backend === 'wasm' || everywhere ? parityCases : parityCases.filter(({ title }) => SLOW.includes(title));

describe('five steps of training and the predictions before and after', () => {
  const expected = new Map<string, Computed>();
  const missing = new Map<ParityBackend, string>();
  const found = new Map<ParityBackend, Map<string, Computed>>();
  beforeAll(async () => {
    const { machine } = await referenceMachine();
    for (const trial of parityCases) expected.set(trial.title, await machine.compute(trial));
    await eachBackend(
      PARITY_BACKENDS,
      temporaryFolder(),
      async (used) => {
        const computed = new Map<string, Computed>();
        for (const trial of casesOf(used.backend))
          computed.set(trial.title, await used.machine.compute(trial));
        found.set(used.backend, computed);
      },
      (backend, reason) => missing.set(backend, reason),
    );
  });

  it.for(PARITY_BACKENDS)('are those of native TensorFlow: %s', (backend, { skip }) => {
    const reason = missing.get(backend);
    if (reason !== undefined) skip(reason);
    const computed = found.get(backend)!;
    expect([...computed.keys()]).toEqual(casesOf(backend).map(({ title }) => title));
    for (const [title, numbers] of computed) {
      const { predictions, losses, weights } = differences(numbers, expected.get(title)!);
      expect(predictions, title).toBeLessThan(TOLERANCES.predictions);
      expect(losses, title).toBeLessThan(TOLERANCES.losses);
      expect(weights, title).toBeLessThan(TOLERANCES.weights);
    }
  });

  it('learned something in every model: differences of what never moved say nothing', () => {
    for (const [title, numbers] of expected) {
      expect(numbers.gradientNorm, title).toHaveLength(5);
      expect(Math.min(...numbers.gradientNorm!), title).toBeGreaterThan(1e-4);
    }
  });
});
