export { downwardNames, type RenderingOptions } from './downward.js';
export { type HardEmOptions, HardEmStep } from './hardEm.js';
export type { InferenceOptions, LayerInference, Switches } from './inference.js';
export { type Branch, branchesOf, type NrmLayer, statisticsName } from './layers.js';
export { type Inference, type Nrm, nrm, pathOf, pathScore, type RenderingPath } from './nrm.js';
export { type NrmConfig, type NrmLayerConfig, nrmConfig, nrmPresets } from './nrmConfig.js';
export { countPaths, everythingOn, renderFrom } from './renderFrom.js';
export { type Rendering, switchUnits } from './rendering.js';
export { type SignedInferenceOptions, signedInference, signedLogits } from './signedInference.js';
