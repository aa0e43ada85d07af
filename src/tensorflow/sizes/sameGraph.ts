import { type GraphNode, reachable } from '../graph/graph.js';

/** What one recording of an entry gave. */
export interface Recorded {
  readonly inputs: Readonly<Record<string, GraphNode>>;
  /** The nodes from which all others are reached. */
  readonly roots: readonly GraphNode[];
}

/** A size cannot be left open: the reason, for whoever asked. */
export class NotOpen extends Error {}

/**
 * The nodes that recordings at several sizes have in common: a row of all recordings' for each, each after what it needs.
 * @throws NotOpen where they are not the same but for sizes
 */
export function commonNodes(recordings: readonly Recorded[]): GraphNode[][] {
  const orders = recordings.map(({ roots }) => reachable(roots));
  const places = orders.map((order) => new Map(order.map((node, place) => [node, place])));
  const [first] = orders as [GraphNode[]];
  if (orders.some((order) => order.length !== first.length))
    throw new NotOpen('it takes other ops, or more of them, at another size');
  return first.map((node, place) => {
    const row = orders.map((order) => order[place]!);
    const inputs = row.map(({ inputs: taken }, i) =>
      taken.map((input) => `${places[i]!.get(input.node)}:${input.index}`).join(),
    );
    const kinds = row.map(({ op, attrs, outputs }) =>
      JSON.stringify([
        op,
        op === 'Placeholder' ? [] : attrs,
        outputs.map(({ dtype, shape }) => [dtype, shape.length]),
      ]),
    );
    if (new Set(inputs).size > 1 || new Set(kinds).size > 1)
      throw new NotOpen(`what ${node.op} does depends on the size`);
    return row;
  });
}
