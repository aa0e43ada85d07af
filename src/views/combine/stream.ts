import { fork } from '../fork.js';
import type { View } from '../view.js';

/** The view with its own stream of random numbers: adding or removing it does not change the numbers of other views. */
export function stream<D>(name: string, view: View<D>): View<D> {
  return { ...view, start: (input, count, random) => view.start(input, count, fork(random, name)) };
}
