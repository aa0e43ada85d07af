import { attribute } from '../../graph/graph.js';
import { numbers, type Rules, rankOf } from './rule.js';

/** To the end of a side, and to before its start: ONNX cuts numbers beyond an axis. */
const FAR = 2 ** 31 - 1;

/** Ops that move values about. */
export const shapes: Rules = {
  ConcatV2: (node, { graph, of }) => {
    const [axis] = numbers(node, node.inputs.length - 1);
    return graph.add('Concat', node.inputs.slice(0, -1).map(of), { axis: axis! });
  },
  Fill: ({ inputs }, { graph, of }) => graph.add('Expand', [of(inputs[1]!), of(inputs[0]!)]),
  Pack: ({ inputs, attrs }, { graph, of }) => {
    const axis = Number(attribute(attrs, 'axis') ?? 0);
    const rows = inputs.map((input) => graph.one('Unsqueeze', [of(input), graph.ints(axis)]));
    return graph.add('Concat', rows, { axis });
  },
  PadV2: (node, { graph, of }) => {
    const pads = numbers(node, 1);
    const side = (which: 0 | 1) => pads.filter((_, i) => i % 2 === which);
    const [x, , value] = node.inputs.map(of) as [string, string, string];
    return graph.add('Pad', [x, graph.ints(...side(0), ...side(1)), value]);
  },
  Reshape: ({ inputs }, { graph, of }) => graph.add('Reshape', inputs.map(of)),
  ReverseV2: (node, { graph, of }) => {
    const axes = numbers(node, 1);
    const all = (value: number) => graph.ints(...axes.map(() => value));
    return graph.add('Slice', [of(node.inputs[0]!), all(-1), all(-FAR), graph.ints(...axes), all(-1)]);
  },
  Shape: ({ inputs }, { graph, of }) => graph.add('Shape', [of(inputs[0]!)]),
  Slice: (node, { graph, of }) => {
    const [x, begin, size] = node.inputs.map(of) as [string, string, string];
    const axes = graph.ints(...Array(rankOf(node.inputs[0]!)).keys());
    const isKnown = node.inputs[1]!.node.constant && node.inputs[2]!.node.constant;
    if (!isKnown) return graph.add('Slice', [x, begin, graph.one('Add', [begin, size]), axes]);
    const starts = numbers(node, 1);
    const ends = numbers(node, 2).map((length, axis) => (length < 0 ? FAR : starts[axis]! + length));
    return graph.add('Slice', [x, begin, graph.ints(...ends), axes]);
  },
  SplitV: (node, { graph, of }) => {
    const [axis] = numbers(node, 2);
    const [x, parts] = node.inputs.map(of) as [string, string];
    return graph.add('Split', [x, parts], { axis: axis! }, node.outputs.length);
  },
  Tile: ({ inputs }, { graph, of }) => graph.add('Tile', inputs.map(of)),
  Transpose: (node, { graph, of }) => [graph.transpose(of(node.inputs[0]!), numbers(node, 1))],
  Unpack: ({ inputs, attrs, outputs }, { graph, of }) => {
    const axis = Number(attribute(attrs, 'axis') ?? 0);
    const x = of(inputs[0]!);
    return outputs.map((_, i) => graph.one('Gather', [x, graph.int(i)], { axis }));
  },
};
