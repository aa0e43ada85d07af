import { required } from '../../common/required.js';
import type { SizedProgram } from '../../tensorflow/export/sizedProgram.js';
import type { Named, ProgramSpec } from '../../tensorflow/spec/program.js';

/** Sizes that whoever exports a model has chosen; the others are left open where the model allows it. */
export interface ChosenSizes {
  /** Streams, images or clips side by side. */
  readonly batch?: number;
  /** Frames of each stream. */
  readonly time?: number;
}

/** A program to serve: its entries are the signatures; clients of TF Serving get the first by default. */
export interface ServedProgram {
  readonly program: SizedProgram;
  /** Name of the first signature's input. */
  readonly input: 'frames' | 'images';
  /** What each does, by name. */
  readonly signatures: Named<string>;
  /** What inputs and outputs mean, by name. */
  readonly about: Named<string>;
}

/** @param usual what a size is that is neither chosen nor can be left open */
export function sizedProgram(
  chosen: ChosenSizes,
  usual: Named<number>,
  build: (sizes: Named<number>) => ProgramSpec,
): SizedProgram {
  const known: Named<number | undefined> = { ...chosen };
  const names = Object.keys(usual);
  const built = new Map<string, ProgramSpec>();
  let first: ProgramSpec | undefined;
  return {
    sizes: Object.fromEntries(names.map((name) => [name, known[name] ?? required(usual, name)])),
    open: names.filter((name) => known[name] === undefined),
    at(sizes) {
      const key = JSON.stringify(sizes);
      const spec = built.get(key) ?? build(sizes);
      first ??= spec;
      // All the same: weights are kept once.
      const shared = { ...spec, variables: first.variables };
      built.set(key, shared);
      return shared;
    },
  };
}
