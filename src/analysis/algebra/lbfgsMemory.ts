/**
 * The last steps of limited-memory BFGS and the inverse Hessian that they stand for (Nocedal 1980; Nocedal & Wright,
 * Numerical Optimization, algorithm 7.4).
 */
export class LbfgsMemory {
  readonly #size: number;
  readonly #pairs: {
    readonly step: Float64Array;
    readonly change: Float64Array;
    readonly product: number;
  }[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Stores a step and the change of the gradient over it. A step without positive curvature is ignored. */
  push(step: Float64Array, change: Float64Array): void {
    const product = dot(step, change);
    if (!(product > 1e-14 * Math.sqrt(dot(step, step) * dot(change, change)))) return;
    this.#pairs.push({ step, change, product });
    if (this.#pairs.length > this.#size) this.#pairs.shift();
  }

  get isEmpty(): boolean {
    return this.#pairs.length === 0;
  }

  clear(): void {
    this.#pairs.length = 0;
  }

  /** `−H⁻¹·gradient`. @param initial the inverse Hessian to start from */
  direction(gradient: Float64Array, initial: (r: Float64Array) => Float64Array): Float64Array {
    const q = gradient.map((value) => -value);
    const shares: number[] = [];
    for (let i = this.#pairs.length - 1; i >= 0; i--) {
      const { step, change, product } = this.#pairs[i]!;
      shares[i] = dot(step, q) / product;
      addTo(q, change, -shares[i]!);
    }
    const r = initial(q);
    this.#pairs.forEach(({ step, change, product }, i) => {
      addTo(r, step, shares[i]! - dot(change, r) / product);
    });
    return r;
  }
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** `a ← a + factor·b`, in place. */
export function addTo(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i]! += factor * b[i]!;
}
