import { t } from '../../i18n/i18n.ts';
import { useApp, useIntake } from '../app-context.ts';
import { IncomingCard } from './IncomingCard.tsx';

/** Files from outside, until they are added or closed. */
export function IntakeList() {
  const { intake } = useApp();
  const files = useIntake((state) => state.files);
  if (files.length === 0) return null;
  return (
    <section className="intake" aria-labelledby="intake-heading">
      <div className="intake-head">
        <h3 id="intake-heading">{t('intake.heading')}</h3>
        {files.length > 1 && (
          <button type="button" onClick={() => files.forEach(({ key }) => intake.discard(key))}>
            {t('intake.closeAll')}
          </button>
        )}
      </div>
      <ul>
        {files.map((file) => (
          <IncomingCard key={file.key} file={file} />
        ))}
      </ul>
    </section>
  );
}
