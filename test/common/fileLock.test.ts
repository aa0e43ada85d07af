import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { thisProcess } from '../../src/common/files/processIdentity.js';
import { FileLock, STALE_MS } from '../../src/common/locks/fileLock.js';
import { canMount, smallDisk } from '../smallDisk.js';

const module = resolve(import.meta.dirname, '../../dist/src/common/locks/fileLock.js');
const folder = () => mkdtempSync(join(tmpdir(), 'foreframe-lock-'));

/** Takes the lock once it is told to, says what came of it, and lives until its input ends. */
const TAKER = `
  import { FileLock } from ${JSON.stringify(module)};
  process.stdout.write('ready\\n');
  process.stdin.once('data', () => {
    const taken = FileLock.take(process.argv[1]);
    process.stdout.write((taken instanceof FileLock ? 'taken' : taken.description) + '\\n');
    process.stdin.on('end', () => process.exit());
  });
`;

class Taker {
  readonly #child: ChildProcess;
  #lines: string[] = [];
  #waiting: (() => void) | undefined;

  constructor(path: string, before: readonly string[] = []) {
    const [program, ...args] = [...before, process.execPath, '--input-type=module', '-e', TAKER, path];
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout!.on('data', (chunk) => {
      this.#lines.push(...String(chunk).trim().split('\n'));
      this.#waiting?.();
    });
  }

  async line(): Promise<string> {
    while (this.#lines.length === 0)
      await new Promise<void>((done) => {
        this.#waiting = done;
      });
    return this.#lines.shift()!;
  }

  go(): void {
    this.#child.stdin!.write('go\n');
  }

  kill(): Promise<void> {
    const ended = this.ended();
    this.#child.kill('SIGKILL');
    return ended;
  }

  /** It ends by itself: a process 1 does not hear every signal. */
  finish(): Promise<void> {
    const ended = this.ended();
    this.#child.stdin!.end();
    return ended;
  }

  ended(): Promise<void> {
    return new Promise((done) => this.#child.once('exit', () => done()));
  }
}

/** A process that has ended, as it would write itself into a lock. */
function ended() {
  return { ...thisProcess(), pid: spawnSync(process.execPath, ['-e', '']).pid, started: '1' };
}

function writeLock(path: string, owner: object): void {
  writeFileSync(path, `${JSON.stringify({ token: 'of-another', ...owner })}\n`);
}

describe('a lock', () => {
  it('of a dead process goes to exactly one of many that want it, without waiting', async () => {
    for (let round = 0; round < 3; round++) {
      const path = join(folder(), 'lock');
      writeLock(path, ended());
      const takers = Array.from({ length: 6 }, () => new Taker(path));
      for (const taker of takers) expect(await taker.line()).toBe('ready');
      for (const taker of takers) taker.go();
      const answers = await Promise.all(takers.map((taker) => taker.line()));
      expect(answers.filter((answer) => answer === 'taken')).toHaveLength(1);
      const winner = takers[answers.indexOf('taken')]!;
      expect(new Set(answers.filter((answer) => answer !== 'taken'))).toEqual(
        new Set([expect.stringMatching(/^process \d+$/)]),
      );
      await winner.kill();
      const next = FileLock.take(path);
      expect(next).toBeInstanceOf(FileLock);
      (next as FileLock).release();
      await Promise.all(takers.map((taker) => (taker === winner ? undefined : taker.kill())));
      expect(readdirSync(resolve(path, '..'))).toEqual([]);
    }
  });

  it('is refused while its holder lives, with its process id, and is free when it was released', () => {
    const path = join(folder(), 'lock');
    const lock = FileLock.take(path) as FileLock;
    expect(FileLock.take(path)).toMatchObject({ pid: process.pid, description: `process ${process.pid}` });
    lock.check('the run');
    lock.release();
    expect(existsSync(path)).toBe(false);
  });

  it('of a process whose id is another process’s by now is free', () => {
    const path = join(folder(), 'lock');
    writeLock(path, { ...thisProcess(), started: '1' });
    const lock = FileLock.take(path);
    expect(lock).toBeInstanceOf(thisProcess().started === undefined ? Object : FileLock);
    if (lock instanceof FileLock) lock.release();
  });

  it.each([
    ['another host', { host: 'elsewhere', boot: 'other' }],
    ['another container with the same process id', { space: 'pid:[1]' }],
    ['an earlier start of a machine of this name', { boot: 'earlier' }],
  ])('of %s counts as held until it is silent for long', (_, difference) => {
    const path = join(folder(), 'lock');
    writeLock(path, { ...thisProcess(), ...difference });
    expect(FileLock.take(path)).toMatchObject({ description: expect.stringMatching(/last sign of life/) });
    const long = new Date(Date.now() - STALE_MS - 5_000);
    utimesSync(path, long, long);
    const lock = FileLock.take(path);
    expect(lock).toBeInstanceOf(FileLock);
    (lock as FileLock).release();
  });

  it('that was lost is noticed by its former holder, who leaves the new one alone', () => {
    const path = join(folder(), 'lock');
    const lost = FileLock.take(path) as FileLock;
    const text = readFileSync(path, 'utf8');
    writeLock(path, { ...thisProcess(), host: 'elsewhere', pid: 7 });
    expect(() => lost.check('runs/x')).toThrow(/^runs\/x was taken over by process 7 on elsewhere/);
    lost.release();
    expect(readFileSync(path, 'utf8')).toContain('of-another');
    expect(text).toContain(hostname());
  });

  it('is taken over from whoever died while taking it over', () => {
    const path = join(folder(), 'lock');
    writeLock(path, ended());
    writeFileSync(`${path}.of-another.next`, `${JSON.stringify({ token: 'second', ...ended() })}\n`);
    writeFileSync(`${path}.third.new`, 'half');
    const lock = FileLock.take(path) as FileLock;
    expect(lock).toBeInstanceOf(FileLock);
    expect(readdirSync(resolve(path, '..'))).toEqual(['lock']);
    lock.release();
    expect(readdirSync(resolve(path, '..'))).toEqual([]);
  });

  it('in whose place a device or a folder stands is refused and counts as held', () => {
    const place = folder();
    symlinkSync('/dev/null', join(place, 'device'));
    mkdirSync(join(place, 'folder'));
    expect(() => FileLock.take(join(place, 'device'))).toThrow(/device is a pipe or a device, not a lock/);
    expect(() => FileLock.take(join(place, 'folder'))).toThrow(/folder stands in its place/);
    expect(['device', 'folder'].map((name) => FileLock.isHeld(join(place, name)))).toEqual([true, true]);
    expect(readdirSync(place)).toEqual(['device', 'folder']);
    writeFileSync(join(place, 'plain'), '');
    expect(FileLock.isHeld(join(place, 'plain', '.lock'))).toBe(false);
  });

  it.runIf(canMount)('is let go on a full disk too, and whoever cannot take one there leaves nothing', () => {
    const disk = folder();
    const unmount = smallDisk(disk, 64 * 1024);
    try {
      const path = join(disk, 'lock');
      const lock = FileLock.take(path) as FileLock;
      const full = () => writeFileSync(join(disk, 'filler'), new Uint8Array(128 * 1024));
      expect(full).toThrow('ENOSPC');
      lock.release();
      expect(readdirSync(disk)).toEqual(['filler']);
      // The lock's own block is free again.
      expect(full).toThrow('ENOSPC');
      expect(() => FileLock.take(path)).toThrow(/the disk is full/);
      expect(readdirSync(disk)).toEqual(['filler']);
    } finally {
      unmount();
    }
  });

  const isolated = ['unshare', '-pf', '--mount-proc'];
  const canIsolate = spawnSync(isolated[0]!, [...isolated.slice(1), 'true']).status === 0;
  it.runIf(canIsolate)('tells two containers apart that have a process 1 each', async () => {
    const path = join(folder(), 'lock');
    const takers = [new Taker(path, isolated), new Taker(path, isolated)];
    for (const taker of takers) expect(await taker.line()).toBe('ready');
    takers[0]!.go();
    expect(await takers[0]!.line()).toBe('taken');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: 1 });
    takers[1]!.go();
    expect(await takers[1]!.line()).toMatch(/^process 1 .*last sign of life/);
    for (const taker of takers) await taker.finish();
  });
});
