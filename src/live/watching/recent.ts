/** Rows of numbers of the last so many seconds, for a curve that moves on. */
export class Recent {
  readonly #seconds: number;
  readonly #columns: number[][];

  constructor(curves: number, seconds: number) {
    this.#seconds = seconds;
    this.#columns = Array.from({ length: curves + 1 }, () => []);
  }

  /** The values at a time, in seconds, that is later than those before. */
  add(time: number, values: readonly number[]): void {
    [time, ...values].forEach((value, at) => {
      this.#columns[at]!.push(value);
    });
    const times = this.#columns[0]!;
    const old = times.findIndex((each) => each >= time - this.#seconds);
    if (old > 0) for (const column of this.#columns) column.splice(0, old);
  }

  /** Times, then each curve, equally long. */
  get columns(): readonly (readonly number[])[] {
    return this.#columns;
  }

  /** The mean of the last `count` values of a curve, from 0; NaN where there is none. */
  mean(curve: number, count: number): number {
    const values = this.#columns[curve + 1]!.slice(-count);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  }
}
