import { Random } from '../common/random.js';

/** A stream of its own that follows from where `random` stands and a name; takes no number of `random`. */
export function fork(random: Random, name: string): Random {
  let seed = 0;
  for (const word of random.state) seed = Math.imul(seed ^ word ^ (word >>> 15), 0x2c1b3c6d) ^ (seed >>> 13);
  return Random.for(seed, name);
}
