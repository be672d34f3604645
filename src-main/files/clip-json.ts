import { cutText } from '../contract/cut-text.ts';
import type { JsonBounds } from '../contract/folder-bounds.ts';

export interface ClippedJson {
  readonly value: unknown;
  /** What was left out, one short phrase for each key, such as `title cut from 5000 to 200 characters`. */
  readonly cut: readonly string[];
}

/**
 * Cuts content read from a JSON file to the allowed sizes, before it is used: texts between characters, lists and
 * objects after a number of items. A key that is too large does not affect other keys.
 */
export function clipJson(json: unknown, bounds: JsonBounds): ClippedJson {
  const longest = new Map<string, { length: number; max: number; texts: number }>();
  const leftOut = new Map<string, number>();

  const clipText = (text: string, key: string): string => {
    const max = own(bounds.texts, key) ?? bounds.otherTexts;
    if (text.length <= max) return text;
    const before = longest.get(key) ?? { length: 0, max, texts: 0 };
    longest.set(key, { max, length: Math.max(before.length, text.length), texts: before.texts + 1 });
    return cutText(text, max);
  };

  const firstOf = <T>(items: readonly T[], key: string): readonly T[] => {
    const max = own(bounds.lists, key) ?? bounds.otherLists;
    if (items.length <= max) return items;
    leftOut.set(key, (leftOut.get(key) ?? 0) + items.length - max);
    return items.slice(0, max);
  };

  const clip = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return clipText(value, key);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return firstOf<unknown>(value, key).map((item) => clip(item, key));
    // The values of a table of names have the text limit of their own key.
    const isTable = own(bounds.texts, key) !== undefined;
    return Object.fromEntries(
      firstOf(Object.entries(value), key).map(([name, item]) => [
        isTable ? clipText(name, key) : name,
        clip(item, isTable ? key : name),
      ]),
    );
  };

  const value = clip(json, '');
  const cut = [
    ...[...longest].map(([key, { length, max, texts }]) =>
      texts === 1
        ? `${key} cut from ${length} to ${max} characters`
        : `${texts} × ${key} cut to ${max} characters`,
    ),
    ...[...leftOut].map(([key, count]) => `${key}: ${count} left out`),
  ];
  return { value, cut };
}

/** Keys come from a file, and may be names of properties that every object has. */
function own(bounds: Readonly<Record<string, number>>, key: string): number | undefined {
  return Object.hasOwn(bounds, key) ? bounds[key] : undefined;
}
