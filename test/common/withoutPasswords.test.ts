import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ForeframeError } from '../../src/common/errors.js';
import { withoutPasswords } from '../../src/common/text/withoutPasswords.js';

test.each([
  ['rtsp://me:secret@camera:554/1', 'rtsp://camera:554/1'],
  ['cannot read rtsp://me:se@cret@camera/1: 401', 'cannot read rtsp://camera/1: 401'],
  ['mpjpeg:http://me:a/b@camera/1', 'mpjpeg:http://camera/1'],
  ['http://me:two words@camera/1', 'http://camera/1'],
  ["from 'rtsp://me:a@b/c@camera/1':", "from 'rtsp://b/c@camera/1':"],
  ['http://camera/v.mjpg?user=me&pwd=a%20b&fps=5', 'http://camera/v.mjpg?user=me&pwd=***&fps=5'],
  ['srt://camera:9?passphrase=a/b:c', 'srt://camera:9?passphrase=***'],
  ['https://a:1@b/x, https://c:2@d/y', 'https://b/x, https://d/y'],
])('%s', (text, shown) => {
  expect(withoutPasswords(text)).toBe(shown);
  expect(new ForeframeError(text).message).toBe(shown);
});

test.each([
  'http://camera:8080/clip@2x.mp4',
  'rtsp://camera:554: no answer; ask admin@example.org',
  'npm:@scope/videos@1.0.0/a.mp4',
  'me:secret@camera',
  'https://site/@me/video.mp4?t=10',
  'lavfi:testsrc=s=64x64',
])('%s stays as it is', (text) => {
  expect(withoutPasswords(text)).toBe(text);
});

test('no password is left of any address, wherever it stands', () => {
  const word = fc.stringMatching(/^[\w.~!$&'()*+,;=%-]{1,12}$/);
  const secret = fc.stringMatching(/^[\w.~!$&'()*+,;=%:@-]{1,12}$/).map((text) => `«${text}»`);
  const scheme = fc.constantFrom('rtsp', 'http', 'https', 'rtmp', 'srt', 'udp');
  fc.assert(
    fc.property(scheme, word, secret, word, (kind, user, password, path) => {
      const shown = withoutPasswords(`cannot read ${kind}://${user}:${password}@host/${path}: no answer`);
      expect(shown).toBe(withoutPasswords(`cannot read ${kind}://host/${path}: no answer`));
    }),
  );
});
