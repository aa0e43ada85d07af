import { attribute } from '../../graph/graph.js';
import { elementType } from '../messages.js';
import type { Rule, Rules } from './rule.js';

/** An operator of the same meaning. */
function same(op: string): Rule {
  return ({ inputs }, { graph, of }) => graph.add(op, inputs.map(of));
}

/** Filled with one value, of the shape of the input. */
function like(value: number): Rule {
  return ({ inputs }, { graph, of }) =>
    graph.add('Expand', [graph.float(value), graph.one('Shape', [of(inputs[0]!)])]);
}

/** Ops that work on each value by itself. */
export const elementwise: Rules = {
  Abs: same('Abs'),
  Add: same('Add'),
  AddV2: same('Add'),
  AddN: same('Sum'),
  Cast: ({ inputs, outputs }, { graph, of }) =>
    graph.add('Cast', [of(inputs[0]!)], { to: elementType(outputs[0]!.dtype) }),
  Exp: same('Exp'),
  Greater: same('Greater'),
  GreaterEqual: same('GreaterOrEqual'),
  Identity: ({ inputs }, { of }) => [of(inputs[0]!)],
  LeakyRelu: ({ inputs, attrs }, { graph, of }) =>
    graph.add('LeakyRelu', [of(inputs[0]!)], { alpha: { float: Number(attribute(attrs, 'alpha')) } }),
  Maximum: same('Max'),
  Minimum: same('Min'),
  Mul: same('Mul'),
  Neg: same('Neg'),
  OnesLike: like(1),
  RealDiv: same('Div'),
  Reciprocal: same('Reciprocal'),
  Relu: same('Relu'),
  Rsqrt: ({ inputs }, { graph, of }) => graph.add('Reciprocal', [graph.one('Sqrt', [of(inputs[0]!)])]),
  Sigmoid: same('Sigmoid'),
  Sub: same('Sub'),
  Tanh: same('Tanh'),
  ZerosLike: like(0),
};
