import { useRef, useState } from 'react';
import type { Track } from '../../../src-main/contract/audio-format.ts';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import {
  type TranscriptExportFormat,
  transcriptExportFormatSchema,
} from '../../../src-main/contract/transcript.ts';
import { t } from '../../i18n/i18n.ts';
import { speakerOfTrack } from '../../i18n/track-words.ts';
import { importedTextWords } from '../../i18n/imported-text-words.ts';
import { useApp, useConversation } from '../app-context.ts';
import { downloadFile } from '../download-file.ts';

const ACCEPTED =
  '.srt,.vtt,.sbv,.ass,.ssa,.json,.jsonl,.tsv,.csv,.txt,text/vtt,application/x-subrip,application/json,text/plain';

/** Exports text to other programs, and imports it. */
export function TextFiles({ session }: { session: SessionRecord }) {
  const hasText = useConversation((state) => state.lines.some(({ text }) => text !== null));
  const [news, setNews] = useState('');
  return (
    <div className="text-files">
      {hasText && <ExportText onNews={setNews} />}
      <ImportText tracks={session.tracks} onNews={setNews} />
      <p className="hint" role="status">
        {news}
      </p>
    </div>
  );
}

interface NewsProps {
  onNews: (news: string) => void;
}

function ExportText({ onNews }: NewsProps) {
  const { conversation } = useApp();
  const [format, setFormat] = useState<TranscriptExportFormat>('srt');
  const save = async () => {
    onNews('');
    const file = await conversation.exportText(format);
    if (file === null) return;
    const content = new Blob([file.text], { type: file.media_type });
    downloadFile({ name: file.file_name, content });
    onNews(t('conversation.exported', { name: file.file_name }));
  };
  return (
    <div className="text-file">
      <label>
        <span>{t('conversation.exportAs')}</span>
        <select
          value={format}
          onChange={(event) => setFormat(transcriptExportFormatSchema.parse(event.target.value))}
        >
          {transcriptExportFormatSchema.options.map((option) => (
            <option key={option} value={option}>
              {t(`conversation.formats.${option}`)}
            </option>
          ))}
        </select>
      </label>
      <button type="button" onClick={() => void save()}>
        {t('conversation.export')}
      </button>
    </div>
  );
}

function ImportText({ tracks, onNews }: NewsProps & { tracks: readonly Track[] }) {
  const { conversation } = useApp();
  const input = useRef<HTMLInputElement>(null);
  const side = useRef<HTMLSelectElement>(null);
  const take = async (file: File | undefined) => {
    const role = tracks.find((track) => track === side.current?.value) ?? tracks[0];
    if (file === undefined || role === undefined) return;
    onNews('');
    const count = await conversation.importText(file, role);
    if (count === null) return;
    const said = conversation.store.getState().lastImport;
    onNews([t('conversation.imported', { count, name: file.name }), ...importedTextWords(said)].join(' '));
  };
  return (
    <div className="text-file">
      {tracks.length > 1 && (
        <label>
          <span>{t('conversation.importFor')}</span>
          <select ref={side}>
            {tracks.map((track) => (
              <option key={track} value={track}>
                {speakerOfTrack(track)}
              </option>
            ))}
          </select>
        </label>
      )}
      <button type="button" onClick={() => input.current?.click()}>
        {t('conversation.import')}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept={ACCEPTED}
        aria-label={t('conversation.import')}
        onChange={(event) => {
          void take(event.target.files?.[0]);
          // So that the same file can be chosen once more.
          event.target.value = '';
        }}
      />
    </div>
  );
}
