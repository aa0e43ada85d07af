/** ONNX cannot say what a graph does. The message goes into a sentence, behind whose graph it is. */
export class Untranslatable extends Error {}
