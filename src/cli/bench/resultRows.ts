/** A row of RESULTS.md: a pipeline, trained from several seeds. */
export interface ResultRow {
  readonly pipeline: string;
  readonly seeds: readonly number[];
  /** Pipeline whose run of the same seed it starts from; listed before it. */
  readonly startFrom?: string;
}

const THREE = [1, 2, 3];

/** The tables of next-frame prediction, in the order in which they can be trained. */
export const RESULT_ROWS: readonly ResultRow[] = [
  { pipeline: 'balls-frame-stack', seeds: THREE },
  { pipeline: 'balls-pgn', seeds: [1] },
  { pipeline: 'faces-pgn', seeds: THREE },
  { pipeline: 'faces-ae-lstm-dynamic', seeds: THREE },
  { pipeline: 'faces-ae-lstm-static', seeds: THREE },
  { pipeline: 'faces-ae-fc-weights', seeds: THREE },
  { pipeline: 'faces-ae-fc-units', seeds: THREE },
  { pipeline: 'faces-pgn-continued', seeds: [1], startFrom: 'faces-pgn' },
  { pipeline: 'faces-pgn-adversarial', seeds: THREE, startFrom: 'faces-pgn' },
  { pipeline: 'faces-frame-stack', seeds: THREE },
  { pipeline: 'digits-frame-stack', seeds: [1] },
  { pipeline: 'talking-face', seeds: THREE },
];
