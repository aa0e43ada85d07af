import { ForeframeError } from '../../common/errors.js';
import { createModel } from '../../models/index.js';
import { checkWeights } from '../../runs/checkpoint.js';
import type { StoredTensor } from '../../runs/safetensors.js';
import { checkSavedState, type StateSpec, slotSpec } from '../../tensorflow/program/savedState.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import type { LiveSettings } from '../watching/messages.js';

/** The entries of the page's program: `liveProgram`. */
const ENTRIES = ['train', 'advance'];

/** Weights, and the two means that an optimizer keeps of each; names and shapes beside them. */
const MOST_COPIES = 4;
const HEADER = 1 << 20;

/** Bytes of the largest state that a network of these settings has. */
export function mostBytes(settings: LiveSettings): number {
  const weights = Object.values(liveVariables(settings)).reduce((sum, { data }) => sum + data.byteLength, 0);
  return weights * MOST_COPIES + HEADER;
}

/** What a page sent, as a state. @throws ForeframeError where it holds what no checkpoint does */
export function stateIn(tensors: Named<StoredTensor>): Named<HostArray> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]): [string, HostArray] => {
      if (data instanceof Float32Array || data instanceof Int32Array) return [name, { shape, data }];
      throw new ForeframeError(`what the page sent holds ${name} in a type that no checkpoint has`);
    }),
  );
}

/** The variables of the page's network before it learns: the names and shapes that its weights have. */
export function liveVariables({ model, frame, seed }: LiveSettings): Named<HostArray> {
  return createModel(model, frame).parameters(seed);
}

/** @throws ForeframeError when a state is not all weights of the page's network, and at most its optimizer's state besides */
export function checkLiveState(settings: LiveSettings, state: Named<HostArray>): void {
  const variables = liveVariables(settings);
  checkWeights(state, variables);
  const specs = Object.fromEntries(
    Object.entries(variables).map(([name, { shape }]): [string, StateSpec] => [
      name,
      { shape, dtype: 'float32' },
    ]),
  );
  checkSavedState(
    state,
    (name) => (Object.hasOwn(specs, name) ? specs[name] : slotSpec(name, specs, ENTRIES)),
    () => Object.keys(specs),
  );
}
