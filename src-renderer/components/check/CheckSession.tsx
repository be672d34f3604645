import type { FileCheck } from '../../../src-main/contract/repair.ts';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import { t } from '../../i18n/i18n.ts';
import { useApp, useSessionChecks } from '../app-context.ts';
import { ErrorNote } from '../ErrorNote.tsx';
import { Icon } from '../Icon.tsx';

/** Has a session's files checked and mended, and shows the result. */
export function CheckSession({ session }: { session: SessionRecord }) {
  const { checks } = useApp();
  const check = useSessionChecks((state) => state.checks[session.id]);
  const running = check?.running === true;
  return (
    <div className="check">
      <div className="check-start">
        <button
          type="button"
          aria-label={t('check.startOf', { title: session.title })}
          aria-disabled={running}
          onClick={() => void checks.check(session.id)}
        >
          <Icon name="mend" />
          {t('check.start')}
        </button>
        <p className="hint">{t('check.hint')}</p>
      </div>
      <div className="check-results" role="status">
        {running && (
          <p className="task">
            <progress aria-label={t('check.running')} /> {t('check.running')}
          </p>
        )}
        {check?.files && <CheckResults files={check.files} />}
      </div>
      {check?.problem && <ErrorNote error={check.problem} onRetry={() => void checks.check(session.id)} />}
    </div>
  );
}

function CheckResults({ files }: { files: readonly FileCheck[] }) {
  if (files.every(({ outcome }) => outcome === 'whole'))
    return (
      <p className="check-whole">
        <Icon name="disk" /> {t('check.whole', { count: files.length })}
      </p>
    );
  return (
    <ul className="check-files" aria-label={t('check.results')}>
      {files.map((file) => (
        <li key={file.name} data-outcome={file.outcome}>
          <p>
            <strong>{file.name}</strong>: {t(`check.outcome.${file.outcome}`)}. {faultWords(file)}{' '}
            {file.backup !== null && t('check.backup', { name: file.backup })}
          </p>
        </li>
      ))}
    </ul>
  );
}

function faultWords({ faults, outcome }: FileCheck): string {
  const words = faults.map(({ code }) => t(`faults.${code}`)).join(' ');
  return words !== '' && outcome === 'mended' ? t('check.was', { faults: words }) : words;
}
