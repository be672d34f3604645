import type { ChapterSpan } from './chapters.ts';

/**
 * An ID3v2.3 tag of chapters: CHAP frames listed by one CTOC frame (id3.org, "ID3v2 Chapter Frame Addendum").
 * Empty where there are none.
 */
export function id3Chapters(spans: readonly ChapterSpan[]): Uint8Array<ArrayBuffer> {
  // CTOC counts its entries in one byte.
  const listed = spans.slice(0, 255);
  if (listed.length === 0) return new Uint8Array();
  const ids = listed.map((_, index) => text(`ch${index}\0`));
  const contents = frame('CTOC', [text('toc\0'), [0b11, listed.length], ...ids]);
  const chapters = listed.map((span, index) =>
    frame('CHAP', [
      ids[index] ?? [],
      ...[uint32(span.startMs), uint32(span.endMs)],
      // Byte offsets are unknown: the times hold.
      ...[uint32(0xffff_ffff), uint32(0xffff_ffff)],
      frame('TIT2', [[1, 0xff, 0xfe], utf16(span.label)]),
    ]),
  );
  const body = [contents, ...chapters].flat();
  return Uint8Array.from([...text('ID3'), 3, 0, 0, ...synchsafe(body.length), ...body]);
}

function frame(id: string, parts: readonly (readonly number[])[]): number[] {
  const body = parts.flat();
  return [...text(id), ...uint32(body.length), 0, 0, ...body];
}

function text(characters: string): number[] {
  return [...new TextEncoder().encode(characters)];
}

function utf16(characters: string): number[] {
  const units = Array.from({ length: characters.length }, (_, index) => characters.charCodeAt(index));
  return units.flatMap((unit) => [unit & 0xff, unit >> 8]);
}

function uint32(value: number): number[] {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
}

/** Seven bits a byte, so that the size never looks like the start of an MP3 frame. */
function synchsafe(value: number): number[] {
  return [21, 14, 7, 0].map((shift) => (value >>> shift) & 0x7f);
}
