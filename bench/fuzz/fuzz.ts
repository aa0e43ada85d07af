import { eachOf } from '../../src/common/eachOf.js';
import { messageOf } from '../../src/common/errors.js';
import { required } from '../../src/common/required.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { HostArray, Named, Program } from '../../src/tensorflow/spec/program.js';
import { type FuzzProgram, fuzzProgram } from './fuzzProgram.js';

/** What became of one random program. */
export interface FuzzRow {
  /** The seed that makes it again: `--programs 1 --seed <this>`. */
  readonly seed: number;
  readonly ops: readonly string[];
  /** Numbers compared, by entry; `state` are the variables and the optimizer's state at the end. */
  readonly compared: Named<number>;
  /** Largest difference, relative to the largest number of its output. */
  readonly worst: number;
  /** Where graph and eager do not agree; none if all is well. */
  readonly differences: readonly string[];
  /** Entries that tfjs itself cannot compute, and why: both modes say the same. */
  readonly refused: Named<string>;
}

export interface FuzzTotals {
  readonly programs: number;
  readonly disagreeing: number;
  readonly compared: Named<number>;
  readonly refused: Named<number>;
  readonly worst: number;
}

/** Runs of each entry, one after the other: state goes from one to the next. */
const RUNS = 2;
const TOLERANCE = 2e-3;

/** Random programs, as a graph against op by op: values, gradients of first and second order, steps of optimizers and the state after them. */
export function benchFuzz(programs: number, seed: number, onRow: (row: FuzzRow) => void): FuzzTotals {
  const rows = Array.from({ length: programs }, (_, i) => {
    const row = fuzzRow(seed + i);
    onRow(row);
    return row;
  });
  const compared: Named<number> = {};
  const refused: Named<number> = {};
  for (const row of rows) {
    for (const [name, count] of Object.entries(row.compared)) compared[name] = (compared[name] ?? 0) + count;
    for (const name of Object.keys(row.refused)) refused[name] = (refused[name] ?? 0) + 1;
  }
  return {
    programs,
    disagreeing: rows.filter(({ differences }) => differences.length > 0).length,
    compared,
    refused,
    worst: rows.reduce((worst, row) => Math.max(worst, row.worst), 0),
  };
}

export function fuzzRow(seed: number): FuzzRow {
  const { spec, feeds, ops } = fuzzProgram(seed);
  const compared: Named<number> = {};
  const refused: Named<string> = {};
  const differences: string[] = [];
  let worst = 0;
  const compare = (where: string, graph: Named<HostArray>, eager: Named<HostArray>) => {
    for (const [name, expected] of Object.entries(eager)) {
      const { error, count } = difference(graph[name], expected);
      const group = name.includes(' by ') ? `${name.split(' ')[0]} order` : where.split(' ')[0]!;
      compared[group] = (compared[group] ?? 0) + count;
      if (!(error <= TOLERANCE)) differences.push(`${where}.${name}: ${error}`);
      else worst = Math.max(worst, error);
    }
  };
  for (const entry of Object.keys(spec.entries)) {
    // An entry that tfjs cannot differentiate must not keep the others from being compared.
    const only = { ...spec, entries: { [entry]: required(spec.entries, entry) } };
    const [graph, eager] = eachOf(['graph', 'eager'], (mode) => results(only, entry, feeds, mode));
    if (typeof graph === 'string' || typeof eager === 'string') {
      if (graph === eager) refused[entry] = graph as string;
      else differences.push(`${entry}: graph ${said(graph)}, eager ${said(eager)}`);
      continue;
    }
    for (const [run, outputs] of graph.entries())
      compare(run === RUNS ? `state of ${entry}` : `${entry} ${run}`, outputs, eager[run]!);
  }
  return { seed, ops, compared, worst, differences, refused };
}

/** Outputs of each run and the state after all; or the message with which the program is refused. */
function results(
  spec: FuzzProgram['spec'],
  entry: string,
  feeds: FuzzProgram['feeds'],
  mode: 'graph' | 'eager',
) {
  let program: Program | undefined;
  try {
    program = compile(spec, { mode });
    const outputs = Array.from({ length: RUNS }, () => program!.run(entry, feeds));
    return [...outputs, program.state()];
  } catch (error) {
    return messageOf(error).split('\n')[0]!;
  } finally {
    program?.dispose();
  }
}

function said(found: string | unknown[]): string {
  return typeof found === 'string' ? `says ${found}` : 'computes';
}

function difference(
  found: HostArray | undefined,
  { shape, data }: HostArray,
): { error: number; count: number } {
  if (!found || found.shape.join() !== shape.join()) return { error: Number.POSITIVE_INFINITY, count: 0 };
  const values = Array.from(data);
  const scale = values.reduce(
    (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
    1,
  );
  let error = 0;
  for (const [i, value] of values.entries()) {
    const other = found.data[i]!;
    if (Object.is(value, other) || value === other) continue;
    const apart = Math.abs(value - other) / scale;
    error = Math.max(error, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
  }
  return { error, count: data.length };
}
