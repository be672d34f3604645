/** Signatures of other kinds of file: their position, their bytes, and the kind with its article. */
const SIGNATURES: readonly (readonly [offset: number, bytes: string, kind: string])[] = [
  [4, 'ftyp', 'an MP4'],
  [4, 'moof', 'an MP4'],
  [0, 'ID3', 'an MP3'],
  [0, 'OggS', 'an Ogg'],
  [0, 'fLaC', 'a FLAC'],
  [0, '\x1a\x45\xdf\xa3', 'a WebM'],
  [0, 'SQLite format 3\0', 'a database'],
  [0, '%PDF', 'a PDF'],
  [0, '\x89PNG', 'a picture'],
  [0, 'PK\x03\x04', 'an archive'],
];

/** The other kind of file that this is in place of a WAV, where its first bytes leave no doubt. */
export function otherKindOf(head: Buffer): string | undefined {
  return SIGNATURES.find(
    ([offset, bytes]) => head.toString('latin1', offset, offset + bytes.length) === bytes,
  )?.[2];
}
