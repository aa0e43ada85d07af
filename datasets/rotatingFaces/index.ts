export { COMPONENTS, type Faces, type Identity, openFaces } from './openFaces.js';
export type { PictureSize } from './renderHead.js';
export { rotatingFacesDataset, rotatingFacesStaticDataset, tenFacesDataset } from './rotatingFacesDataset.js';
