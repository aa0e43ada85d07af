import { elementwise } from './elementwise.js';
import { reductions } from './reductions.js';
import type { Rules } from './rule.js';
import { shapes } from './shapes.js';
import { windowed } from './windows.js';

/** How each of TensorFlow's ops is said in ONNX's; `translate.ts` knows what enters a graph. */
export const rules: Rules = { ...elementwise, ...reductions, ...shapes, ...windowed };
