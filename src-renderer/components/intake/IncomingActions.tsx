import type { Examination } from '../../../src-main/contract/intake.ts';
import { t } from '../../i18n/i18n.ts';
import type { IncomingFile } from '../../store/incoming-file.ts';
import { useApp } from '../app-context.ts';
import { Icon } from '../Icon.tsx';
import { useFocusWhenLost } from '../use-window.ts';

interface IncomingActionsProps {
  file: IncomingFile;
  examination: Examination;
  listening: boolean;
  onListen: () => void;
}

export function IncomingActions({ file, examination, listening, onListen }: IncomingActionsProps) {
  const { intake } = useApp();
  const first = useFocusWhenLost<HTMLButtonElement>();
  const { key, name } = file;
  const { verdict, sound } = examination;
  const mendable = verdict === 'mendable';
  const canBeAdded = mendable || verdict === 'whole' || (verdict === 'hopeless' && sound !== null);
  if (!canBeAdded) return null;

  const add = t(verdict === 'hopeless' ? 'intake.addAsIs' : 'intake.add');
  const of = (action: string) => t('intake.of', { action, name });
  const save = async () => {
    const url = await intake.mend(key);
    if (url === undefined) return;
    const link = document.createElement('a');
    link.href = `${url}?download=1`;
    link.download = '';
    link.click();
  };
  return (
    <div className="button-row">
      <button
        ref={first}
        type="button"
        className="primary"
        aria-label={of(add)}
        onClick={() => void intake.add(key)}
      >
        {add}
      </button>
      {mendable && (
        <button type="button" aria-label={of(t('intake.save'))} onClick={() => void save()}>
          <Icon name="download" />
          {t('intake.save')}
        </button>
      )}
      {mendable && !listening && (
        <button type="button" aria-label={of(t('intake.listen'))} onClick={onListen}>
          <Icon name="play" />
          {t('intake.listen')}
        </button>
      )}
    </div>
  );
}
