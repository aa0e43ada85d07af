import { inWorkFolder } from '../../common/files/workFolder.js';
import type { Message } from '../../common/protobuf.js';
import type { Binding, NativeValues } from '../backend/native.js';
import { writeSavedModel } from '../graph/savedModel.js';
import type { HostArray } from '../spec/program.js';

/** A value for a placeholder. The array is read during the run, not copied. */
export interface Fed {
  readonly name: string;
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly values: NativeValues | readonly Uint8Array[];
}

/** A graph loaded into TensorFlow, with the variables that it holds. */
export class Session {
  readonly #binding: Binding;
  readonly #id: number;

  /** @param graph a `GraphDef` message; it goes through a folder since the binding loads nothing else. */
  constructor(binding: Binding, graph: Message) {
    this.#binding = binding;
    this.#id = inWorkFolder('foreframe-graph', (folder) => {
      writeSavedModel(folder, { graph });
      return binding.loadSavedModel(folder, 'serve');
    });
  }

  /** Compute `fetches`; blocks this thread until they are there. */
  run(feeds: readonly Fed[], fetches: readonly string[]): HostArray[] {
    const binding = this.#binding;
    const tensors: number[] = [];
    try {
      for (const { shape, dtype, values } of feeds) tensors.push(binding.createTensor(shape, dtype, values));
      const names = feeds.map((feed) => feed.name).join(',');
      return binding.runSavedModel(this.#id, tensors, names, fetches.join(',')).map(({ id, shape }) => {
        const data = binding.tensorDataSync(id);
        binding.deleteTensor(id);
        return { shape, data };
      });
    } finally {
      for (const tensor of tensors) binding.deleteTensor(tensor);
    }
  }

  dispose(): void {
    this.#binding.deleteSavedModel(this.#id);
  }
}
