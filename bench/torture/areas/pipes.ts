import { type Area, type CaseContext, type CaseResult, Findings } from '../area.js';
import { campaignCache } from '../campaignCache.js';
import { judgeWords, refusals } from '../judge.js';
import { pick } from '../mutation/mutate.js';
import { type CliOutcome, mainFile, program } from '../processes/cli.js';
import { commandsOn, layOut, type Materials, type WritingCommand } from '../processes/commands.js';
import { commandOf, killAll, marked } from '../processes/processes.js';
import { materials as withMaterials } from '../undisturbed.js';
import { judgeWhole } from '../wholeFiles.js';

let materials: Materials;
let commands: readonly WritingCommand[] = [];

const asking = (name: string, args: readonly string[], readsRun = false): WritingCommand => ({
  name,
  args,
  again: [args],
  readsRun,
  polite: false,
});

/** Commands whose answer somebody reads. */
const ASKING: readonly WritingCommand[] = [
  asking('datasets list', ['datasets', 'list']),
  asking('datasets list --json', ['datasets', 'list', '--json']),
  asking('help', ['--help']),
  asking('train --help', ['train', '--help']),
  asking('version', ['--version']),
  asking('doctor', ['doctor']),
  asking('evaluate --json', ['evaluate', 'run', '--json'], true),
  asking('wrong use', ['evalaute', 'run']),
  asking('no such run', ['evaluate', 'nothing']),
];

const WRITING = /^(train arrays|report|extract|predict|export)$/;

interface Plumbing {
  /** After the command, in bash. */
  readonly text: string;
  /** Its answer is lost and it can know: it has to fail. */
  readonly lost?: 'stdout';
}

const PLUMBING: readonly Plumbing[] = [
  { text: '>/dev/full', lost: 'stdout' },
  { text: '2>/dev/full' },
  { text: '>/dev/full 2>/dev/full', lost: 'stdout' },
  { text: '>&-' },
  { text: '2>&-' },
  { text: '<&-' },
  { text: '>&- 2>&- <&-' },
  { text: '| head -1' },
  { text: '| head -c 1' },
  { text: '| true' },
  { text: '2>&1 | true' },
  { text: '2>&1 >/dev/null | head -c 1' },
  { text: '| (sleep 2; cat >/dev/null)' },
];

/** Broken pipes, closed and full outputs. */
export const pipes: Area = {
  name: 'pipes',
  async prepare(shared) {
    process.env.FOREFRAME_CACHE = campaignCache(shared);
    materials = await withMaterials(shared);
    const writing = commandsOn(materials.video).filter(({ name }) => WRITING.test(name));
    commands = [...ASKING, ...writing];
    return undefined;
  },
  async run({ random, folder }: CaseContext): Promise<CaseResult> {
    const command = pick(commands, random);
    const plumbing = pick(PLUMBING, random);
    layOut(folder, command, materials);
    const findings = new Findings();
    // The command's own words and exit code, whatever becomes of its pipes.
    const words = ['node', mainFile, ...command.args].map((word) => `'${word}'`).join(' ');
    const piped = plumbing.text.includes('|') || plumbing.text.includes('2>');
    const script = `${words} ${piped ? '' : '2>err.txt'} ${plumbing.text}; codes=("\${PIPESTATUS[@]}"); [ -e err.txt ] && cat err.txt >&2; echo "code \${codes[0]}" >&2`;
    const outcome = await program(['bash', '-c', script], { cwd: folder, mark: folder, limit: 90 });
    judge(command, plumbing, outcome, findings);
    await judgeWhole(folder, 'afterwards', findings);
    const left = marked(folder);
    if (left.length > 0) findings.add('leftover', `still running: ${left.map(commandOf).join('; ')}`);
    killAll(left);
    return findings.result(
      `${command.args.join(' ').slice(0, 80)} ${plumbing.text}`,
      `code ${codeOf(outcome)}`,
      codeOf(outcome) === 0 ? 'right' : 'refused',
    );
  },
};

function judge(
  { name }: WritingCommand,
  { text, lost }: Plumbing,
  outcome: CliOutcome,
  findings: Findings,
): void {
  if (outcome.timedOut) {
    findings.add('hang', `${text}: no end`);
    return;
  }
  judgeWords(outcome, findings);
  const code = codeOf(outcome);
  if (code === undefined) {
    findings.add('crash', `the shell itself ended: ${outcome.stderr.slice(-200)}`);
    return;
  }
  // 141: ended by SIGPIPE, as any other program.
  if (code > 2 && code !== 130 && code !== 141)
    findings.add('crash', `exit code ${code}: ${outcome.stderr.slice(-300)}`);
  const fails = /wrong use|no such run/.test(name);
  if (lost && code === 0) findings.add('silent loss', 'its answer is lost, and it says that it is done');
  if (fails && code === 0) findings.add('silent loss', 'it failed, and says that it is done');
  if (!lost && !fails && code !== 0 && /^[<>]&-|^>&- /.test(text) && refusals(outcome.stderr).length === 0)
    findings.add('crash', `exit code ${code} without a word`);
}

function codeOf({ stderr }: CliOutcome): number | undefined {
  const text = /^code (\d+)$/m.exec(stderr)?.[1];
  return text === undefined ? undefined : Number(text);
}
