/** What a reader has to know about single latent variables to understand their R². */
const HINTS: Readonly<Record<string, string>> = {
  angle:
    'Degrees jump from 180 to −180 where a head looks away from the camera, which no straight line follows: direction, their sine ' +
    'and cosine, does not jump.',
  speed:
    'A single frame says little of it: only that a head which is turned far has turned fast. What is read beyond raw pixels comes from ' +
    'remembered frames.',
};

/** A sentence to add to a caption, or nothing. */
export function hintOn(variable: string): string {
  const hint = HINTS[variable];
  return hint ? ` ${hint}` : '';
}
