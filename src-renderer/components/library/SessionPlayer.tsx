import { useState, type RefObject } from 'react';
import { sampleRateOf, type SessionRecord } from '../../../src-main/contract/session-record.ts';
import { t } from '../../i18n/i18n.ts';
import { clockText } from '../../i18n/quantities.ts';
import { useApp } from '../app-context.ts';
import { fileName, mainFile } from './session-files.ts';

interface SessionPlayerProps {
  session: SessionRecord;
  audio: RefObject<HTMLAudioElement | null>;
  playsAtOnce: boolean;
}

/** The browser's own player, one part at a time, with the markers as places to go to. */
export function SessionPlayer({ session, audio, playsAtOnce }: SessionPlayerProps) {
  const app = useApp();
  const [part, setPart] = useState(1);
  const file = mainFile(session, part);
  const sampleRate = sampleRateOf(session, part);
  const markers = session.markers.filter((marker) => marker.part === part);

  return (
    <>
      {session.parts.length > 1 && (
        <div className="button-row" role="group">
          {session.parts.map(({ part: number }) => (
            <button key={number} type="button" aria-pressed={part === number} onClick={() => setPart(number)}>
              {t('session.part', { part: number })}
            </button>
          ))}
        </div>
      )}
      {file && (
        <audio
          key={file.file_path}
          ref={audio}
          controls
          preload="metadata"
          autoPlay={playsAtOnce}
          aria-label={t('library.play', { title: session.title })}
          src={app.fileHref(session.id, fileName(file))}
        />
      )}
      {file && markers.length > 0 && (
        <ul className="markers" aria-label={t('session.markers')}>
          {markers.map((marker, index) => {
            const time = clockText(marker.frame / sampleRate);
            const label = marker.label === '' ? t('session.marker', { number: index + 1 }) : marker.label;
            return (
              <li key={`${marker.frame}-${index}`}>
                <button
                  type="button"
                  aria-label={t('session.jumpTo', { time, label })}
                  onClick={() => playFrom(audio.current, marker.frame / sampleRate)}
                >
                  <span className="time">{time}</span> {label}
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </>
  );
}

function playFrom(audio: HTMLAudioElement | null, seconds: number): void {
  if (audio === null) return;
  audio.currentTime = seconds;
  void audio.play();
}
