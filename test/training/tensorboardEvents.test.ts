import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ForeframeError } from '../../src/common/errors.js';
import { crc32c, TensorBoardWriter, tfRecord } from '../../src/runs/tensorboardEvents.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreframe-events-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The data of every record, each frame checked against `tfRecord`, whose checksums have frozen answers below. */
function records(path: string): Buffer[] {
  const bytes = readFileSync(path);
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(bytes.subarray(at, at + 16 + length)).toEqual(Buffer.from(tfRecord(data)));
    found.push(data);
    at += 16 + length;
  }
  return found;
}

describe('checksums', () => {
  // RFC 3720, appendix B.4, and the check value of CRC-32C.
  it.each([
    ['123456789', Buffer.from('123456789'), 0xe3069283],
    ['nothing', Buffer.alloc(0), 0],
    ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
    ['32 ones', Buffer.alloc(32, 255), 0x62a8ab43],
    ['0 to 31', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
  ])('CRC-32C of %s', (_, data, answer) => {
    expect(crc32c(data)).toBe(answer);
  });

  it('frames a record as TensorBoard does', () => {
    // Computed by masked_crc32c of Python's tensorboard package.
    expect(Buffer.from(tfRecord(Buffer.from('foreframe'))).toString('hex')).toBe(
      '090000000000000037f97139666f72656672616d659b6b3265',
    );
  });
});

describe('TensorBoardWriter', () => {
  it('writes the version first, then scalars and pictures', () => {
    const writer = new TensorBoardWriter(join(folder, 'new', 'events'));
    writer.scalar('loss/train', 0.25, 300, 1.5);
    writer.image('samples', Buffer.from('PNG'), 2, 3, 2 ** 40, 1.5);
    writer.close();
    const [version, scalar, image, ...rest] = records(writer.path).map((data) => data.toString('hex'));
    expect(rest).toEqual([]);
    expect(version).toMatch(/^09.{16}1a0d/);
    expect(Buffer.from(version!, 'hex').toString('latin1')).toContain('brain.Event:2');
    const time = '09000000000000f83f';
    const tag = Buffer.from('loss/train').toString('hex');
    expect(scalar).toBe(`${time}10ac022a130a110a0a${tag}150000803e`);
    const picture = `080310021803220350${Buffer.from('NG').toString('hex')}`;
    expect(image).toBe(
      `${time}10808080808020` + `2a180a160a07${Buffer.from('samples').toString('hex')}220b${picture}`,
    );
  });

  it("writes settings as TensorBoard's table of hyperparameters reads them", () => {
    const writer = new TensorBoardWriter(folder);
    const settings = { 'training.learningRate': 0.001, 'method.name': 'next-frame', 'data.still': false };
    writer.hparams(settings, 1.5);
    writer.close();
    // Read by Python's tensorboard 2.21: EventMultiplexer, then the plugin's get_experiment and list_session_groups.
    const text = (word: string) => Buffer.from(word).toString('hex');
    const [rate, method, still] = [
      `0a220a15${text('training.learningRate')}120911fca9f1d24d62503f`,
      `0a1b0a0b${text('method.name')}120c1a0a${text('next-frame')}`,
      `0a100a0a${text('data.still')}12022000`,
    ];
    const session = `${rate}${method}${still}29000000000000f83f`;
    const content = `08001a${(session.length / 2).toString(16)}${session}`;
    const plugin = `0a07${text('hparams')}` + `12${(content.length / 2).toString(16)}${content}`;
    const record = records(writer.path)[1]!.toString('hex');
    expect(record.startsWith('09000000000000f83f1000')).toBe(true);
    expect(record).toContain(`0a1c${text('_hparams_/session_start_info')}42080801120412020800`);
    expect(record.endsWith(plugin)).toBe(true);
  });

  it('tells TensorBoard from which step on an earlier file is out of date', () => {
    const writer = new TensorBoardWriter(folder, { purgeStep: 301 });
    writer.close();
    expect(records(writer.path)[1]!.subarray(9).toString('hex')).toBe('10ad023a020801');
  });

  it('sorts a resumed run after every earlier file, even one from the same second', () => {
    const writers = [0, 1, 2].map(() => new TensorBoardWriter(folder));
    for (const writer of writers) writer.close();
    const names = readdirSync(folder).sort();
    expect(names.map((name) => join(folder, name))).toEqual(writers.map(({ path }) => path));
    expect(names[0]).toMatch(/^events\.out\.tfevents\.\d{10}\.[A-Za-z0-9._-]+\.\d+$/);
  });

  it('keeps records in memory until they are flushed or many', () => {
    const writer = new TensorBoardWriter(folder);
    writer.scalar('a', 1, 1);
    expect(records(writer.path)).toHaveLength(1);
    writer.flush();
    expect(records(writer.path)).toHaveLength(2);
    for (let step = 2; step < 1000; step++) writer.scalar('a', 1, step);
    expect(records(writer.path).length).toBeGreaterThan(500);
    writer.close();
    expect(records(writer.path)).toHaveLength(1000);
  });

  it('names the place where it cannot write', () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    expect(() => new TensorBoardWriter(path)).toThrow(ForeframeError);
    expect(() => new TensorBoardWriter(path)).toThrow(`cannot write ${path}`);
  });
});
