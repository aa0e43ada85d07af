/** What a reader has to know about some latent variables to understand their R². */
const HINTS: Readonly<Record<string, string>> = {
  angle:
    'Degrees jump from 180 to −180 where a head looks away from the camera; a linear probe cannot follow that. Direction (sine ' +
    'and cosine of the angle) does not jump.',
  speed:
    'A single frame shows little of it: a head that is turned far has turned fast. What is read beyond raw pixels comes from ' +
    'earlier frames.',
};

/** A sentence to add to a caption, or nothing. */
export function hintOn(variable: string): string {
  const hint = HINTS[variable];
  return hint ? ` ${hint}` : '';
}
