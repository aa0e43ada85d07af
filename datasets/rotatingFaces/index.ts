export { COMPONENTS, type Faces, type Identity, openFaces } from './openFaces.js';
export type { ImageSize } from './renderHead.js';
export { rotatingFacesDataset, rotatingFacesStaticDataset, tenFacesDataset } from './rotatingFacesDataset.js';
