export { type DynamicNrm, dynamicNrm, type FilterOptions, type Moment, type Past } from './dynamicNrm.js';
export { type DynamicNrmConfig, dynamicNrmConfig } from './dynamicNrmConfig.js';
export { dynamicNrmModel } from './dynamicNrmModel.js';
export { pathTerms } from './pathTerms.js';
