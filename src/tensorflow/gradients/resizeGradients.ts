import { AttrType, nativeOp, typeAttr } from '../backend/native.js';
import tf, { type Tensor } from '../backend/tf.js';

/**
 * The kernels of resizing's gradients for native TensorFlow: tfjs-node's own do not pass `halfPixelCenters` on, and silently give
 * other gradients.
 */
export const resizeGradients: readonly tf.KernelConfig[] = [
  kernel('ResizeBilinearGrad', (images) => images),
  kernel('ResizeNearestNeighborGrad', ({ shape }) => tf.tensor1d(shape.slice(1, 3), 'int32')),
];

function kernel(kernelName: string, second: (images: Tensor) => Tensor): tf.KernelConfig {
  return {
    kernelName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) => {
      const [dy, images] = [inputs.dy as Tensor, inputs.images as Tensor];
      const flags = [
        { name: 'align_corners', type: AttrType.bool, value: Boolean(attrs?.alignCorners) },
        { name: 'half_pixel_centers', type: AttrType.bool, value: Boolean(attrs?.halfPixelCenters) },
      ];
      return tf.tidy(() => nativeOp(kernelName, [dy, second(images)], [typeAttr('T', 'float32'), ...flags]));
    },
  };
}
