import type { RefObject } from 'react';
import { t } from '../../i18n/i18n.ts';
import { useApp, useMicrophone, useRecording, useSides } from '../app-context.ts';
import { ErrorNote } from '../ErrorNote.tsx';
import { Icon } from '../Icon.tsx';
import { MicrophoneProblem } from './MicrophoneProblem.tsx';
import { PermissionNeeded } from './PermissionNeeded.tsx';
import { ReadyPanel } from './ReadyPanel.tsx';
import { RecordingPanel } from './RecordingPanel.tsx';
import { RescuedNote } from './RescuedNote.tsx';
import { SavedCard } from './SavedCard.tsx';
import { WithoutMicrophone } from './WithoutMicrophone.tsx';

/** What still prevents a recording, one problem at a time. */
export function RecordPanel({ titleField }: { titleField: RefObject<HTMLInputElement | null> }) {
  const app = useApp();
  const phase = useRecording((state) => state.phase);
  const saved = useRecording((state) => state.saved);
  const problem = useRecording((state) => state.problem);
  const rescued = useRecording((state) => state.rescued);
  const microphone = useMicrophone((state) => state.status);
  const needsMicrophone = useSides().includes('user');

  return (
    <section className="pane record-pane" aria-label={t('record.heading')}>
      {problem && <ErrorNote error={problem} onDismiss={() => app.recorder.dismissOutcome()} />}
      {rescued && <RescuedNote rescued={rescued} />}
      {phase !== 'idle' ? (
        <RecordingPanel />
      ) : (
        <>
          <Elsewhere />
          {saved && <SavedCard key={saved.session_id} saved={saved} />}
          {!needsMicrophone ? (
            <ReadyPanel titleField={titleField} />
          ) : microphone.kind === 'failed' ? (
            <>
              <MicrophoneProblem error={microphone.error} />
              <WithoutMicrophone />
            </>
          ) : microphone.kind === 'permission_needed' ? (
            <>
              <PermissionNeeded />
              <WithoutMicrophone />
            </>
          ) : (
            <ReadyPanel titleField={titleField} />
          )}
        </>
      )}
    </section>
  );
}

/** Two windows may record at once: the second one mentions the first. */
function Elsewhere() {
  const elsewhere = useRecording((state) => state.elsewhere > 0);
  return (
    <div className="warning-slot" role="status">
      {elsewhere && (
        <div className="note">
          <Icon name="microphone" />
          <p className="note-body">{t('record.elsewhere')}</p>
        </div>
      )}
    </div>
  );
}
