import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import { t } from '../../i18n/i18n.ts';
import { reportWords } from '../../i18n/report-words.ts';
import { useApp, useLibrary, useSessionChecks } from '../app-context.ts';
import { ConversationPanel } from '../conversation/ConversationPanel.tsx';
import { CaptureReport } from './CaptureReport.tsx';
import { CheckSession } from '../check/CheckSession.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { KeptFiles } from './KeptFiles.tsx';
import { badgeOf } from '../../store/session-files.ts';
import { SessionActions } from './SessionActions.tsx';
import { SessionFiles } from './SessionFiles.tsx';
import { SessionPlayer } from './SessionPlayer.tsx';

export function SessionDetails({ session }: { session: SessionRecord }) {
  const { library } = useApp();
  const problem = useLibrary((state) => state.problems[session.id]);
  const timesChecked = useSessionChecks((state) => state.checks[session.id]?.times);
  const badge = badgeOf(session);
  const report = reportWords(session);
  const reason = session.parts.at(-1)?.reason;
  const running = session.status === 'recording';
  return (
    <div className="session-details">
      {badge !== 'recording' && badge !== 'completed' && (
        <p className="note note-warn">
          {badge === 'interrupted' && reason !== undefined
            ? t(`saved.reason.${reason}`)
            : session.imported && badge === 'recovered'
              ? t('imported.hint')
              : t(`library.statusHint.${badge}`)}
        </p>
      )}
      {!running && <SessionPlayer key={timesChecked} session={session} />}
      {!running && <ConversationPanel session={session} />}
      <CaptureReport words={report} />
      {!running && <SessionFiles session={session} />}
      {session.imported && <KeptFiles sessionId={session.id} imported={session.imported} />}
      {problem && <ErrorNote error={problem} onDismiss={() => library.dismissProblem(session.id)} />}
      {!running && <SessionActions session={session} />}
      {!running && <CheckSession session={session} />}
    </div>
  );
}
