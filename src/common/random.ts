/**
 * Seeded random numbers with a state that can be saved: four 32-bit words of xoshiro128** (Blackman & Vigna 2018),
 * seeded through splitmix32 so that neighbouring seeds give unrelated streams.
 */
export class Random {
  readonly #s: Uint32Array;

  constructor(seed: number | readonly number[]) {
    this.#s = typeof seed === 'number' ? expandSeed(seed) : Uint32Array.from(seed);
  }

  /** A generator for one named purpose (`weights`, `shuffle`, …): changing one purpose leaves the others' numbers alone. */
  static for(seed: number, purpose: string): Random {
    let hash = 2166136261 ^ seed;
    for (const char of purpose) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619);
    return new Random(hash >>> 0);
  }

  /** The four words from which `new Random(state)` goes on. */
  get state(): number[] {
    return [...this.#s];
  }

  /** An integer in [0, 2³²). */
  uint32(): number {
    const s = this.#s;
    const s1 = s[1]!;
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    const t = s1 << 9;
    const x2 = s[2]! ^ s[0]!;
    const x3 = s[3]! ^ s1;
    s[1] = s1 ^ x2;
    s[0] = s[0]! ^ x3;
    s[2] = x2 ^ t;
    s[3] = rotateLeft(x3, 11);
    return result;
  }

  /** A number in [0, 1) with 53 random bits. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992;
  }

  /** An integer in [0, bound). */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** A draw from the standard normal distribution (Box–Muller; the second value is not kept, so the state stays four words). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

function expandSeed(seed: number): Uint32Array {
  let z = seed >>> 0;
  return Uint32Array.from({ length: 4 }, () => {
    z = (z + 0x9e3779b9) >>> 0;
    let x = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return (x ^ (x >>> 15)) >>> 0;
  });
}
