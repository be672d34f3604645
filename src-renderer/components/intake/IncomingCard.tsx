import { useState } from 'react';
import type { Examination, MendedFile } from '../../../src-main/contract/intake.ts';
import { t } from '../../i18n/i18n.ts';
import { bytesText } from '../../i18n/quantities.ts';
import { type IncomingFile, isUnderWay } from '../../store/incoming-file.ts';
import { useApp } from '../app-context.ts';
import { ErrorNote } from '../ErrorNote.tsx';
import { Icon } from '../Icon.tsx';
import { AddedNote } from './AddedNote.tsx';
import { ExaminationWords } from './ExaminationWords.tsx';
import { IncomingActions } from './IncomingActions.tsx';
import { IncomingWork } from './IncomingWork.tsx';
import { SoundChoice } from './SoundChoice.tsx';

/** One incoming file: its progress, its kind, and what can be done with it. */
export function IncomingCard({ file }: { file: IncomingFile }) {
  const { intake } = useApp();
  const { key, name, byteSize, stage, examination, problem, mended } = file;
  // A user who says that the file has another rate is asked again.
  const [listenedTo, setListenedTo] = useState<Examination | null>(null);
  const listening = mended !== null && listenedTo === examination;
  return (
    <li className="incoming" data-stage={stage}>
      <div className="incoming-head">
        <p className="incoming-name">
          <strong>{name}</strong> {byteSize > 0 && <span className="meta">{bytesText(byteSize)}</span>}
        </p>
        {!isUnderWay(file) && (
          <button
            type="button"
            className="icon-button"
            aria-label={t('intake.close', { name })}
            onClick={() => intake.discard(key)}
          >
            <Icon name="close" />
          </button>
        )}
      </div>
      {stage === 'added' ? (
        <AddedNote file={file} />
      ) : (
        examination && <ExaminationWords examination={examination} />
      )}
      <div className="incoming-status" role="status">
        <IncomingWork file={file} />
      </div>
      {problem && <ErrorNote error={problem} />}
      {examination && stage === 'examined' && (
        <>
          <SoundChoice file={file} examination={examination} />
          {listening && (
            <audio controls autoPlay aria-label={t('intake.player', { name })} src={addressOf(mended)} />
          )}
          <IncomingActions
            file={file}
            examination={examination}
            listening={listening}
            onListen={() => {
              setListenedTo(examination);
              void intake.mend(key);
            }}
          />
        </>
      )}
    </li>
  );
}

/** Browsers cache what they play by its address: a copy mended in another way needs a new address. */
function addressOf({ url, sound }: MendedFile): string {
  return `${url}?as=${sound?.sample_rate ?? 0}x${sound?.channels ?? 0}`;
}
