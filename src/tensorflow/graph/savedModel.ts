import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Message } from '../../common/protobuf.js';

/** What a SavedModel folder's description holds. */
export interface SavedModelParts {
  readonly graph: Message;
  /** `SignatureDef` messages by name. */
  readonly signatures?: Readonly<Record<string, Message>>;
  /** A `SaverDef` message: which nodes restore the variables' files. */
  readonly saver?: Message;
}

/** Write `saved_model.pb` into a folder, which is made if it is not there. */
export function writeSavedModel(folder: string, { graph, signatures = {}, saver }: SavedModelParts): void {
  const info = new Message().bytes(4, 'serve').bytes(5, '2.21.0');
  const metaGraph = new Message().bytes(1, info).bytes(2, graph);
  if (saver) metaGraph.bytes(3, saver);
  metaGraph.map(5, signatures);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'saved_model.pb'), new Message().int(1, 1).bytes(2, metaGraph).finish());
}
