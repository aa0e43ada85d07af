import { required } from '../../common/required.js';
import type { InputSpec, Named } from './program.js';

/** The shape of an input that an entry of the program is known to have. */
export function inputShape(
  entries: Named<Named<InputSpec>>,
  entry: string,
  input: string,
): readonly [number, ...number[]] {
  return required(required(entries, entry), input).shape as readonly [number, ...number[]];
}
