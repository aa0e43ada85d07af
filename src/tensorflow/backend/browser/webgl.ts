import '@tensorflow/tfjs-backend-webgl';
import { ForeframeError } from '../../../common/errors.js';
import { giveFirstOfEqualMaxima } from '../gpu/firstOfEqualMaxima.js';
import tf from '../tf.js';

/** What is asked of the backend's context: `WEBGL_debug_renderer_info` names the graphics card. */
interface Context {
  getExtension(name: 'WEBGL_debug_renderer_info'): { readonly UNMASKED_RENDERER_WEBGL: number } | null;
  getParameter(name: number): unknown;
}

/**
 * Make WebGL the backend of a page or of its worker.
 * @returns what computes, in words
 * @throws ForeframeError where the browser has no WebGL, or none that keeps 32 bits of a number
 */
export async function loadBrowserWebGl(): Promise<string> {
  giveFirstOfEqualMaxima('webgl');
  // Where there is none, its registration throws what no person can use.
  const works = await tf.setBackend('webgl').catch(() => false);
  if (!works) throw new ForeframeError('this browser has no WebGL: compute on WebAssembly');
  if (!tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED'))
    throw new ForeframeError(
      'WebGL of this device computes with 16 bits, too few to learn: compute on WebAssembly',
    );
  const { gl } = (tf.backend() as tf.KernelBackend & { readonly gpgpu: { readonly gl: Context } }).gpgpu;
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  const card = names ? `, ${gl.getParameter(names.UNMASKED_RENDERER_WEBGL)}` : '';
  return `WebGL ${tf.env().getNumber('WEBGL_VERSION')}${card}`;
}
