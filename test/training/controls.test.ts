import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/common/errors.js';
import { checkConfig } from '../../src/config/loadConfig.js';

const check = (model: object, training: object = {}) =>
  checkConfig({ name: 'x', model, training: { steps: 1, target: 'current', ...training } }, 'here');
const pgn = { name: 'pgn' };

describe('the controls', () => {
  it('are settings: a PGN or an autoencoder that is trained to reconstruct', () => {
    expect(check(pgn).method).toEqual({ name: 'reconstruction', predict: 'every' });
    expect(check({ name: 'autoencoder', units: 1024 }).model).toMatchObject({ units: 1024 });
    const units = { asManyWeightsAsLstm: 1024 };
    expect(check({ name: 'autoencoder', units }).model).toMatchObject({ units });
    expect(check(pgn, { target: undefined }).method.name).toBe('next-frame');
  });

  it.each([
    [
      'pgn that draws changes',
      { ...pgn, output: 'residual' },
      {},
      /method\.name: this model predicts changes/,
    ],
    ['conv-lstm', { name: 'conv-lstm' }, {}, /method\.name: this model predicts changes/],
    ['frame-stack', { name: 'frame-stack' }, {}, /method\.name: this model predicts changes/],
    ['discriminator', pgn, { adversarial: {} }, /training\.adversarial: the discriminator judges frames/],
    ['units', { name: 'autoencoder', units: 'many' }, {}, /model\.units: a number of units, or \{ asMany/],
  ])('refuse what would teach nothing: %s', (_, model, training, message) => {
    const refused = () => check(model, training);
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(message);
  });

  it('may draw changes where the next frame is the target', () => {
    expect(check({ ...pgn, output: 'residual' }, { target: 'next' }).method.name).toBe('next-frame');
  });
});

describe('training against a discriminator', () => {
  it('has the published rates by default', () => {
    const { method } = check(pgn, { target: 'next', adversarial: {} });
    expect(method).toMatchObject({
      lambda: 0.0002,
      discriminator: { optimizer: { kind: 'sgd', momentum: 0.5 }, learningRate: 0.01 },
    });
  });

  it('knows its settings by name', () => {
    const misspelt = { target: 'next', adversarial: { lamda: 1 } };
    expect(() => check(pgn, misspelt)).toThrow('did you mean method.lambda?');
    const deep = { target: 'next', adversarial: { discriminator: { learningrate: 1 } } };
    expect(() => check(pgn, deep)).toThrow('did you mean method.discriminator.learningRate?');
  });
});
