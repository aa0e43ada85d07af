import { ForeframeError } from '../../common/errors.js';
import { nearest } from '../../common/text/nearest.js';
import { checkHostArray } from '../spec/hostArrays.js';
import { isRecord } from '../spec/isRecord.js';
import type { HostArray, Named } from '../spec/program.js';
import { shown } from '../spec/shown.js';

/** Shape and type of a variable or of a part of an optimizer's state. */
export interface StateSpec {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
}

/**
 * @param specOf what the program keeps under a name, if anything
 * @throws ForeframeError naming the part of a saved state that does not fit the program
 */
export function checkSavedState(
  state: unknown,
  specOf: (name: string) => StateSpec | undefined,
  names: () => readonly string[],
): asserts state is Named<HostArray> {
  if (!isRecord(state))
    throw new ForeframeError(`the saved state is ${shown(state)}: give what program.state() returned`);
  for (const [name, value] of Object.entries(state)) {
    const spec = specOf(name);
    if (!spec) {
      const guess = nearest(name, names());
      throw new ForeframeError(
        `the program has no variable ${name} that the saved state names${guess ? `: did you mean ${guess}?` : ''}`,
      );
    }
    checkHostArray(`the saved ${name}`, value);
    const { shape, data } = value as HostArray;
    if (spec.shape.join() !== shape.join())
      throw new ForeframeError(`variable ${name} is [${spec.shape}], the saved one is [${shape}]`);
    const dtype = data instanceof Int32Array ? 'int32' : 'float32';
    if (dtype !== spec.dtype)
      throw new ForeframeError(`variable ${name} is ${spec.dtype}, the saved one is ${dtype}`);
  }
}

/** Names of what optimizers keep for each variable. */
const SLOTS = ['velocity', 'square', 'first', 'second'];

/**
 * What an optimizer or a counter of a program would keep under a name, before a first step has made it: `<group>/step`,
 * `<group>/<variable>/<slot>` or `random/<entry>`.
 */
export function slotSpec(
  name: string,
  variables: Named<StateSpec>,
  entries: readonly string[],
): StateSpec | undefined {
  if (name.startsWith('random/'))
    return entries.includes(name.slice('random/'.length)) ? { shape: [], dtype: 'int32' } : undefined;
  if (name.endsWith('/step')) return { shape: [], dtype: 'float32' };
  const slot = SLOTS.find((each) => name.endsWith(`/${each}`));
  const owner = slot && name.slice(0, -slot.length - 1);
  const variable = owner && Object.keys(variables).find((each) => owner.endsWith(`/${each}`));
  return variable === undefined || variable === '' ? undefined : variables[variable];
}
