import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ForeframeError } from '../../common/errors.js';
import type { GraphNode } from '../graph/graph.js';
import { isUniform } from '../graph/graphDef.js';
import { findTfjsNode } from '../install/tfjsNode.js';
import type { Trace } from './trace.js';

const MEGABYTE = 1 << 20;
const FROZEN = { code: 'frozen' } as const;
const OWN_FOLDER = fileURLToPath(new URL('..', import.meta.url));

/**
 * Refuse an entry in which a value froze: two traces on different inputs and variables must be the same but for what was
 * fed. @throws ForeframeError naming the entry, the user's op and the line of code.
 */
export function checkTraces(entry: string, first: Trace, second: Trace): void {
  const frozen = firstDifference(first.nodes, second.nodes);
  if (first.reads[0])
    throw new ForeframeError(
      `entry ${entry} reads the value of a tensor ${place(first.reads[0])}: in a graph there is no value yet, ` +
        `what is computed from it would freeze. Compute it with tf ops or feed it as an input`,
      FROZEN,
    );
  if (frozen?.constant)
    throw new ForeframeError(
      `entry ${entry}: the value of ${place(frozen.origin)} changes from run to run and would freeze in the graph. ${advice(frozen)}`,
      FROZEN,
    );
  if (frozen)
    throw new ForeframeError(
      `entry ${entry}: which ops run depends on values, from ${place(frozen.origin)} on. ` +
        'A graph is the same for all values: use tf.where, or one entry for each case',
      FROZEN,
    );
  const large = first.nodes.find(isTooLarge);
  if (large?.constant)
    throw new ForeframeError(
      `entry ${entry}: the constant of ${place(large.origin)} is ${(large.constant.values.byteLength / MEGABYTE).toFixed(1)} MB, ` +
        'more than the 1 MB that a graph may hold: make it an input or a variable',
    );
}

function isTooLarge({ constant }: GraphNode): boolean {
  return constant !== undefined && constant.values.byteLength > MEGABYTE && !isUniform(constant);
}

/** The first node of `a` that is not the same in `b`. */
function firstDifference(a: readonly GraphNode[], b: readonly GraphNode[]): GraphNode | undefined {
  const places = new Map<GraphNode, number>();
  for (const [i, node] of a.entries()) places.set(node, i);
  const otherPlaces = new Map<GraphNode, number>();
  for (const [i, node] of b.entries()) otherPlaces.set(node, i);
  const inputs = (node: GraphNode, at: Map<GraphNode, number>) =>
    node.inputs.map((input) => `${at.get(input.node)}:${input.index}`).join();
  return (
    a.find((node, i) => {
      const other = b[i];
      return (
        !other ||
        !sameOp(node, other) ||
        inputs(node, places) !== inputs(other, otherPlaces) ||
        !sameConstant(node, other)
      );
    }) ?? b[a.length]
  );
}

function sameOp(a: GraphNode, b: GraphNode): boolean {
  return (
    a.op === b.op &&
    JSON.stringify(a.attrs) === JSON.stringify(b.attrs) &&
    JSON.stringify(a.outputs) === JSON.stringify(b.outputs)
  );
}

function sameConstant({ constant: a }: GraphNode, { constant: b }: GraphNode): boolean {
  if (!a || !b) return a === b;
  if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) return false;
  // Not-a-number comes in several bit patterns.
  return (
    bytes(a.values).equals(bytes(b.values)) || a.values.every((value, i) => Object.is(value, b.values[i]))
  );
}

function bytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function advice({ origin }: GraphNode): string {
  const { op } = userCall(origin);
  if (/random|dropout|truncatednormal|multinomial/i.test(op ?? ''))
    return 'Draw it with step.randomUniform or step.randomNormal';
  return 'Compute it with tf ops or feed it as an input';
}

/** `tf.op at file:line`, as far as the stack shows it. */
function place(origin: Error | undefined): string {
  const { op, line } = userCall(origin);
  return `${op ? `tf.${op}` : 'an op'}${line ? ` at ${line}` : ''}`;
}

/** The user's line on a stack, and the function of tfjs that it called. */
function userCall(origin: Error | undefined): { op?: string; line?: string } {
  const frames = (origin?.stack ?? '').split('\n').slice(1);
  const others = foreignFolders();
  const user = frames.findIndex((frame) => others.every((folder) => !frame.includes(folder)));
  const above = frames[(user < 0 ? frames.length : user) - 1] ?? '';
  const op = /at (?:\w+\.)*(\w+?)_?(?:__op)? \(/.exec(above)?.[1];
  const line = /\(?((?:file:\/\/|\/|[A-Z]:)[^()]*:\d+):\d+\)?$/.exec(frames[user] ?? '')?.[1];
  return { op, line: line?.replace('file://', '') };
}

/** Marks a stack line that is not the user's: tfjs-node lies in the cache, not in node_modules. */
function foreignFolders(): string[] {
  const tfjsNode = findTfjsNode();
  return ['node_modules', 'node:', OWN_FOLDER, ...(tfjsNode ? [realpathSync(tfjsNode)] : [])];
}
