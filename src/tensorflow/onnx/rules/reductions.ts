import { attribute, type Output } from '../../graph/graph.js';
import { numbers, type Rule, type Rules, rankOf, type Target } from './rule.js';

/** Over the axes that the second input names. */
function over(op: string): Rule {
  return ({ inputs, attrs }, { graph, of }) =>
    graph.add(op, inputs.map(of), { keepdims: attribute(attrs, 'keep_dims') ? 1 : 0 });
}

/** A matrix, or a row of them, turned if asked for. */
function matrix(value: Output, turn: boolean, { graph, of }: Target): string {
  if (!turn) return of(value);
  const rank = rankOf(value);
  const order = [...Array(rank - 2).keys(), rank - 1, rank - 2];
  return graph.transpose(of(value), order);
}

/** Ops that bring values together along axes. */
export const reductions: Rules = {
  ArgMax: (node, { graph, of }) => {
    const [axis] = numbers(node, 1);
    return graph.add('ArgMax', [of(node.inputs[0]!)], { axis: axis!, keepdims: 0 });
  },
  BatchMatMulV2: ({ inputs, attrs }, target) => {
    const [a, b] = inputs as [Output, Output];
    const turned = (name: string) => Boolean(attribute(attrs, name));
    return target.graph.add('MatMul', [
      matrix(a, turned('adj_x'), target),
      matrix(b, turned('adj_y'), target),
    ]);
  },
  Mean: over('ReduceMean'),
  OneHot: ({ inputs, attrs }, { graph, of }) => {
    const [indices, depth, on, off] = inputs.map(of) as [string, string, string, string];
    const row = (value: string) => graph.one('Unsqueeze', [value, graph.ints(0)]);
    const values = graph.one('Concat', [row(off), row(on)], { axis: 0 });
    return graph.add('OneHot', [indices, depth, values], { axis: Number(attribute(attrs, 'axis') ?? -1) });
  },
  Softmax: ({ inputs }, { graph, of }) => graph.add('Softmax', [of(inputs[0]!)], { axis: -1 }),
  Sum: over('ReduceSum'),
};
