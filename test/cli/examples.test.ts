import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { loadConfig, loadSampleConfig, readSettings } from '../../src/config/loadConfig.js';
import { kindOfPipeline } from '../../src/config/pipelineKind.js';
import { pipelinePath } from '../../src/library/sources/pipelinePath.js';
import { runsOf } from '../../src/sweep/plan.js';
import { codeBlocks, commandsIn, pages, wordsOf } from '../docs/pages.js';
import { temporaryFolder } from '../video/makeVideo.js';

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/** What `--help` prints, the examples at its end too. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

const helps = allCommands(createProgram()).map((command) => [command.name(), helpOf(command)] as const);
const fromHelp = helps.flatMap(([, help]) =>
  [...help.matchAll(/^ {2}\$ foreframe (.*)$/gm)].map((match) => match[1]!),
);
// `--help` is no command: test/docs/commands.test.ts runs it.
const fromPages = [...pages.keys()].flatMap(commandsIn).filter((line) => !line.startsWith('--help'));

const folder = temporaryFolder();

/** The pipeline that a command line names: one that is there, or one that a page shows. The saved one of a run comes to be by another line. */
function namedPipeline(given: string, name: 'train' | 'classify'): string | undefined {
  if (/^runs\/\w+\/config\.yaml$/.test(given)) return undefined;
  const shown = [...pages.keys()]
    .flatMap((page) => codeBlocks(page, 'yaml'))
    .find((text) => given.endsWith('.yaml') && text.startsWith(`name: ${given.slice(0, -5)}\n`));
  if (shown === undefined) return pipelinePath(given, name);
  writeFileSync(join(folder, given), shown);
  return join(folder, given);
}

/** What a line asks for, read by the real command line, whose work does not begin. */
async function parse(words: readonly string[]) {
  const program = createProgram();
  let asked: { name: string; args: unknown[]; options: Record<string, unknown> } | undefined;
  for (const command of allCommands(program)) {
    command.exitOverride().configureOutput({ writeErr: () => {} });
    if (command.commands.length > 0) continue;
    command.action(() => {
      asked = { name: command.name(), args: command.processedArgs, options: command.opts() };
    });
  }
  await program.parseAsync(words, { from: 'user' });
  return asked!;
}

it('help says which options a command cannot do without', () => {
  const help = new Map(helps);
  const required = (name: string) =>
    help
      .get(name)!
      .split(/\n {2}(?=--)/)
      .flatMap((option) => (/\(required\)/.test(option) ? [/^--\w+/.exec(option)![0]] : []));
  expect([required('probe'), required('extract')]).toEqual([['--target', '--method'], ['--out']]);
});

describe('an example', () => {
  it('is in the help of every command that takes an argument', () => {
    for (const [name, help] of helps)
      if (/^Usage: .*[<[](?!options|command)/m.test(help) && name !== 'foreframe')
        expect(help, name).toContain('$ foreframe ');
    expect(fromHelp.length).toBeGreaterThan(30);
    expect(fromPages.length).toBeGreaterThan(60);
  });

  it.each([...new Set([...fromHelp, ...fromPages])])('is understood: foreframe %s', async (line) => {
    const { name, args, options } = await parse(wordsOf(line));
    const settings = (options.set ?? []) as string[];
    const [pipeline] = args as [string | undefined];
    if ((name === 'train' || name === 'classify') && pipeline) {
      const path = namedPipeline(pipeline, name);
      if (path === undefined) return;
      const kind = kindOfPipeline(await readSettings(path, settings), path);
      await (kind === 'clips' ? loadConfig : loadSampleConfig)(path, settings);
    }
    if (name === 'sweep') {
      const path = pipelinePath(pipeline!);
      const runs = runsOf({ pipeline: path, set: settings, grid: options.grid as string[] }, 1);
      const kind = kindOfPipeline(await readSettings(path, runs[0]!.set), path);
      for (const { set } of runs) await (kind === 'clips' ? loadConfig : loadSampleConfig)(path, set);
    }
    if (name === 'demo') await loadConfig(pipelinePath('demo'), settings);
    // Two sessions of one run may differ in how long they train, and in nothing else.
    if (options.resume)
      expect(settings.filter((each) => !/^training\.(steps|epochs|seconds)=/.test(each))).toEqual([]);
  });
});

describe('a slip of the hand', () => {
  it.each([
    [['trian'], /Did you mean train\?/],
    [['train', '--resum'], /Did you mean --resume\?/],
    [['datasets', 'lst'], /Did you mean list\?/],
  ])('%j gets a suggestion', async (words, message) => {
    await expect(parse(words)).rejects.toThrow(message);
  });

  it.each([
    ['vidoe', 'train', /^cannot read pipeline vidoe: did you mean video\?$/],
    ['video.yml', 'train', /did you mean video\?/],
    ['pipelines/vidoe.yaml', 'train', /did you mean video\?/],
    ['balls-pgm', 'train', /did you mean balls-pgn\?/],
    ['classify-mnist-100-label-nrm', 'classify', /did you mean classify-mnist-100-labels-nrm\?/],
    ['something-else-entirely', 'train', /name a YAML file, or one of .*\bvideo\b/],
    [
      'clip.mp4',
      'train',
      /^clip\.mp4 is no pipeline; pipelines come first: foreframe train pipelines\/video\.yaml clip\.mp4$/,
    ],
    ['rtsp://camera/1', 'train', /pipelines come first: .*video\.yaml rtsp:\/\/camera\/1$/],
    ['clips/*.mp4', 'train', /pipelines come first/],
    [join(import.meta.dirname, '..'), 'train', /pipelines come first/],
    ['own.png', 'classify', /pipelines come first: foreframe classify classify-mnist/],
    // The answer lists the pipelines, and does not repeat all that was given.
    ['x'.repeat(100_000), 'train', /^.{1,1000}$/],
  ] as const)('%s in the place of a pipeline of %s is understood', (given, command, message) => {
    expect(() => pipelinePath(given, command)).toThrow(message);
  });
});
