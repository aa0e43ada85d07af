import type { Named, ProgramSpec } from '../spec/program.js';

/** A program to hand out, which whoever runs it may call at other sizes than it was recorded at. */
export interface SizedProgram {
  /** The program at these sizes; variables and the names of entries, inputs and outputs are the same at all. */
  at(sizes: Named<number>): ProgramSpec;
  /** What each size is where it cannot be left open, or is not to be. */
  readonly sizes: Named<number>;
  /** Names of those to leave open where an entry allows it; which entry allows what follows from its recordings. */
  readonly open: readonly string[];
}

/** A side of a tensor: a number, or what it is in open sizes, as `batch` or `batch*time`. */
export type Side = number | string;

/** What an entry takes and gives, by name; the shape of each. */
export interface EntryShapes {
  readonly inputs: Named<readonly Side[]>;
  readonly outputs: Named<readonly Side[]>;
}

/** A program of one size. */
export function ofOneSize(spec: ProgramSpec): SizedProgram {
  return { at: () => spec, sizes: {}, open: [] };
}
