import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Random } from '../../../src/common/random.js';
import { required } from '../../../src/common/required.js';
import { type Area, type CaseContext, type CaseResult, Findings } from '../area.js';
import { campaignCache } from '../campaignCache.js';
import { judgeFile } from '../compareFolders.js';
import { judgeError } from '../judge.js';
import { mutate, pick } from '../mutation/mutate.js';
import type { Materials } from '../processes/commands.js';
import { type ReadingCommand, readingCommands } from '../processes/readingCommands.js';
import { materials as withMaterials } from '../undisturbed.js';
import { filesIn } from '../wholeFiles.js';

let materials: Materials;
/** A run that was evaluated and reported: it has every kind of file. */
let template: string;

/** Each file of a run folder damaged, for each command that reads a run: one line that names the file, or a right result. */
export const runFolders: Area = {
  name: 'runs',
  async prepare(shared) {
    process.env.FOREFRAME_CACHE = campaignCache(shared);
    materials = await withMaterials(shared);
    template = join(shared, 'reported');
    if (existsSync(template)) return undefined;
    const making = join(shared, 'reporting');
    rmSync(making, { recursive: true, force: true });
    cpSync(materials.run, making, { recursive: true });
    const video = { video: materials.video, out: join(shared, 'reading') };
    // Undisturbed, in this order: what they write is what is compared with, and what is damaged.
    for (const command of readingCommands) {
      mkdirSync(join(video.out, command.name), { recursive: true });
      await command.run({ run: making, video: video.video, out: join(video.out, command.name) });
      for (const file of command.writes)
        cpSync(join(making, file), join(video.out, command.name, basename(file)), { recursive: true });
    }
    cpSync(making, template, { recursive: true });
    return undefined;
  },
  async run({ random, folder, shared }: CaseContext): Promise<CaseResult> {
    const run = join(folder, 'run');
    cpSync(template, run, { recursive: true });
    const command = pick(readingCommands, random);
    const { file, text } = damage(run, random);
    const before = contents(run);
    const findings = new Findings();
    const what = `${command.name}: ${file} ${text}`;
    const out = join(folder, 'out');
    mkdirSync(out);
    try {
      await command.run({ run, video: materials.video, out });
    } catch (error) {
      const line = judgeError(error, findings);
      if (findings.faults.length === 0 && !namesIt(line, join(run, file)))
        findings.add('crash', `the refusal does not name ${file}: ${line}`);
      judgeUnchanged(run, before, command, findings);
      return findings.result(what, line, 'refused');
    }
    judgeUnchanged(run, before, command, findings);
    await judgeResult(
      command,
      { run, out, reference: join(shared, 'reading', command.name), file },
      findings,
    );
    return findings.result(what, 'done');
  },
};

/** What commands read of a run. */
const READ = /config|run\.json|checkpoints|environment|metrics|evaluation/;

/** One file of the run, made what it should not be. */
function damage(run: string, random: Random): { file: string; text: string } {
  const files = filesIn(run);
  const file = pick(random.integer(6) > 0 ? files.filter((each) => READ.test(each)) : files, random);
  const path = join(run, file);
  const bytes = readFileSync(path);
  const ways: Record<string, () => string> = {
    'is missing': () => {
      rmSync(path);
      return '';
    },
    'is empty': () => {
      writeFileSync(path, '');
      return '';
    },
    'is a directory': () => {
      rmSync(path);
      mkdirSync(path);
      return '';
    },
    'is other JSON': () => {
      const other = pick(
        [
          '{}',
          '[]',
          'null',
          '0',
          '"x"',
          '{"step":"a"}',
          '[{"a":1}]',
          '{"__proto__":{"a":1}}',
          '{"name":1}\n{"name":2}\n',
        ],
        random,
      );
      writeFileSync(path, other);
      return other;
    },
    'is noise': () => {
      writeFileSync(
        path,
        Uint8Array.from({ length: 1 + random.integer(5000) }, () => random.integer(256)),
      );
      return '';
    },
    mutated: () => {
      const mutated = mutate(bytes, random);
      writeFileSync(path, mutated.bytes);
      return mutated.text;
    },
    'mutated ': () => {
      const mutated = mutate(bytes, random, pick(['cut', 'flip'] as const, random));
      writeFileSync(path, mutated.bytes);
      return mutated.text;
    },
  };
  const way = pick(Object.keys(ways), random);
  return { file, text: `${way.trim()} ${required(ways, way)()}`.trim() };
}

function contents(run: string): Map<string, Buffer> {
  return new Map(filesIn(run).map((file) => [file, readFileSync(join(run, file))]));
}

/** A command that reads a run writes its own files in it, and no other. */
function judgeUnchanged(
  run: string,
  before: Map<string, Buffer>,
  { name, writes }: ReadingCommand,
  findings: Findings,
): void {
  for (const [file, bytes] of before) {
    if (writes.some((own) => file === own || file.startsWith(`${own}/`))) continue;
    if (!existsSync(join(run, file))) findings.add('silent loss', `${name} removed ${file}`);
    else if (!readFileSync(join(run, file)).equals(bytes))
      findings.add('silent loss', `${name} changed ${file}`);
  }
  for (const file of filesIn(run))
    if (/\.tmp\b|\.partial|\.lock/.test(file)) findings.add('leftover', `${name} left ${file}`);
}

interface Results {
  readonly run: string;
  readonly out: string;
  readonly reference: string;
  readonly file: string;
}

/** What came is what comes of an undamaged run, but where the damaged file itself says what should come. */
async function judgeResult(
  { compares, writes }: ReadingCommand,
  { run, out, reference, file }: Results,
  findings: Findings,
): Promise<void> {
  if (/config\.yaml|metrics\.jsonl|evaluation\.json|environment\.json/.test(file)) return;
  for (const own of compares) {
    const inRun = writes.find((each) => basename(each) === own);
    const [ours, theirs] = [inRun ? join(run, inRun) : join(out, own), join(reference, own)];
    if (!existsSync(ours)) findings.add('silent loss', `it is done, and there is no ${own}`);
    else await judgeFile(own, ours, theirs, findings);
  }
}

/** Whether a refusal names the file, or a file that it names: a path in a changed config.yaml leads nowhere. */
function namesIt(line: string, file: string): boolean {
  if (line.includes(basename(file))) return true;
  const paths = line.match(/\/[^\s:]+/g) ?? [];
  const text = existsSync(file) && statSync(file).isFile() ? readFileSync(file, 'utf8') : '';
  return paths.some((path) => text.includes(path));
}
