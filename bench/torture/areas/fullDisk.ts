import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Area, type CaseContext, type CaseResult, Findings } from '../area.js';
import { campaignCache } from '../campaignCache.js';
import { judgeSame } from '../compareFolders.js';
import { judgeExit, outcomeText } from '../judge.js';
import { pick } from '../mutation/mutate.js';
import { cli } from '../processes/cli.js';
import { commandsOn, layOut, type Materials, type WritingCommand } from '../processes/commands.js';
import { mountTmpfs, resizeTmpfs, unmountBelow } from '../tmpfs.js';
import { undisturbed, materials as withMaterials } from '../undisturbed.js';
import { filesIn, judgeWhole } from '../wholeFiles.js';

let materials: Materials;
let commands: readonly WritingCommand[] = [];

const WRITING = /^(train|train arrays|resume|extract|export|predict|report|evaluate|datasets build)$/;
/** Kilobytes with which every command has room. */
const ROOM = 64 * 1024;

/** A disk that is full before a command is done: one line, nothing half-written, and it works once there is room. */
export const fullDisk: Area = {
  name: 'full-disk',
  async prepare(shared) {
    process.env.FOREFRAME_CACHE = campaignCache(shared);
    const place = join(shared, `mount-${process.pid}`);
    mkdirSync(place, { recursive: true });
    const reason = mountTmpfs(place, 64);
    unmountBelow(place);
    if (reason === undefined) {
      materials = await withMaterials(shared);
      commands = commandsOn(materials.video).filter(({ name }) => WRITING.test(name));
    }
    return reason;
  },
  async run({ random, folder, shared }: CaseContext): Promise<CaseResult> {
    const command = pick(commands, random);
    const reference = await undisturbed(shared, command, materials);
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    mountTmpfs(disk, ROOM);
    try {
      layOut(disk, command, materials);
      const [used, needed] = [kilobytes(disk), kilobytes(reference.folder)];
      const left = Math.floor(random.uniform() * (needed - used + 8));
      resizeTmpfs(disk, used + left);
      const findings = new Findings();
      const outcome = await cli(command.args, { cwd: disk, mark: folder, limit: 90 });
      const done = judgeExit(outcome, findings);
      const line = outcomeText(outcome);
      if (!done && findings.faults.length === 0 && !/disk is full|no space|ENOSPC/i.test(line))
        findings.add('crash', `the line does not say that the disk is full: ${line}`);
      await judgeWhole(disk, 'on the full disk', findings);
      if (!done) {
        const half = filesIn(disk).filter((file) => /\.tmp\b/.test(file));
        if (half.length > 0) findings.add('leftover', `on the full disk: ${half.join(', ')}`);
      }
      resizeTmpfs(disk, ROOM);
      const again = done ? [] : await goOn(command.again, disk, folder, findings);
      await judgeSame(disk, reference.folder, findings);
      return findings.result(
        `${command.name} with ${left} kB of room`,
        [line, ...again].join(' → '),
        done ? 'right' : 'refused',
      );
    } finally {
      unmountBelow(disk);
    }
  },
};

async function goOn(
  tries: readonly (readonly string[])[],
  disk: string,
  mark: string,
  findings: Findings,
): Promise<string[]> {
  const lines: string[] = [];
  for (const args of tries) {
    const outcome = await cli(args, { cwd: disk, mark, limit: 90 });
    lines.push(outcomeText(outcome));
    if (outcome.code === 0) return lines;
  }
  findings.add('leftover', `with room again it does not work: ${lines.join(' → ')}`);
  return lines;
}

/** What a folder takes on a disk of pages of 4 kB. */
function kilobytes(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const sizes = entries.map((entry) =>
    entry.isFile() ? statSync(join(entry.parentPath ?? entry.path, entry.name)).size : 0,
  );
  return sizes.reduce((sum, size) => sum + 4 * Math.ceil(size / 4096), 4);
}
