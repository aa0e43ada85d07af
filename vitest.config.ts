import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { configDefaults, defineConfig, type Plugin } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Rooms whose tests share a process with those before them, so that what they import, and TensorFlow, are loaded once. All others
 * have one each: they start training threads, change the environment, or measure memory. Who shares a process loads TensorFlow in
 * the main thread, with the threads that are the default, or leaves it to the kept process of the command line.
 */
const SHARING = [
  'analysis',
  'common',
  'datasets',
  'docs',
  'models',
  'nn',
  'objectives',
  'onnx',
  'report',
  'stream',
  'surprise',
  'video',
  'views',
];
/** Files of those rooms that change what their process cannot undo. */
const APART = [
  'common/fileLock.test.ts',
  'common/npmPackage.test.ts',
  'objectives/metrics.test.ts',
  'objectives/nrm.test.ts',
  'report/reportSummary.test.ts',
  'report/runReport.test.ts',
];
/** Files of other rooms that share it, too. */
const TOO = Object.entries({
  cli: [
    ...['argumentErrors', 'badInput', 'benchOwnVideo', 'compareGroups', 'compareSeeds', 'everyday'],
    ...['examples', 'keptClipSource', 'ownVideos', 'passwords', 'resume', 'runProcesses', 'surprise'],
    ...['classify', 'output', 'sweep', 'terminal'],
  ],
  methods: ['cards'],
  own: ['analysedData', 'oddNames', 'ownKnowledge', 'rewritten', 'sharedFrames', 'show', 'splits', 'tables'],
  tensorflow: [
    ...['capturedVariables', 'compile', 'graphExport', 'guards', 'inferredTypes', 'paddedColumns'],
    ...['refusals', 'refusedFeeds', 'setupFiles'],
    ...['emptyTensors', 'firstGradients', 'gradientPenalty', 'gradients', 'graphOps', 'higherGradients'],
    ...['optimizers', 'pointwiseGradient', 'refusedEntries'],
  ],
  training: [
    ...['augmentation', 'checkpoint', 'controls', 'encodeStretches', 'estimatedMemory', 'heldSource'],
    ...['metricsLog', 'oldKeys', 'pass', 'safetensors', 'stretches'],
    ...['tensorboardEvents', 'watchClips'],
    ...['adversarial', 'adversarialRun', 'classifier', 'classifyClips', 'interruptedRun', 'nrmViews'],
  ],
}).flatMap(([room, names]) => names.map((name) => `${room}/${name}.test.ts`));
const together = readdirSync(join(import.meta.dirname, 'test'), { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter(
    (path) =>
      path.endsWith('.test.ts') &&
      ((SHARING.includes(path.split('/')[0]!) && !APART.includes(path)) || TOO.includes(path)),
  )
  .map((path) => `test/${path}`);

/** The longest files, longest first: one that began last would leave a core without work at the end. */
const LONG = [
  ...['training/everySetting', 'cli/resume', 'library/readme', 'methods/contract', 'own/clips'],
  ...['cli/runProcesses', 'cli/extract', 'library/package', 'cli/badInput', 'own/commands', 'cli/everyday'],
  ...['cli/sweep', 'cli/compareRuns', 'own/compareGroups', 'training/editionOne', 'cli/benchResults'],
];
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return found < 0 ? LONG.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

/**
 * Tests of what is built: Node loads it as it is, where Vitest would send each process the source of each module, transformed, and
 * with its maps. That was most of what a small test file took. `test/temporaryFolder.ts` builds what has changed.
 */
const builtSources: Plugin = {
  name: 'built-sources',
  enforce: 'pre',
  resolveId(source, importer) {
    if (!importer || !source.startsWith('.')) return undefined;
    const path = resolve(dirname(importer), source);
    const name = relative(import.meta.dirname, path);
    // What runs in the browser is bundled, not compiled.
    const ours = /^(src(?![\\/]live[\\/]page)|datasets|bench)[\\/].*\.js$/.test(name);
    if (!ours || !existsSync(path.replace(/\.js$/, '.ts'))) return undefined;
    const built = join(import.meta.dirname, 'dist', name);
    return existsSync(built) ? { id: built, external: true } : undefined;
  },
};

export default defineConfig({
  plugins: [builtSources],
  test: {
    server: { deps: { external: [/[\\/]dist[\\/](src|datasets|bench)[\\/]/] } },
    globalSetup: 'test/temporaryFolder.ts',
    setupFiles: 'test/propertySeed.ts',
    // Far above what any test takes: a limit against hanging, not a bound on speed. The machine may have other work.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Two cores and one native TensorFlow per process: more forks than this only fight for them.
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'apart',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...together],
        },
      },
      {
        extends: true,
        // Last: a process goes on as long as the next file may share it.
        test: { name: 'together', include: together, isolate: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
