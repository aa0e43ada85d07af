import type { Engine } from './engine.js';

/** The same engine; `ask` is called before each entry is run, and may throw. */
export function askingFirst(engine: Engine, ask: () => Promise<void>): Engine {
  return {
    ...engine,
    async run(entry, feeds) {
      await ask();
      return engine.run(entry, feeds);
    },
  };
}
