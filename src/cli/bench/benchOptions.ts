/** All options of `foreframe bench`; each bench looks at its own. */
export interface BenchOptions {
  readonly set: string[];
  readonly rounds: number;
  readonly quick?: boolean;
  readonly only: string[];
  readonly seeds?: number[];
  readonly run: string;
  readonly json?: boolean;
  readonly minutes: number;
  readonly seed: number;
  readonly case?: string;
  readonly keep?: boolean;
  readonly write?: boolean;
  readonly out?: string;
  readonly collect?: boolean;
  readonly seconds: number[];
  readonly size: number;
  readonly color: 'grey' | 'rgb';
}

/** One bench: what is named after it, an empty folder that goes afterwards, its options. */
export type Bench = (files: readonly string[], folder: string, options: BenchOptions) => Promise<void>;
