import { ForeframeError } from '../../common/errors.js';
import { DataType } from '../backend/native.js';
import { attr, constantNode, type GraphNode, node, type Output, output } from './graph.js';

/** A variable of a graph: a program's weight, an optimizer's slot or a counter. */
export interface GraphVariable {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: number;
  /** Needed by a fused op but without meaning between steps: no part of a checkpoint. */
  readonly hidden: boolean;
  readonly handle: GraphNode;
}

/** All variables of a program, shared by its entries. */
export class VariableTable {
  readonly #byName = new Map<string, GraphVariable>();

  /** The variable of this name, made on first use. */
  declare(
    name: string,
    shape: readonly number[],
    { dtype = DataType.float32, hidden = false }: { dtype?: number; hidden?: boolean } = {},
  ): GraphVariable {
    const known = this.#byName.get(name);
    if (known) {
      if (known.shape.join() !== shape.join())
        throw new ForeframeError(`variable ${name} is used as [${known.shape}] and as [${shape}]`);
      return known;
    }
    const handle = node('VarHandleOp', {
      name: `variables/${name}`,
      attrs: [
        attr.type('dtype', dtype),
        attr.shape('shape', shape),
        attr.string('shared_name', name),
        attr.string('container', ''),
      ],
      outputs: [{ dtype: DataType.resource, shape: [] }],
    });
    const variable = { name, shape: [...shape], dtype, hidden, handle };
    this.#byName.set(name, variable);
    return variable;
  }

  get all(): GraphVariable[] {
    return [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** Reads and writes of variables within one entry, kept in the order in which the user's code made them. */
export class VariableAccess {
  readonly #add: (node: GraphNode) => GraphNode;
  readonly #states = new Map<GraphVariable, { read?: GraphNode; lastWrite?: GraphNode }>();
  readonly writes: GraphNode[] = [];

  constructor(add: (node: GraphNode) => GraphNode) {
    this.#add = add;
  }

  /** The value that the variable has at this point. */
  read(variable: GraphVariable): Output {
    const state = this.#state(variable);
    state.read ??= this.#add(readOf(variable, state.lastWrite ? [state.lastWrite] : []));
    return output(state.read);
  }

  /** Set a variable. */
  assign(variable: GraphVariable, value: Output): void {
    this.update(
      [variable],
      'AssignVariableOp',
      [output(variable.handle), value],
      [attr.type('dtype', variable.dtype)],
    );
  }

  /** Add to a variable. */
  increase(variable: GraphVariable, value: Output): void {
    this.update(
      [variable],
      'AssignAddVariableOp',
      [output(variable.handle), value],
      [attr.type('dtype', variable.dtype)],
    );
  }

  /** Multiply a variable by a scalar. */
  scale(variable: GraphVariable, factor: Output): void {
    const scaled = this.#add(
      node('Mul', {
        inputs: [this.read(variable), factor],
        attrs: [attr.type('T', variable.dtype)],
        outputs: [{ dtype: variable.dtype, shape: [...variable.shape] }],
      }),
    );
    this.assign(variable, output(scaled));
  }

  /** Run an op that changes several variables; `inputs` hold their handles where the op wants them. */
  update(
    variables: readonly GraphVariable[],
    op: string,
    inputs: readonly Output[],
    attrs: GraphNode['attrs'] = [],
  ): void {
    const states = variables.map((variable) => this.#state(variable));
    const after = states.flatMap(({ read, lastWrite }) => (read ? [read] : lastWrite ? [lastWrite] : []));
    const write = this.#add(node(op, { inputs: [...inputs], attrs, after }));
    for (const state of states) {
      state.lastWrite = write;
      state.read = undefined;
    }
    this.writes.push(write);
  }

  #state(variable: GraphVariable) {
    let state = this.#states.get(variable);
    if (!state) {
      state = {};
      this.#states.set(variable, state);
    }
    return state;
  }
}

/** A node that reads a variable once all of `after` have run. */
export function readOf(
  { handle, dtype, shape }: Pick<GraphVariable, 'handle' | 'dtype' | 'shape'>,
  after: readonly GraphNode[] = [],
): GraphNode {
  return node('ReadVariableOp', {
    inputs: [output(handle)],
    attrs: [attr.type('dtype', dtype)],
    after,
    outputs: [{ dtype, shape: [...shape] }],
  });
}

/** A node whose run means that all of `after` have run: what an entry fetches besides its outputs. */
export function barrier(after: readonly GraphNode[], name: string): GraphNode {
  const done = constantNode({ dtype: DataType.int32, shape: [], values: Int32Array.of(1) });
  return { ...done, after, name };
}
