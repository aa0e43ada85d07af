/** Points at most; when there are so many, two neighbours become one. */
const MOST = 1000;

/**
 * Curves over one axis in so many points at most, however long they become: means of ever more values. The parts of a curve are
 * as long as each other.
 */
export class Course {
  /** Positions, then the values of each curve there. */
  readonly #columns: number[][];
  #pending: number[][] = [];
  #each = 1;

  constructor(curves: number) {
    this.#columns = Array.from({ length: curves + 1 }, () => []);
  }

  /** The values of all curves at a position that is larger than those before. */
  add(position: number, values: readonly number[]): void {
    this.#pending.push([position, ...values]);
    if (this.#pending.length < this.#each) return;
    const mean = this.#columns.map((_, column) => meanOf(this.#pending.map((row) => row[column]!)));
    this.#pending = [];
    this.#columns.forEach((column, at) => {
      column.push(mean[at]!);
    });
    if (this.#columns[0]!.length === MOST) this.#halve();
  }

  /** Positions, then each curve, equally long. */
  get columns(): readonly (readonly number[])[] {
    return this.#columns;
  }

  #halve(): void {
    this.#each *= 2;
    for (const column of this.#columns) {
      const halved = Array.from({ length: MOST / 2 }, (_, at) => (column[2 * at]! + column[2 * at + 1]!) / 2);
      column.splice(0, MOST, ...halved);
    }
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
