import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { required } from '../../common/required.js';
import { VariableTable } from '../graph/variableTable.js';
import { modelProto } from '../onnx/messages.js';
import { translate } from '../onnx/translate.js';
import { namedOutputs } from '../program/entryGraph.js';
import type { Trace } from '../program/trace.js';
import type { HostArray, Named } from '../spec/program.js';
import { openEntry, shapesOf } from './openEntry.js';
import type { EntryShapes, SizedProgram } from './sizedProgram.js';

export interface OnnxOptions {
  readonly program: SizedProgram;
  /** The variables' values; names that no exported entry uses are ignored. */
  readonly state: Named<HostArray>;
  /** What each entry does, by name: each becomes a file, `<entry>.onnx`. */
  readonly entries: Named<string>;
  readonly folder: string;
  /** Stands in each file: where it comes from. */
  readonly metadata: Named<string>;
  /** What inputs and outputs mean, by name. */
  readonly about: Named<string>;
  readonly version: string;
}

/**
 * Write entries as ONNX models, each with the weights that it uses.
 * @returns the shapes of each entry
 * @throws ForeframeError without native TensorFlow, naming an op that ONNX has no translation of, or for more than 2 GB of weights
 */
export function exportOnnx(options: OnnxOptions): Named<EntryShapes> {
  const { program, state, entries, folder, metadata, about, version } = options;
  const table = new VariableTable();
  mkdirSync(folder, { recursive: true });
  const shapes: Named<EntryShapes> = {};
  for (const [name, does] of Object.entries(entries)) {
    const entry = openEntry(name, program, { table, finish: namedTrace });
    const graph = translate({ ...entry.recorded, sides: entry.sides }, state, about);
    shapes[name] = shapesOf(entry);
    const meanings = meaningsOf(shapes[name], about);
    const model = modelProto({
      about: does,
      version,
      graph,
      metadata: { ...metadata, ...meanings },
    }).finish();
    writeFileSync(join(folder, `${name}.onnx`), model);
  }
  return shapes;
}

/** Runtimes show a model's metadata, but not what is written beside its inputs. */
function meaningsOf({ inputs, outputs }: EntryShapes, about: Named<string>): Named<string> {
  const names = [...Object.keys(inputs), ...Object.keys(outputs)].filter((name) => about[name] !== undefined);
  return Object.fromEntries(names.map((name) => [`about.${name}`, required(about, name)]));
}

/** A recording as ONNX takes it: op by op, as it was made. */
export function namedTrace(name: string, { inputs, outputs }: Trace) {
  const named = namedOutputs(name, outputs);
  const roots = [...Object.values(inputs), ...named.map(({ value }) => value.node)];
  return { name, inputs, outputs: named, roots };
}
