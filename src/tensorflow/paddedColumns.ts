import { attr, type GraphNode, type Output, type OutputType, output, outputType } from './graph.js';
import { DataType } from './native.js';
import { PADDING, type Padding, padded, withoutPadding } from './padding.js';
import type { GraphVariable } from './variableTable.js';

/** Columns whose rows, of float32, begin whole pages of 4 KB apart. */
const PAGE = 1024;
/** Values of a weight below which there is nothing to gain. */
const SMALL = 1 << 20;

/**
 * Let weights whose rows begin whole pages apart carry a few columns of zeros. Where a product reads such a weight column by
 * column, as that of a dense layer does, all rows fall into the same lines of the caches and drive each other out: on an EPYC
 * with AVX2 `[160, 8192]·[8192, 4096]` took 147 ms, with 4,112 columns 73.
 *
 * Only weights that nothing but products of matrices reads, and nothing but an optimizer writes, so that the zeros stay zeros
 * and nobody sees them: the gradient and the optimizer's slots carry them too, what is small besides is cut or filled.
 * @param nodes all nodes of all entries, after every rewrite; changed in place
 */
export function padColumns(nodes: readonly GraphNode[], variables: readonly GraphVariable[]): Padding {
  const users = usersIn(nodes);
  const byHandle = new Map(variables.map((variable) => [variable.handle, variable]));
  const padding = new Map<GraphVariable, number>();
  for (const variable of variables) {
    const use = isSlow(variable) ? whereUsed(variable, users, byHandle) : undefined;
    if (!use) continue;
    widen(use, users);
    for (const held of [variable, ...use.slots]) padding.set(held, PADDING);
  }
  return padding;
}

function isSlow({ shape, dtype }: GraphVariable): boolean {
  const [rows, columns] = shape;
  return (
    shape.length === 2 && dtype === DataType.float32 && columns! % PAGE === 0 && rows! * columns! >= SMALL
  );
}

type Users = Map<GraphNode, GraphNode[]>;

/** Everywhere that a weight goes. */
interface Uses {
  readonly variable: GraphVariable;
  /** What the optimizer remembers of it. */
  readonly slots: readonly GraphVariable[];
  readonly reads: readonly GraphNode[];
  /** Products that are its gradient, and their multiples by a scalar. */
  readonly gradients: readonly GraphNode[];
}

/** Undefined where a weight goes anywhere but into products and an optimizer. */
function whereUsed(
  variable: GraphVariable,
  users: Users,
  byHandle: ReadonlyMap<GraphNode, GraphVariable>,
): Uses | undefined {
  const holders = usersOf(variable.handle, users);
  const reads = holders.filter(({ op }) => op === 'ReadVariableOp');
  const updates = holders.filter(({ op }) => op.startsWith('ResourceApply'));
  const slots = new Set<GraphVariable>();
  const gradients = new Set<GraphNode>();
  for (const update of updates) {
    for (const { node: input } of update.inputs) {
      const held = byHandle.get(input);
      if (held && held !== variable) slots.add(held);
    }
    const gradient = update.inputs.find((input) => isLike(input, variable));
    if (!gradient || !collectGradient(gradient.node, variable, updates, users, gradients)) return undefined;
  }
  const plain =
    reads.length + updates.length === holders.length &&
    reads.every((read) => usersOf(read, users).every((user) => isProductWith(user, read))) &&
    [...slots].every((slot) => usersOf(slot.handle, users).every((user) => updates.includes(user)));
  return plain ? { variable, slots: [...slots], reads, gradients: [...gradients] } : undefined;
}

/** Add a gradient and what it is made of; false where it is, or is used for, anything that zeros at the end could disturb. */
function collectGradient(
  gradient: GraphNode,
  variable: GraphVariable,
  updates: readonly GraphNode[],
  users: Users,
  into: Set<GraphNode>,
): boolean {
  if (into.has(gradient)) return true;
  into.add(gradient);
  const harmless = (user: GraphNode) =>
    updates.includes(user) || user.op === 'L2Loss' || isMultiple(user, gradient);
  if (!usersOf(gradient, users).every(harmless)) return false;
  const multiples = usersOf(gradient, users).filter(({ op }) => op === 'Mul');
  if (!multiples.every((multiple) => collectGradient(multiple, variable, updates, users, into))) return false;
  if (gradient.op === 'MatMul') return flag(gradient, 'transpose_a') && !flag(gradient, 'transpose_b');
  const source = gradient.inputs.find((input) => isLike(input, variable));
  if (gradient.op !== 'Mul' || !source || !isMultiple(gradient, source.node)) return false;
  return collectGradient(source.node, variable, updates, users, into);
}

/** Whether a node takes a weight as the right side of a product, and as nothing else. */
function isProductWith({ op, inputs }: GraphNode, read: GraphNode): boolean {
  return (
    (op === 'MatMul' || op === 'BatchMatMulV2') &&
    inputs[0]!.node !== read &&
    inputs[1]!.node === read &&
    isMatrix(inputs[0]!)
  );
}

function isTransposed(product: GraphNode): boolean {
  return flag(product, product.op === 'MatMul' ? 'transpose_b' : 'adj_y');
}

function isMultiple({ op, inputs }: GraphNode, of: GraphNode): boolean {
  return op === 'Mul' && inputs.some(({ node }) => node === of) && inputs.some(isScalar);
}

/** Give a weight, its slots and its gradients their new shape, and fit whatever meets them. */
function widen({ variable, slots, reads, gradients }: Uses, users: Users): void {
  const shape = [variable.shape[0]!, variable.shape[1]! + PADDING];
  for (const { handle } of [variable, ...slots])
    handle.attrs = handle.attrs.map((given) => (given.name === 'shape' ? attr.shape('shape', shape) : given));
  const filled: { readonly from: Output; readonly to: Output }[] = [];
  const fillRight = (value: Output) => {
    const known = filled.find(({ from }) => from.node === value.node && from.index === value.index);
    if (known) return known.to;
    const to = output(padded(value, PADDING));
    users.get(value.node)?.push(to.node);
    filled.push({ from: value, to });
    return to;
  };
  for (const read of reads) {
    reshape(read, shape);
    for (const product of usersOf(read, users)) {
      if (isTransposed(product)) product.inputs = [fillRight(product.inputs[0]!), product.inputs[1]!];
      else cutResult(product, users);
    }
  }
  for (const gradient of gradients) {
    reshape(gradient, shape);
    if (gradient.op === 'MatMul') gradient.inputs = [gradient.inputs[0]!, fillRight(gradient.inputs[1]!)];
  }
}

/** Cut the added columns off a product, for everyone who takes it. */
function cutResult(product: GraphNode, users: Users): void {
  const [{ shape, dtype }] = product.outputs as [OutputType];
  const takers = [...usersOf(product, users)];
  reshape(product, [shape[0]!, shape[1]! + PADDING]);
  const cut = withoutPadding(output(product), { shape, dtype });
  for (const taker of takers)
    taker.inputs = taker.inputs.map((input) => (input.node === product ? output(cut) : input));
  users.set(cut, takers);
  users.set(product, [cut]);
}

function reshape(of: GraphNode, shape: number[]): void {
  of.outputs = of.outputs.map(({ dtype }) => ({ dtype, shape }));
}

function usersIn(nodes: readonly GraphNode[]): Users {
  const users: Users = new Map(nodes.map((node) => [node, []]));
  for (const user of nodes)
    for (const input of new Set(user.inputs.map(({ node }) => node))) users.get(input)!.push(user);
  return users;
}

function usersOf(node: GraphNode, users: Users): readonly GraphNode[] {
  return users.get(node) ?? [];
}

function flag({ attrs }: GraphNode, name: string): boolean {
  return Boolean(attrs.find((candidate) => candidate.name === name)?.value);
}

function isLike(value: Output, { shape }: GraphVariable): boolean {
  return outputType(value).shape.join() === shape.join();
}

function isScalar(value: Output): boolean {
  return outputType(value).shape.length === 0;
}

function isMatrix(value: Output): boolean {
  return outputType(value).shape.length === 2;
}
