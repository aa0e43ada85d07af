import { ForeframeError } from '../common/errors.js';
import type { Feed, InputSpec } from './program.js';

/** The values of one input in the array type of its dtype: the fed array itself where it is of that type already. */
export function feedValues(
  name: string,
  { shape, dtype }: InputSpec,
  feed: Feed | undefined,
): Float32Array | Int32Array | Uint8Array {
  if (feed === undefined) throw new ForeframeError(`input ${name} is missing`);
  const values = typeof feed === 'number' ? [feed] : feed;
  const size = shape.reduce((a, b) => a * b, 1);
  if (values.length !== size)
    throw new ForeframeError(`input ${name} holds ${values.length} values, [${shape}] needs ${size}`);
  switch (dtype) {
    case 'float32':
      return values instanceof Float32Array ? values : Float32Array.from(values);
    case 'int32':
      return values instanceof Int32Array ? values : Int32Array.from(values);
    case 'uint8':
      return values instanceof Uint8Array ? values : Uint8Array.from(values);
  }
}
