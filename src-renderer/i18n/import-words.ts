import type { Imported } from '../../src-main/contract/session-record.ts';
import { t } from './i18n.ts';

/** What a screen says of how whole a recording is. */
export interface ReportWords {
  /** What the gist is about; what was captured, where absent. */
  readonly label?: string;
  readonly whole: boolean;
  /** Set where the file holds all that came, but the microphone sent digital silence. */
  readonly onlyMuted?: true;
  /** The gist in one line. */
  readonly text: string;
  /** The rest, a line each: where several stretches are missing, or more than one thing happened. */
  readonly details: readonly string[];
}

/** Of a session that was made of a file: what it was made of. What is missing from it nobody here can know. */
export function importWords({ name, mended, faults, source, dated_by: datedBy }: Imported): ReportWords {
  return {
    label: t('imported.label'),
    whole: true,
    text: t(mended ? 'imported.mended' : 'imported.asItIs', { name }),
    details: [
      ...(datedBy === undefined ? [] : [t(`imported.dated.${datedBy}`)]),
      ...faults.map((code) => t(`faults.${code}`)),
      ...sourceWords(source),
    ],
  };
}

/** Which of a file's sounds it is, and what was done to it, where that is not plain. */
function sourceWords(source: Imported['source']): string[] {
  if (source === undefined) return [];
  const { track, tracks, passed_over: passedOver, mixed_channels: channels, scaled_db: decibels } = source;
  return [
    ...(tracks > 1 ? [t('imported.track', { track, tracks })] : []),
    ...passedOver.map((each) => t(`imported.passedOver.${each.reason}`, { track: each.track })),
    ...(channels === undefined ? [] : [t('imported.mixedChannels', { channels })]),
    ...(decibels === undefined ? [] : [t('imported.scaled', { decibels: -decibels })]),
  ];
}
