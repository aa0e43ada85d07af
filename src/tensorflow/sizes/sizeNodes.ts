import { required } from '../../common/required.js';
import { DataType } from '../backend/native.js';
import { attr, int32, int32s, node, type Output, output, shapeOf } from '../graph/graph.js';
import { isFixed, namesAt, type Size } from './size.js';

/** Where an open size can be read: a side of an input. */
export interface SizeSource {
  readonly name: string;
  readonly input: Output;
  readonly axis: number;
}

const INT = attr.type('T', DataType.int32);
const INDEX = attr.type('Index', DataType.int32);
const IN_AXIS = attr.type('Tidx', DataType.int32);

/** Makes the nodes that compute sizes from the shapes of the inputs, each part once. */
export class SizeNodes {
  readonly #sources: readonly SizeSource[];
  readonly #byName: ReadonlyMap<string, SizeSource>;
  readonly #made = new Map<string, Output>();

  constructor(sources: readonly SizeSource[]) {
    this.#sources = sources;
    this.#byName = new Map(sources.map((source) => [source.name, source]));
  }

  /** Sizes in a row, int32 `[n]`. */
  row(sizes: readonly Size[]): Output {
    if (sizes.every(isFixed)) return int32s(...sizes.map(([constant]) => constant!));
    const parts: Output[] = [];
    let constants: number[] = [];
    const close = () => {
      if (constants.length > 0) parts.push(int32s(...constants));
      constants = [];
    };
    for (const size of sizes) {
      if (isFixed(size)) {
        constants.push(size[0]!);
        continue;
      }
      close();
      parts.push(this.#value(size));
    }
    close();
    return parts.length === 1 ? parts[0]! : concatenated(parts, sizes.length);
  }

  /** `[1]` */
  #value(size: Size): Output {
    return this.#once(size.join(), () => {
      const names = this.#sources.map(({ name }) => name);
      const terms = size.flatMap((factor, place) => {
        if (factor === 0) return [];
        if (place === 0) return [int32s(factor)];
        const factors = namesAt(place, names).map((name) => this.#open(name));
        return [
          [...(factor === 1 ? [] : [int32s(factor)]), ...factors].reduce((a, b) => binary('Mul', a, b)),
        ];
      });
      return terms.reduce((a, b) => binary('AddV2', a, b));
    });
  }

  #open(name: string): Output {
    return this.#once(name, () => {
      const { input, axis } = required(this.#byName, name);
      const rank = shapeOf(input).length;
      const shape = node('Shape', {
        inputs: [input],
        attrs: [
          attr.type('T', input.node.outputs[input.index]!.dtype),
          attr.type('out_type', DataType.int32),
        ],
        outputs: [{ dtype: DataType.int32, shape: [rank] }],
      });
      return output(
        node('Slice', {
          inputs: [output(shape), int32s(axis), int32s(1)],
          attrs: [INT, INDEX],
          outputs: [{ dtype: DataType.int32, shape: [1] }],
        }),
      );
    });
  }

  #once(key: string, make: () => Output): Output {
    const known = this.#made.get(key);
    if (known) return known;
    const made = make();
    this.#made.set(key, made);
    return made;
  }
}

function concatenated(parts: readonly Output[], length: number): Output {
  return output(
    node('ConcatV2', {
      inputs: [...parts, int32(0)],
      attrs: [attr.int('N', parts.length), INT, IN_AXIS],
      outputs: [{ dtype: DataType.int32, shape: [length] }],
    }),
  );
}

function binary(op: 'Mul' | 'AddV2', a: Output, b: Output): Output {
  return output(node(op, { inputs: [a, b], attrs: [INT], outputs: [{ dtype: DataType.int32, shape: [1] }] }));
}
