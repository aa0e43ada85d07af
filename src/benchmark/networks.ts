import { messageOf, UsageError } from '../common/errors.js';
import { nearest } from '../common/text/nearest.js';
import { shorten } from '../common/text/shorten.js';
import { parseYaml } from '../config/readYaml.js';

/** A network that methods are compared on. */
export interface BenchmarkNetwork {
  /** `model` of a pipeline. */
  readonly model: object;
  /** `threads` of a pipeline: graphs of small operations gain more from operations side by side. */
  readonly threads?: object;
}

/** The small classifier of the MNIST results: it renders too, so that every method can train it. */
const mnist: BenchmarkNetwork = {
  model: {
    name: 'nrm',
    normalization: 'batch',
    activation: 'leaky-relu',
    globalPooling: 'none',
    layers: [
      { filters: 16, kernel: 5, padding: 'valid', pool: { kind: 'max' } },
      { filters: 32, pool: { kind: 'max' }, dropout: 0.2 },
      { filters: 64, dropout: 0.2 },
    ],
  },
  threads: { perOperation: 1 },
};

const convLarge = (width: string): BenchmarkNetwork => ({ model: { name: 'conv-large', width } });

/** Networks by the names that `--network` takes. */
export const benchmarkNetworks: Readonly<Record<string, BenchmarkNetwork>> = {
  mnist,
  airbench: { model: { name: 'airbench' } },
  'conv-large': convLarge('full'),
  'conv-large-half': convLarge('half'),
  'conv-large-quarter': convLarge('quarter'),
  'conv-large-eighth': convLarge('eighth'),
  small: { model: { name: 'cnn', blocks: 'small' } },
};

/**
 * A network by its name, or the settings of any model as YAML.
 * @throws UsageError of one line for neither
 */
export function networkOf(given: string): BenchmarkNetwork {
  if (Object.hasOwn(benchmarkNetworks, given)) return benchmarkNetworks[given]!;
  const named = `--network ${shorten(given, 80)}`;
  let model: unknown;
  try {
    model = parseYaml(given);
  } catch (error) {
    throw new UsageError(`${named}: ${messageOf(error)}`);
  }
  if (typeof model === 'object' && model !== null && !Array.isArray(model)) return { model };
  const known = Object.keys(benchmarkNetworks);
  const guess = nearest(given, known);
  throw new UsageError(
    `${named}: ${guess ? `did you mean ${guess}?` : `there are ${known.join(', ')}, or settings of a model such as '{name: cnn, blocks: deep}'`}`,
  );
}
