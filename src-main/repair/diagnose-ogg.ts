import type { ByteSource } from './byte-source.ts';
import type { Finding } from './finding.ts';

/** The largest page (RFC 3533): head, segment table and 255 segments of 255 bytes. */
const MAX_PAGE_BYTES = 27 + 255 + 255 * 255;
const LAST_PAGE = 4;

/** Examines a file that begins as Ogg; undefined for any other. */
export async function diagnoseOgg(source: ByteSource): Promise<Finding | undefined> {
  if ((await source.read(0, 4)).toString('latin1') !== 'OggS') return undefined;
  const areaStart = Math.max(0, source.size - 2 * MAX_PAGE_BYTES);
  const area = await source.read(areaStart, source.size - areaStart);
  let position = area.indexOf('OggS', 0, 'latin1');
  let flags = 0;
  while (position >= 0 && position < area.length) {
    const end = pageEnd(area, position);
    if (end === undefined) break;
    flags = area[position + 5] ?? 0;
    position = end;
  }
  const left = position < 0 ? source.size : area.length - position;
  if (left === 0 && (flags & LAST_PAGE) !== 0) return { kind: 'ogg', faults: [] };
  const message =
    left === 0
      ? 'it is cut off: the page that ends it is missing'
      : `it is cut off: ${left} bytes of a page are left`;
  return {
    kind: 'ogg',
    faults: [{ code: 'truncated', message }],
    action: 'copy the audio that is there into a whole file',
    cure: { kind: 'remux', container: 'ogg' },
  };
}

function pageEnd(area: Buffer, start: number): number | undefined {
  if (area.toString('latin1', start, start + 4) !== 'OggS') return undefined;
  const segments = area[start + 26];
  if (segments === undefined || start + 27 + segments > area.length) return undefined;
  const table = area.subarray(start + 27, start + 27 + segments);
  const end = start + 27 + segments + table.reduce((sum, length) => sum + length, 0);
  return end > area.length ? undefined : end;
}
