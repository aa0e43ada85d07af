import { AttrType, nativeBackend, nativeOp, typeAttr } from '../backend/native.js';
import tf, { type Tensor } from '../backend/tf.js';

/** tfjs' own cuts the border off and ignores what was mirrored there, which is silently wrong. */
export function mirrorPadGradient(own: tf.GradConfig): tf.GradConfig {
  return {
    ...own,
    gradFunc: (dy, saved, attrs) => {
      if (!nativeBackend()) return own.gradFunc(dy, saved, attrs);
      const { paddings, mode } = attrs as unknown as Padding;
      // Linear: its gradient's gradient is the padding itself.
      const summed = tf.customGrad((large) => ({
        value: nativeOp(
          'MirrorPadGrad',
          [large as Tensor, tf.tensor2d(paddings, undefined, 'int32')],
          [
            typeAttr('T', 'float32'),
            typeAttr('Tpaddings', 'int32'),
            { name: 'mode', type: AttrType.string, value: mode.toUpperCase() },
          ],
        ),
        gradFunc: (g: Tensor) => tf.mirrorPad(g, paddings, mode),
      }));
      return { x: () => summed(dy as Tensor) };
    },
  };
}

interface Padding {
  readonly paddings: [number, number][];
  readonly mode: 'reflect' | 'symmetric';
}
