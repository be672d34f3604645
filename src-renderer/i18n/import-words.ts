import type { Imported } from '../../src-main/contract/session-record.ts';
import { t } from './i18n.ts';
import type { ReportWords } from './report-words.ts';

/** Of a session that was made of a file: what it was made of. What is missing from it nobody here can know. */
export function importWords({ name, mended, faults }: Imported): ReportWords {
  return {
    label: t('imported.label'),
    whole: true,
    text: t(mended ? 'imported.mended' : 'imported.asItIs', { name }),
    details: faults.map((code) => t(`faults.${code}`)),
  };
}
