import { type GraphNode, type Output, shapeOf } from '../../graph/graph.js';
import type { OnnxGraph } from '../onnxGraph.js';
import { Untranslatable } from '../untranslatable.js';

/** What a rule translates into. */
export interface Target {
  readonly graph: OnnxGraph;
  /** The name of a value that was translated before. */
  of(value: Output): string;
}

/** Writes what a node computes in ONNX's operators. @returns the names of its results */
export type Rule = (node: GraphNode, target: Target) => readonly string[];

/** Rules by TensorFlow's name of the op. */
export type Rules = Readonly<Record<string, Rule>>;

/** The whole numbers of an input that ONNX wants to know beforehand. */
export function numbers({ op, inputs }: GraphNode, place: number): number[] {
  const constant = inputs[place]?.node.constant;
  if (!constant) throw new Untranslatable(`input ${place} of ${op} is computed, and there it is a constant`);
  return [...constant.values];
}

export function rankOf(value: Output): number {
  return shapeOf(value).length;
}
