import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Binding, NativeTensor } from './native.js';
import { Message } from './wire.js';

/** A graph loaded into TensorFlow, with the variables that it holds. */
export class Session {
  readonly #binding: Binding;
  readonly #id: number;

  /** @param graph a `GraphDef` message; it goes through a folder since the binding loads nothing else. */
  constructor(binding: Binding, graph: Message) {
    this.#binding = binding;
    const folder = mkdtempSync(join(tmpdir(), 'foreframe-graph-'));
    try {
      writeSavedModel(folder, { graph });
      this.#id = binding.loadSavedModel(folder, 'serve');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Compute `fetches` from tensors fed by name. The caller deletes what comes back. */
  run(feeds: readonly { name: string; tensor: number }[], fetches: readonly string[]): NativeTensor[] {
    return this.#binding.runSavedModel(
      this.#id,
      feeds.map((feed) => feed.tensor),
      feeds.map((feed) => feed.name).join(','),
      fetches.join(','),
    );
  }

  dispose(): void {
    this.#binding.deleteSavedModel(this.#id);
  }
}

/** What a SavedModel folder's description holds. */
export interface SavedModelParts {
  readonly graph: Message;
  readonly signatures?: Readonly<Record<string, Message>>;
  readonly saver?: Message;
}

/** Write `saved_model.pb` into an existing folder. */
export function writeSavedModel(folder: string, { graph, signatures = {}, saver }: SavedModelParts): void {
  const metaGraph = new Message().bytes(1, new Message().bytes(4, 'serve')).bytes(2, graph);
  if (saver) metaGraph.bytes(3, saver);
  metaGraph.map(5, signatures);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'saved_model.pb'), new Message().int(1, 1).bytes(2, metaGraph).finish());
}
