import { ForeframeError } from '../../common/errors.js';
import { required } from '../../common/required.js';
import { type NativeBackend, nativeBackend } from '../backend/native.js';
import { namingEntry } from '../backend/tensorFlowError.js';
import { type Output, output, outputType } from '../graph/graph.js';
import type { VariableTable } from '../graph/variableTable.js';
import { checkedTrace } from '../program/checkedTrace.js';
import { type Trace, traceEntry } from '../program/trace.js';
import { type OpenSizes, openSizes } from '../sizes/openSizes.js';
import { commonNodes, NotOpen, type Recorded } from '../sizes/sameGraph.js';
import { shownSize } from '../sizes/size.js';
import { exampleInputs } from '../spec/exampleInputs.js';
import type { Named, ProgramSpec } from '../spec/program.js';
import type { EntryShapes, Side, SizedProgram } from './sizedProgram.js';

/** What an open size is in the recordings: at first, to see what it changes, and to check that. A 1 would look like any other 1. */
const TRIED = { first: 2, more: 3, check: 4 } as const;

export interface OpenEntry<R extends Recorded> {
  readonly recorded: R;
  /** The sizes that are open in it. */
  readonly open: readonly string[];
  /** The sides of a value. */
  sides(value: Output): Side[];
}

/** A recording whose outputs have names. */
export interface Exported extends Recorded {
  readonly outputs: readonly { readonly name: string; readonly value: Output }[];
}

/** How to record an entry, and what to make of the recording. */
export interface Recording<R extends Recorded> {
  /** Shared by the entries of a program. */
  readonly table: VariableTable;
  finish(entry: string, trace: Trace): R;
}

/**
 * Record an entry with as many of the program's open sizes as it allows; the last one named is the first to be given up.
 * @throws ForeframeError without native TensorFlow, for an entry that is not there, changes variables or cannot become a graph
 */
export function openEntry<R extends Recorded>(
  entry: string,
  program: SizedProgram,
  recording: Recording<R>,
): OpenEntry<R> {
  const { entries } = program.at(program.sizes);
  if (!entries[entry])
    throw new ForeframeError(`no entry ${entry}; there are: ${Object.keys(entries).join(', ')}`);
  const record = recorder(entry, program, recording);
  const wanted = program.open.filter((name) => matters(entry, program, name));
  const first = Object.fromEntries(wanted.map((name) => [name, TRIED.first]));
  // One that cannot be open is found before all sizes are tried with all others.
  const names = wanted.filter((name) =>
    opens(() => commonNodes([record(first), record({ ...first, [name]: TRIED.more })])),
  );
  const fewer = names.map((_, place) => names.toSpliced(names.length - 1 - place, 1));
  for (const some of [names, ...fewer]) {
    const found = opens(() => opened(some, record));
    if (found) return found;
  }
  return opened([], record);
}

/** What `work` gives, or nothing where a size cannot be left open. */
function opens<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof NotOpen) return undefined;
    throw error;
  }
}

/** Records an entry where its open sizes are these. */
type RecordAt<R> = (open: Named<number>) => R;

function recorder<R extends Recorded>(
  entry: string,
  program: SizedProgram,
  { table, finish }: Recording<R>,
): RecordAt<R> {
  const backend = nativeBackend();
  if (!backend)
    throw new ForeframeError('a model can only be exported with native TensorFlow: see foreframe doctor');
  const made = new Map<string, R>();
  return (open) => {
    const key = JSON.stringify(open);
    const known = made.get(key);
    if (known) return known;
    const spec = program.at({ ...program.sizes, ...open });
    const isChecked = made.size > 0;
    const trace = (isChecked ? traced : checkedTrace)(entry, spec, backend, table);
    if (trace.writes.length > 0)
      throw new ForeframeError(`entry ${entry} changes variables: a served model must not`);
    const recorded = finish(entry, trace);
    made.set(key, recorded);
    return recorded;
  };
}

/** An entry whose other recording has been checked already. */
function traced(entryName: string, spec: ProgramSpec, backend: NativeBackend, table: VariableTable): Trace {
  const entry = required(spec.entries, entryName);
  const { variables, seed = 0 } = spec;
  const inputs = exampleInputs(entry.inputs, 1, {});
  return namingEntry(entryName, () =>
    traceEntry({ backend, entryName, entry, table, seed, variables, inputs }),
  );
}

function opened<R extends Recorded>(names: readonly string[], record: RecordAt<R>): OpenEntry<R> {
  const recordAt = (size: (place: number) => number) => {
    const open = names.map((_name, place) => size(place));
    const recorded = record(Object.fromEntries(names.map((name, place) => [name, open[place]!])));
    return { recorded, inputs: recorded.inputs, roots: recorded.roots, open };
  };
  const corners = Array.from({ length: 1 << names.length }, (_, corner) =>
    recordAt((place) => ((corner & (1 << place)) === 0 ? TRIED.first : TRIED.more)),
  );
  const [{ recorded }] = corners as [(typeof corners)[number]];
  const plain = (value: Output) => [...outputType(value).shape];
  if (names.length === 0) return { recorded, open: [], sides: plain };
  const sizes: OpenSizes = openSizes(
    names,
    corners,
    recordAt((place) => TRIED.check + place),
  );
  const sides = (value: Output) =>
    sizes.get(value.node)?.[value.index]?.map((size) => shownSize(size, names)) ?? plain(value);
  return { recorded, open: names, sides };
}

/** Whether an entry's inputs depend on a size. */
function matters(entry: string, { at, sizes }: SizedProgram, name: string): boolean {
  const shapes = [TRIED.first, TRIED.more].map((size) => {
    const { inputs } = required(at({ ...sizes, [name]: size }).entries, entry);
    return JSON.stringify(Object.values(inputs).map(({ shape }) => shape));
  });
  return shapes[0] !== shapes[1];
}

/** The shapes of what an entry takes and gives. */
export function shapesOf({ recorded, sides }: OpenEntry<Exported>): EntryShapes {
  const inputs = Object.entries(recorded.inputs).map(([name, from]) => [name, sides(output(from))] as const);
  const outputs = recorded.outputs.map(({ name, value }) => [name, sides(value)] as const);
  return { inputs: Object.fromEntries(inputs), outputs: Object.fromEntries(outputs) };
}
