export type { InferenceOptions, LayerInference, Switches } from './inference.js';
export { type Branch, branchesOf, type NrmLayer, statisticsName } from './layers.js';
export { type Inference, type Nrm, nrm, pathOf, pathScore, type RenderingPath } from './nrm.js';
export { type NrmConfig, type NrmLayerConfig, nrmConfig, nrmPresets } from './nrmConfig.js';
export type { Rendering } from './rendering.js';
