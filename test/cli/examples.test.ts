import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { pipelinePath } from '../../src/cli/pipelinePath.js';
import { createProgram } from '../../src/cli/program.js';
import { loadClassifierConfig } from '../../src/training/classifierRun.js';
import { loadConfig } from '../../src/training/loadConfig.js';

const readme = readFileSync(resolve(import.meta.dirname, '../../README.md'), 'utf8');

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

/** The words of a shell's line, without a comment at its end. */
function wordsOf(line: string): string[] {
  const words = line.replace(/\s{2,}\S.*$|\s#.*$/, '').match(/(?:'[^']*'|[^\s'])+/g) ?? [];
  return words.map((word) => word.replaceAll("'", ''));
}

const helps = allCommands(createProgram()).map((command) => [command.name(), helpOf(command)] as const);
const fromHelp = helps.flatMap(([, help]) =>
  [...help.matchAll(/^ {2}\$ foreframe (.*)$/gm)].map((match) => match[1]!),
);
const shellBlocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]!).join('\n');
const fromReadme = [...shellBlocks.matchAll(/^foreframe (.*)$/gm)].map((match) => match[1]!);

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

describe('an example', () => {
  it('is in the help of every command that takes an argument', () => {
    for (const [name, help] of helps)
      if (/^Usage: .*[<[](?!options|command)/m.test(help) && name !== 'foreframe')
        expect(help, name).toContain('$ foreframe ');
    expect(fromHelp.length).toBeGreaterThan(30);
    expect(fromReadme.length).toBeGreaterThan(4);
  });

  it.each([...fromHelp, ...fromReadme])('is understood: foreframe %s', async (line) => {
    const { name, args, options } = await parse(wordsOf(line));
    const settings = (options.set ?? []) as string[];
    const [pipeline] = args as [string | undefined];
    if (name === 'train' && pipeline) await loadConfig(pipelinePath(pipeline), settings);
    if (name === 'classify' && pipeline)
      await loadClassifierConfig(pipelinePath(pipeline, 'classify'), settings);
    if (name === 'demo') await loadConfig(pipelinePath('demo'), settings);
    // Two sessions of one run may differ in how long they train, and in nothing else.
    if (options.resume)
      expect(settings.filter((each) => !/^training\.(steps|epochs|seconds)=/.test(each))).toEqual([]);
  });

  it('of the commands in the README is a command with these options', async () => {
    const cells = [...readme.matchAll(/^\| `([a-z][^|]*)` \|/gm)].map((match) => match[1]!);
    const names = new Set(helps.map(([name]) => name));
    const usages = cells
      .flatMap((cell) => cell.split(/`, `/))
      .filter((cell) => names.has(cell.split(' ')[0]!));
    expect(usages.length).toBeGreaterThan(10);
    for (const usage of usages) {
      const [name = '', ...rest] = usage.replaceAll(/[[\]…]/g, '').split(' ');
      const help = helps.find(([each]) => each === name)![1];
      for (const option of rest.filter((word) => word.startsWith('--')))
        expect(help, usage).toContain(option);
      // `list · show · build`, `decode · train · …`: each is a command of its own or is described.
      if (rest.includes('·'))
        for (const word of rest.filter((each) => each !== '·')) expect(help).toContain(word);
    }
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
    ['x'.repeat(100_000), 'train', /^.{1,600}$/],
  ] as const)('%s in the place of a pipeline of %s is understood', (given, command, message) => {
    expect(() => pipelinePath(given, command)).toThrow(message);
  });
});
