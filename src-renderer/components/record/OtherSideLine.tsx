import type { ReactNode } from 'react';
import { t } from '../../i18n/i18n.ts';
import { readySource } from '../../recording/capture-source.ts';
import { useApp, useOtherSide, useSides } from '../app-context.ts';
import { Icon } from '../Icon.tsx';

/**
 * The state of the other side's sound, before anybody misses it.
 * @param steady keeps the line while the device is opened again
 */
export function OtherSideLine({ steady = false }: { steady?: boolean }) {
  const { status, way, obstacle } = useOtherSide((state) => state);
  const withMicrophone = useSides().includes('user');
  if (obstacle !== null) {
    const reason = t(`otherSide.obstacle.${obstacle}`);
    return (
      <Trouble>
        {withMicrophone
          ? t('otherSide.unavailable', { reason })
          : t('otherSide.unavailableAlone', { reason })}
      </Trouble>
    );
  }
  const shown = (steady ? readySource(status) : undefined) ?? status;
  switch (shown.kind) {
    case 'failed':
      return (
        <Trouble>
          {t(`errors.${shown.error.code}.title`)}. {t(`errors.${shown.error.code}.action`)}
          <ShareButton words={t('otherSide.share')} />
        </Trouble>
      );
    case 'permission_needed':
      return (
        <div className="other-side-line">
          <Hint>{t(`otherSide.needsClick.${way ?? 'device'}`)}</Hint>
          <ShareButton words={t('otherSide.share')} />
        </div>
      );
    case 'ready':
      return (
        <div className="other-side-line">
          <Hint>{t(`otherSide.ready.${way ?? 'device'}`)}</Hint>
          {way === 'picker' && <ShareButton words={t('otherSide.shareOther')} />}
        </div>
      );
    case 'opening':
    case 'checking':
      return (
        <Hint>
          <span className="appears-late">{t('otherSide.opening')}</span>
        </Hint>
      );
  }
}

function Hint({ children }: { children: ReactNode }) {
  return (
    <p className="hint" role="status">
      {children}
    </p>
  );
}

function Trouble({ children }: { children: ReactNode }) {
  return (
    <div className="note note-warn" role="status">
      <Icon name="warning" />
      <div className="note-body">{children}</div>
    </div>
  );
}

function ShareButton({ words }: { words: string }) {
  const app = useApp();
  return (
    <button type="button" onClick={() => app.shareOtherSide()}>
      {words}
    </button>
  );
}
