/** No file system allows longer names. */
const MAX_CHARACTERS = 255;

/**
 * True for a plain file name that leads to no other folder on any system. It may be a name of ours that a sync
 * service or a file manager has changed, so every listed file can be asked for. Hidden names, such as `.owner`, are
 * refused.
 */
export function isFileName(name: string): boolean {
  return name.length <= MAX_CHARACTERS && /^[^./\\:\p{Cc}][^/\\:\p{Cc}]*$/u.test(name);
}
