import type { Imported } from '../../src-main/contract/session-record.ts';
import { t } from './i18n.ts';
import type { ReportWords } from './report-words.ts';

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
