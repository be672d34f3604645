/** Longer is no name of a file anywhere. */
const MAX_CHARACTERS = 255;

/**
 * True for the name of a file in a folder, which leads nowhere else on any system. What a sync service or a file manager
 * makes of a name of ours is one, so what is listed can be asked for; what is not to be seen, as `.owner`, is none.
 */
export function isFileName(name: string): boolean {
  return name.length <= MAX_CHARACTERS && /^[^./\\:\p{Cc}][^/\\:\p{Cc}]*$/u.test(name);
}
