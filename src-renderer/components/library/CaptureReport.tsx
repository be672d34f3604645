import type { ReportWords } from '../../i18n/import-words.ts';
import { t } from '../../i18n/i18n.ts';

/** What was captured and what is missing, the summary first. */
export function CaptureReport({ words }: { words: ReportWords }) {
  return (
    <div className="report" data-whole={words.whole}>
      <p>
        {words.label ?? t('session.report')}: <strong>{words.text}</strong>
      </p>
      <ReportDetails lines={words.details} />
    </div>
  );
}

export function ReportDetails({ lines }: { lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <ul className="report-details">
      {lines.map((line, index) => (
        <li key={index}>{line}</li>
      ))}
    </ul>
  );
}
