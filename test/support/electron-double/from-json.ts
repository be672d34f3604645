/** Parses what another part of the double wrote: both ends are in this folder, so the shape is taken on trust. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- named by the caller, who knows it
export function fromJson<Shape>(text: string): Shape {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-return -- see above
  return JSON.parse(text);
}
