import { Random } from '../common/random.js';

/** Endless passes over `0 … count − 1`, each in an order of its own that follows from seed, purpose and number of the pass. */
export class ShuffledPasses {
  #pass = -1;
  #order: Uint32Array = new Uint32Array();

  constructor(
    readonly count: number,
    readonly seed: number,
    readonly purpose: string,
  ) {}

  /** The items from `start` on, counted from the beginning of the first pass: any place can be asked for at any time. */
  take(start: number, count: number): number[] {
    return Array.from({ length: count }, (_, i) => this.#at(start + i));
  }

  #at(index: number): number {
    const pass = Math.floor(index / this.count);
    if (pass !== this.#pass) {
      this.#order = permutation(this.count, Random.for(this.seed, `${this.purpose}/${pass}`));
      this.#pass = pass;
    }
    return this.#order[index % this.count]!;
  }
}

function permutation(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
