import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ForeframeError, InterruptedError, UsageError } from '../../src/common/errors.js';
import { anyCharacter } from '../anyCharacter.js';

describe('the message of an error', () => {
  it('is one line, whatever names it was made of', () => {
    expect(new ForeframeError('clips.csv has no column path: is it "path\r\n"?').message).toBe(
      'clips.csv has no column path: is it "path "?',
    );
    expect(new UsageError('no layer \u001b[2Jh\u2028i').message).toBe('no layer \ufffd[2Jh i');
    expect(new InterruptedError('stopped  at step 3').message).toBe('stopped  at step 3');
    expect(new ForeframeError().message).toBe('');
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        const { message } = new ForeframeError(text);
        expect(message).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(new ForeframeError(message).message).toBe(message);
      }),
    );
  });
});
