import { DataType } from '../backend/native.js';
import {
  attr,
  attribute,
  type GraphNode,
  type Output,
  type OutputType,
  output,
  shapeOf,
  usersOf,
} from './graph.js';
import { padded, widened, withoutPadding } from './padding.js';
import { isGradientProduct } from './rewriteRules.js';
import type { GraphVariable } from './variableTable.js';

/** Columns whose rows, of float32, begin whole pages of 4 KB apart. */
const PAGE = 1024;
/** Values of a weight below which there is nothing to gain. */
const SMALL = 1 << 20;

/**
 * Adds a few columns of zeros to weights whose rows begin whole pages apart. Where a product reads such a weight column by
 * column, as that of a dense layer does, all rows map to the same cache lines and evict each other: on an EPYC
 * with AVX2 `[160, 8192]·[8192, 4096]` took 147 ms, with 4,112 columns 73.
 *
 * Only weights that nothing but products of matrices reads, and nothing but an optimizer writes, so that the zeros stay zeros
 * and are not visible outside. The gradient and the optimizer's slots carry them too; smaller tensors are cut or filled.
 * @param nodes all nodes of all entries, after every rewrite; changed in place
 * @returns the variables that carry zeros now
 */
export function padColumns(
  nodes: readonly GraphNode[],
  variables: readonly GraphVariable[],
): ReadonlySet<GraphVariable> {
  const users = usersOf(nodes);
  const byHandle = new Map(variables.map((variable) => [variable.handle, variable]));
  const paddedOnes = new Set<GraphVariable>();
  for (const variable of variables) {
    const use = isSlow(variable) ? whereUsed(variable, users, byHandle) : undefined;
    if (!use) continue;
    widen(use, users);
    for (const held of [variable, ...use.slots]) paddedOnes.add(held);
  }
  return paddedOnes;
}

function isSlow({ shape, dtype }: GraphVariable): boolean {
  const [rows = 0, columns = 0] = shape;
  return shape.length === 2 && dtype === DataType.float32 && columns % PAGE === 0 && rows * columns >= SMALL;
}

type Users = Map<GraphNode, GraphNode[]>;

/** All uses of a weight. */
interface Uses {
  readonly variable: GraphVariable;
  /** The optimizer's slots for it. */
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
  const takers = (node: GraphNode) => users.get(node) ?? [];
  const holders = takers(variable.handle);
  const reads = holders.filter(({ op }) => op === 'ReadVariableOp');
  const updates = holders.filter(({ op }) => op.startsWith('ResourceApply'));
  const held = updates.flatMap(({ inputs }) => inputs.flatMap(({ node }) => byHandle.get(node) ?? []));
  const slots = [...new Set(held)].filter((slot) => slot !== variable);
  const chains = updates.map(({ inputs }) => gradientChain(inputs, variable));
  const gradients = [...new Set(chains.flatMap((chain) => chain ?? []))];
  const harmless = (user: GraphNode) =>
    updates.includes(user) || user.op === 'L2Loss' || gradients.includes(user);
  const plain =
    reads.length + updates.length === holders.length &&
    reads.every((read) => takers(read).every((user) => isProductWith(user, read))) &&
    slots.every((slot) => takers(slot.handle).every((user) => updates.includes(user))) &&
    chains.every((chain) => chain !== undefined) &&
    gradients.every((gradient) => takers(gradient).every(harmless));
  return plain ? { variable, slots, reads, gradients } : undefined;
}

/** The product among `inputs` that is a weight's gradient, behind the multiples by a scalar that clipping makes of it. */
function gradientChain(inputs: readonly Output[], variable: GraphVariable): GraphNode[] | undefined {
  const gradient = inputs.find((input) => shapeOf(input).join() === variable.shape.join())?.node;
  if (!gradient) return undefined;
  if (gradient.op === 'MatMul') return isGradientProduct(gradient) ? [gradient] : undefined;
  const isMultiple = gradient.op === 'Mul' && gradient.inputs.some((input) => shapeOf(input).length === 0);
  const rest = isMultiple ? gradientChain(gradient.inputs, variable) : undefined;
  return rest && [gradient, ...rest];
}

/** Whether a node takes a weight as the right side of a product that zeros can be put into, and as nothing else. */
function isProductWith(taker: GraphNode, read: GraphNode): boolean {
  const { op, inputs, attrs } = taker;
  if (op !== 'MatMul' && op !== 'BatchMatMulV2') return false;
  const leftTransposed = Boolean(attribute(attrs, op === 'MatMul' ? 'transpose_a' : 'adj_x'));
  return (
    inputs[0]!.node !== read &&
    inputs[1]!.node === read &&
    shapeOf(inputs[0]!).length === 2 &&
    // Both transposed, the left side would have to carry rows of zeros.
    !(leftTransposed && isTransposed(taker))
  );
}

function isTransposed({ op, attrs }: GraphNode): boolean {
  return Boolean(attribute(attrs, op === 'MatMul' ? 'transpose_b' : 'adj_y'));
}

/** Give a weight, its slots and its gradients their new shape, and adapt the ops that use them. */
function widen({ variable, slots, reads, gradients }: Uses, users: Users): void {
  const shape = widened(variable.shape);
  for (const { handle } of [variable, ...slots])
    handle.attrs = handle.attrs.map((given) => (given.name === 'shape' ? attr.shape('shape', shape) : given));
  const filled: { readonly from: Output; readonly to: Output }[] = [];
  const fillRight = (value: Output) => {
    const known = filled.find(({ from }) => from.node === value.node && from.index === value.index);
    if (known) return known.to;
    const to = output(padded(value));
    users.get(value.node)?.push(to.node);
    filled.push({ from: value, to });
    return to;
  };
  for (const read of reads) {
    reshape(read, shape);
    for (const product of users.get(read) ?? []) {
      if (isTransposed(product)) product.inputs = [fillRight(product.inputs[0]!), product.inputs[1]!];
      else cutResult(product, users);
    }
  }
  for (const gradient of gradients) {
    reshape(gradient, shape);
    if (gradient.op === 'MatMul') gradient.inputs = [gradient.inputs[0]!, fillRight(gradient.inputs[1]!)];
  }
}

/** Cuts the added columns off a product, for all its consumers. */
function cutResult(product: GraphNode, users: Users): void {
  const [{ shape, dtype }] = product.outputs as [OutputType];
  const takers = users.get(product) ?? [];
  reshape(product, widened(shape));
  const cut = withoutPadding(output(product), { shape, dtype });
  for (const taker of takers)
    taker.inputs = taker.inputs.map((input) => (input.node === product ? output(cut) : input));
  users.set(cut, takers);
  users.set(product, [cut]);
}

function reshape(of: GraphNode, shape: number[]): void {
  of.outputs = of.outputs.map(({ dtype }) => ({ dtype, shape }));
}
