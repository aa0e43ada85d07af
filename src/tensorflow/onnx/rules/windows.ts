import { DataType } from '../../backend/native.js';
import { attribute, type GraphNode, type Output, shapeOf } from '../../graph/graph.js';
import type { OnnxGraph } from '../onnxGraph.js';
import { Untranslatable } from '../untranslatable.js';
import type { Rules, Target } from './rule.js';

/** Height and width in a map `[n, height, width, channels]`. */
type Plane = readonly [number, number];

function planeOf(value: Output): Plane {
  const [, height, width] = shapeOf(value) as [number, number, number];
  return [height, width];
}

function pair(node: GraphNode, name: string): Plane {
  const value = attribute(node.attrs, name) as readonly number[] | undefined;
  const format = attribute(node.attrs, 'data_format');
  if (format !== undefined && format !== 'NHWC')
    throw new Untranslatable(`there is no translation of ${node.op} in the order ${format}`);
  return value ? [value[1]!, value[2]!] : [1, 1];
}

/** How windows lie on a plane. */
interface Windows {
  readonly kernel: Plane;
  readonly strides: Plane;
  readonly dilations: Plane;
  /** Before and behind, of height and width. */
  readonly pads: readonly [Plane, Plane];
}

/** @param from the plane that the windows lie on, @param to as many as there are of them */
function windows(node: GraphNode, kernel: Plane, from: Plane, to: Plane): Windows {
  const [strides, dilations] = [pair(node, 'strides'), pair(node, 'dilations')];
  const padding = attribute(node.attrs, 'padding');
  const pads = [0, 1].map((side): Plane => {
    if (padding === 'VALID') return [0, 0];
    const reach = (to[side]! - 1) * strides[side]! + (kernel[side]! - 1) * dilations[side]! + 1;
    const total = Math.max(reach - from[side]!, 0);
    return [total >> 1, total - (total >> 1)];
  }) as [Plane, Plane];
  return { kernel, strides, dilations, pads };
}

function attributesOf({ kernel, strides, dilations, pads: [rows, columns] }: Windows) {
  const pads = [rows[0], columns[0], rows[1], columns[1]];
  return { kernel_shape: kernel, strides, pads, ...(dilations.some((d) => d !== 1) && { dilations }) };
}

/** Maps have their channels before height and width in ONNX. */
function channelsFirst(value: Output, { graph, of }: Target): string {
  return graph.transpose(of(value), [0, 3, 1, 2]);
}

function channelsLast(name: string, { graph }: Target): string {
  return graph.transpose(name, [0, 2, 3, 1]);
}

/** Filters `[height, width, in, out]` as `[out, in, height, width]`. */
function filters(value: Output, { graph, of }: Target): string {
  return graph.transpose(of(value), [3, 2, 0, 1]);
}

function pooling(op: string) {
  return (node: GraphNode, target: Target): string[] => {
    const [x] = node.inputs as [Output];
    const { attributes } = pools(node, x, { node, index: 0 });
    return [channelsLast(target.graph.one(op, [channelsFirst(x, target)], attributes), target)];
  };
}

function pools(node: GraphNode, x: Output, pooled: Output) {
  return { attributes: attributesOf(windows(node, pair(node, 'ksize'), planeOf(x), planeOf(pooled))) };
}

/** Ops on windows of maps. */
export const windowed: Rules = {
  AvgPool: pooling('AveragePool'),
  MaxPool: pooling('MaxPool'),
  Conv2D: (node, target) => {
    const [x, filter] = node.inputs as [Output, Output];
    const [height, width] = shapeOf(filter) as [number, number];
    const laid = windows(node, [height, width], planeOf(x), planeOf({ node, index: 0 }));
    const inputs = [channelsFirst(x, target), filters(filter, target)];
    return [channelsLast(target.graph.one('Conv', inputs, attributesOf(laid)), target)];
  },
  Conv2DBackpropInput: (node, target) => {
    const [, filter, x] = node.inputs as [Output, Output, Output];
    const [height, width] = shapeOf(filter) as [number, number];
    const [from, to] = [planeOf({ node, index: 0 }), planeOf(x)];
    const laid = windows(node, [height, width], from, to);
    const { kernel, strides, dilations, pads } = laid;
    // Rows that no window reached on the way down are added again.
    const missing = [0, 1].map((side) => {
      const reach = (to[side]! - 1) * strides[side]! + (kernel[side]! - 1) * dilations[side]! + 1;
      return from[side]! - reach + pads[side]![0]! + pads[side]![1]!;
    });
    const inputs = [channelsFirst(x, target), filters(filter, target)];
    const attributes = {
      ...attributesOf(laid),
      ...(missing.some((rows) => rows > 0) && { output_padding: missing }),
    };
    return [channelsLast(target.graph.one('ConvTranspose', inputs, attributes), target)];
  },
  DepthwiseConv2dNative: (node, target) => {
    const { graph, of } = target;
    const [x, filter] = node.inputs as [Output, Output];
    const [height, width, channels, each] = shapeOf(filter) as [number, number, number, number];
    const laid = windows(node, [height, width], planeOf(x), planeOf({ node, index: 0 }));
    const turned = graph.transpose(of(filter), [2, 3, 0, 1]);
    const grouped = graph.one('Reshape', [turned, graph.ints(channels * each, 1, height, width)]);
    const attributes = { ...attributesOf(laid), group: channels };
    return [channelsLast(graph.one('Conv', [channelsFirst(x, target), grouped], attributes), target)];
  },
  /** What arrives at each window goes to the place that was its largest: windows may share places. */
  MaxPoolGrad: (node, target) => {
    const { graph } = target;
    const [x, pooled, dy] = node.inputs as [Output, Output, Output];
    const { attributes } = pools(node, x, pooled);
    const first = channelsFirst(x, target);
    const [, places] = graph.add('MaxPool', [first], attributes, 2) as [string, string];
    const flat = (name: string) => graph.one('Reshape', [name, graph.ints(-1)]);
    const size = graph.one('Reshape', [graph.one('Size', [first]), graph.ints(1)]);
    const empty = graph.one('Expand', [graph.float(0), size]);
    const given = [empty, flat(places), flat(channelsFirst(dy, target))];
    const filled = graph.one('ScatterElements', given, { axis: 0, reduction: 'add' });
    return [channelsLast(graph.one('Reshape', [filled, graph.one('Shape', [first])]), target)];
  },
  ResizeNearestNeighbor: (node, { graph, of }) => {
    const [x] = node.inputs as [Output];
    const [from, to] = [planeOf(x), planeOf({ node, index: 0 })];
    if (attribute(node.attrs, 'align_corners') || attribute(node.attrs, 'half_pixel_centers'))
      throw new Untranslatable('there is no translation of ResizeNearestNeighbor of corners or half pixels');
    const scales = [1, to[0] / from[0], to[1] / from[1], 1];
    if (!scales.every(Number.isInteger))
      return [chosen(chosen(of(x), 1, from[0], to[0], graph), 2, from[1], to[1], graph)];
    // Scales of all four sides: onnxruntime loses count of fewer.
    const values = Float32Array.from(scales);
    return graph.add('Resize', [of(x), '', graph.constant({ dtype: DataType.float32, shape: [4], values })], {
      mode: 'nearest',
      nearest_mode: 'floor',
      coordinate_transformation_mode: 'asymmetric',
    });
  },
};

/** Rows or columns by their places: runtimes round a fraction each in its own way, this is TensorFlow's. */
function chosen(value: string, axis: number, from: number, to: number, graph: OnnxGraph): string {
  const scale = Math.fround(from / to);
  const places = Array.from({ length: to }, (_, i) => Math.min(Math.floor(Math.fround(i * scale)), from - 1));
  return graph.one('Gather', [value, graph.ints(...places)], { axis });
}
