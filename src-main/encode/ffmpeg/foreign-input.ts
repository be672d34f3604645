/**
 * Containers that hold their audio themselves. A playlist or a list of files, under any name, would make ffmpeg read
 * other files of this computer, or network addresses.
 */
const DEMUXERS = [
  ...[
    'wav',
    'w64',
    'aiff',
    'au',
    'caf',
    'flac',
    'mp3',
    'aac',
    'ogg',
    'matroska',
    'webm',
    'mov',
    'mp4',
    'm4a',
  ],
  ...['3gp', 'amr', 'asf', 'wv', 'ape', 'tta', 'ac3', 'eac3', 'avi', 'mpegts', 'mpeg'],
];

/** Options before the `-i` of a file from outside. */
export const FOREIGN_INPUT = [
  ...['-protocol_whitelist', 'file,subfile'],
  ...['-format_whitelist', DEMUXERS.join(',')],
] as const;
