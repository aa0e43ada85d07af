import { createModel } from '../../models/index.js';
import { checkWeights } from '../../runs/checkpoint.js';
import { checkSavedState, type StateSpec, slotSpec } from '../../tensorflow/program/savedState.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import type { LiveSettings } from '../watching/messages.js';

/** The entries of the page's program: `liveProgram`. */
const ENTRIES = ['train', 'advance'];

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
