import { DataType } from '../backend/native.js';
import {
  attr,
  type Constant,
  constantNode,
  type GraphNode,
  node,
  type Output,
  output,
} from '../graph/graph.js';
import { commonNodes, NotOpen, type Recorded } from './sameGraph.js';
import { fitSize, isFixed, type Size, sizeAt } from './size.js';
import { SizeNodes, type SizeSource } from './sizeNodes.js';

/** A recording of one entry at given values of the open sizes, in their order. */
export interface SizedRecording extends Recorded {
  readonly open: readonly number[];
}

/** Side of a tensor whose size is open, as TensorFlow writes it. */
export const OPEN = -1;

/** How large each side of a value is; of values that have no open side, nothing. */
export type OpenSizes = ReadonlyMap<GraphNode, readonly (readonly Size[])[]>;

/**
 * Leave sizes of a recorded entry open: what is the same at all sizes stays, constants that follow from them are computed from the
 * inputs' shapes, and shapes hold `OPEN` where they do. Changes the first recording in place.
 * @param names of the open sizes
 * @param corners recordings in which each open size has its first value or one more, in the order of `fitSize`
 * @param check a recording at other sizes, to see that what was found there holds
 * @throws NotOpen where the entry is not the same but for sizes, leaving it as it was
 */
export function openSizes(
  names: readonly string[],
  corners: readonly SizedRecording[],
  check: SizedRecording,
): OpenSizes {
  const rows = commonNodes([...corners, check]);
  const [first] = corners as [SizedRecording];
  const sizesIn: SizesIn = (row, read) => fitted(row.map(read), first.open, check.open);
  const sizes = new Map<GraphNode, Size[][]>();
  for (const row of rows) {
    const [base] = row as [GraphNode];
    const found = base.outputs.map((_, i) => sizesIn(row, ({ outputs }) => outputs[i]!.shape));
    if (found.flat().some((size) => !isFixed(size))) sizes.set(base, found);
  }
  const sources = names.map((name, i) => sourceOf(name, 1 << i, first.inputs, sizes));
  const made = new SizeNodes(sources);
  const constants = new Map<GraphNode, OpenConstant>();
  for (const row of rows) {
    const varying = row[0]!.constant && openConstant(row, sizesIn, sizes.get(row[0]!)?.[0]);
    if (varying) constants.set(row[0]!, varying);
  }
  const before = rows.map(([base]) => [base!, rewired(base!, constants, sizes, made)] as const);
  for (const [base, inputs] of before) {
    base.inputs = inputs;
    const shapes = sizes.get(base);
    if (!shapes || constants.has(base)) continue;
    const open = shapes.map((sides) => sides.map((size) => (isFixed(size) ? size[0]! : OPEN)));
    base.outputs = base.outputs.map(({ dtype }, i) => ({ dtype, shape: open[i]! }));
    if (base.op === 'Placeholder')
      base.attrs = base.attrs.map((given) =>
        given.name === 'shape' ? attr.shape('shape', open[0]!) : given,
      );
  }
  return sizes;
}

/** Sizes as they are read from a node in each recording. */
type SizesIn = (row: readonly GraphNode[], read: (of: GraphNode) => ArrayLike<number>) => Size[];

/** Sizes from what they were in each recording, the last of which only checks. */
function fitted(
  values: readonly ArrayLike<number>[],
  first: readonly number[],
  open: readonly number[],
): Size[] {
  const corners = values.slice(0, -1);
  return Array.from(values[0]!, (_, side) => {
    const size = fitSize(
      corners.map((each) => each[side]!),
      first,
    );
    if (sizeAt(size, open) !== values.at(-1)![side])
      throw new NotOpen('a size follows from it in no simple way');
    return size;
  });
}

/** The side of an input that is nothing but this open size. */
function sourceOf(name: string, place: number, inputs: Recorded['inputs'], sizes: OpenSizes): SizeSource {
  for (const input of Object.values(inputs)) {
    const sides = sizes.get(input)?.[0] ?? [];
    const axis = sides.findIndex((size) => size.every((factor, i) => factor === (i === place ? 1 : 0)));
    if (axis >= 0) return { name, input: output(input), axis };
  }
  throw new NotOpen(`no input is as large as ${name}`);
}

/** A constant that follows from the open sizes: a row of sizes, or one value repeated as often as they say. */
type OpenConstant =
  | { readonly row: readonly Size[] }
  | { readonly repeated: Constant; readonly sides: readonly Size[] };

function openConstant(
  row: readonly GraphNode[],
  sizesIn: SizesIn,
  sides: readonly Size[] | undefined,
): OpenConstant | undefined {
  const constants = row.map(({ constant }) => constant!);
  const [{ dtype, shape, values, strings }] = constants as [Constant];
  if (strings) return undefined;
  if (sides) {
    const [value] = values;
    const same = constants.every((each) => each.values.every((other) => Object.is(other, value)));
    if (!same || value === undefined) throw new NotOpen('a constant of several values has that size');
    return { repeated: { dtype, shape: [], values: values.slice(0, 1) }, sides };
  }
  const fixed = constants.every((each) => each.values.every((value, i) => Object.is(value, values[i])));
  if (fixed) return undefined;
  if (dtype !== DataType.int32 || shape.length !== 1) throw new NotOpen('a constant depends on it');
  return { row: sizesIn(row, ({ constant }) => constant!.values) };
}

/** A node's inputs, with what computes a constant in the place of each that follows from the open sizes. */
function rewired(
  user: GraphNode,
  constants: ReadonlyMap<GraphNode, OpenConstant>,
  sizes: OpenSizes,
  made: SizeNodes,
): Output[] {
  return user.inputs.map((input, place) => {
    const varying = constants.get(input.node);
    if (!varying) return input;
    if ('repeated' in varying) return filled(varying.repeated, made.row(varying.sides), varying.sides);
    // What the result is like: the row itself may leave a side out already.
    if (user.op === 'Reshape' && place === 1)
      return made.row(oneLeftOut(sizes.get(user)?.[0] ?? varying.row));
    if (user.op === 'Slice' && place === 2) return made.row(toTheEnd(user, varying.row, sizes, constants));
    return made.row(varying.row);
  });
}

/** The shape of a reshaping: one side is whatever is left. */
function oneLeftOut(row: readonly Size[]): Size[] {
  const terms = row.map((size) => (isFixed(size) ? 0 : size.filter((factor) => factor !== 0).length));
  const places = row.map((size) => (isFixed(size) ? 0 : Math.max(...size.map((f, i) => (f === 0 ? 0 : i)))));
  const cost = terms.map((count, i) => count * 100 + places[i]!);
  const left = cost.lastIndexOf(Math.max(...cost));
  return row.map((size, i) => (i === left ? fixed(OPEN, size) : size));
}

/** The sizes of a cut: sides that are taken to their end need no number, where that leaves none to be computed. */
function toTheEnd(
  cut: GraphNode,
  row: readonly Size[],
  sizes: OpenSizes,
  constants: ReadonlyMap<GraphNode, OpenConstant>,
): readonly Size[] {
  const [from, begin] = cut.inputs as [Output, Output];
  const whole = sizes.get(from.node)?.[from.index];
  const starts = begin.node.constant?.values;
  if (!whole || !starts || constants.has(begin.node)) return row;
  const ends = (side: number) =>
    whole[side]!.every((factor, i) => factor === row[side]![i]! + (i === 0 ? starts[side]! : 0));
  const open = row.map((size, side) => (!isFixed(size) && ends(side) ? fixed(OPEN, size) : size));
  return open.every(isFixed) ? open : row;
}

function fixed(value: number, like: Size): Size {
  return like.map((_, place) => (place === 0 ? value : 0));
}

function filled(value: Constant, shape: Output, sides: readonly Size[]): Output {
  return output(
    node('Fill', {
      inputs: [shape, output(constantNode(value))],
      attrs: [attr.type('T', value.dtype), attr.type('index_type', DataType.int32)],
      outputs: [{ dtype: value.dtype, shape: sides.map((size) => (isFixed(size) ? size[0]! : OPEN)) }],
    }),
  );
}
