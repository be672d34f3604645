import { t } from '../../i18n/i18n.ts';
import type { IncomingFile } from '../../store/incoming-file.ts';
import { useApp } from '../app-context.ts';
import { useFocusWhenLost } from '../use-window.ts';

/** The running action on a file, its progress, and a button to cancel it. */
export function IncomingWork({ file }: { file: IncomingFile }) {
  const { intake } = useApp();
  const { key, name, stage, fraction } = file;
  switch (stage) {
    case 'queued':
    case 'receiving':
    case 'examining':
    case 'mending':
    case 'adding': {
      const words = t(`intake.stage.${stage}`);
      return (
        <p className="incoming-work">
          {stage !== 'queued' && (
            <progress aria-label={`${name}: ${words}`} {...(fraction === null ? {} : { value: fraction })} />
          )}
          <span>{words}</span>
          <Cancel name={name} onCancel={() => intake.discard(key)} />
        </p>
      );
    }
    case 'examined':
    case 'added':
    case 'failed':
      return null;
  }
}

function Cancel({ name, onCancel }: { name: string; onCancel: () => void }) {
  const button = useFocusWhenLost<HTMLButtonElement>();
  const action = t('intake.cancel');
  return (
    <button ref={button} type="button" aria-label={t('intake.of', { action, name })} onClick={onCancel}>
      {action}
    </button>
  );
}
