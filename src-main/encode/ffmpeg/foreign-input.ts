/**
 * Containers that hold their audio themselves. A playlist or a list of files, by whatever name, would have ffmpeg read
 * other files of this computer, or addresses in the network.
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

/** Options before the `-i` of a file that came from anywhere. */
export const FOREIGN_INPUT = [
  ...['-protocol_whitelist', 'file,subfile'],
  ...['-format_whitelist', DEMUXERS.join(',')],
] as const;
