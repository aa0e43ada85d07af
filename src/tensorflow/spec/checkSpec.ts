import { ForeframeError } from '../../common/errors.js';
import tf from '../backend/tf.js';
import { checkHostArray, checkShape } from './hostArrays.js';
import { isRecord } from './isRecord.js';
import type { ProgramSpec } from './program.js';
import { shown } from './shown.js';

const DTYPES = ['float32', 'int32', 'uint8'];

/** Prefixes of a program's own state: names of variables must not begin with them. */
const RESERVED = ['optimizer', 'random'];

/** Checks a program before it runs. @throws ForeframeError in one line that names the error. */
export function checkSpec(spec: ProgramSpec): void {
  if (!isRecord(spec))
    throw new ForeframeError(`compile was given ${shown(spec)}: write { variables, entries }`);
  const { variables, entries, seed } = spec as Partial<ProgramSpec>;
  if (variables instanceof tf.LayersModel)
    throw new ForeframeError(
      'compile: variables is a tf.layers model, whose own layers read weights that are not the program’s: ' +
        'give their values by name, as { kernel: { shape, data } }, and apply them with tf ops',
    );
  if (!isRecord(variables))
    throw new ForeframeError(
      `compile: variables is ${shown(variables)}: write them by name, as { weight: { shape, data } }`,
    );
  if (!isRecord(entries))
    throw new ForeframeError(
      `compile: entries is ${shown(entries)}: write them by name, as { train: { inputs, run } }`,
    );
  if (seed !== undefined && !Number.isSafeInteger(seed))
    throw new ForeframeError(`compile: seed is ${shown(seed)}: give a whole number`);
  for (const [name, value] of Object.entries(variables)) checkVariable(name, value);
  for (const [name, entry] of Object.entries(entries)) checkEntry(name, entry);
}

function checkVariable(name: string, value: unknown) {
  const reserved = RESERVED.find((prefix) => name === prefix || name.startsWith(`${prefix}/`));
  if (reserved)
    throw new ForeframeError(
      `variable ${name}: names that begin with ${reserved}/ are the program's own: give it another`,
    );
  if (value instanceof tf.Tensor)
    throw new ForeframeError(
      `variable ${name} is a tensor: give its shape and values, as { shape: tensor.shape, data: tensor.dataSync() }`,
    );
  if (name === '') throw new ForeframeError('a variable has an empty name: give it one');
  checkHostArray(`variable ${name}`, value);
}

function checkEntry(name: string, entry: unknown) {
  if (!isRecord(entry)) throw new ForeframeError(`entry ${name} is ${shown(entry)}: write { inputs, run }`);
  const { inputs, run } = entry as { inputs?: unknown; run?: unknown };
  if (!isRecord(inputs))
    throw new ForeframeError(
      `entry ${name}: inputs is ${shown(inputs)}: write them by name, as { x: { shape: [3], dtype: 'float32' } }, or {}`,
    );
  if (typeof run !== 'function')
    throw new ForeframeError(
      `entry ${name}: run is ${shown(run)}: write a function of the inputs and the step`,
    );
  for (const [input, spec] of Object.entries(inputs)) checkInput(`input ${name}.${input}`, spec);
}

function checkInput(what: string, spec: unknown) {
  if (!isRecord(spec)) throw new ForeframeError(`${what} is ${shown(spec)}: write { shape, dtype }`);
  const { shape, dtype } = spec as { shape?: unknown; dtype?: unknown };
  checkShape(what, shape);
  if (!DTYPES.includes(dtype as string))
    throw new ForeframeError(`${what} has the dtype ${shown(dtype)}: there are ${DTYPES.join(', ')}`);
}
