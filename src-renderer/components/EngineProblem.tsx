import type { WireError } from '../../src-main/contract/errors.ts';
import { t } from '../i18n/i18n.ts';
import { useApp } from './app-context.ts';
import { Icon } from './Icon.tsx';

/** Nothing works without the engine, so this takes the whole window. */
export function EngineProblem({ error }: { error: WireError }) {
  const app = useApp();
  const unreachable = error.code === 'CONNECTION_LOST';
  return (
    <main className="full-screen">
      <div role="alert">
        <Icon name="plug" />
        <h1>{unreachable ? t('problem.engine.title') : t(`errors.${error.code}.title`)}</h1>
        <p>{unreachable ? t(`problem.engine.${app.shell}`) : t(`errors.${error.code}.action`)}</p>
        <button type="button" className="primary" onClick={() => void app.start()}>
          {t('common.tryAgain')}
        </button>
        <p className="hint">{t('problem.whatHappened', { message: error.message })}</p>
      </div>
    </main>
  );
}
