import { shorten } from '../common/text/shorten.js';
import type { Tensor } from '../tensorflow/backend/tf.js';
import type { Named } from '../tensorflow/spec/program.js';

/** One parameter, or one part of the state, by its name. @throws RangeError when it is missing, naming those that are there */
export function tensorOf<T extends Tensor = Tensor>(named: Named<Tensor>, name: string): T {
  const found = named[name];
  if (!found) throw new RangeError(`no ${name} among ${shorten(Object.keys(named).join(', '), 200)}`);
  return found as T;
}
