import { useEffect, useRef } from 'react';
import { sessionMs } from '../../../src-main/contract/session-time.ts';
import { sampleRateOf, type SessionRecord } from '../../../src-main/contract/session-record.ts';
import { t } from '../../i18n/i18n.ts';
import { clockText } from '../../i18n/quantities.ts';
import type { App } from '../../store/app.ts';
import { useApp, usePlayer } from '../app-context.ts';
import { fileName, mainFile } from '../../store/session-files.ts';

/** The browser's own player, one part at a time, with the markers as links. */
export function SessionPlayer({ session }: { session: SessionRecord }) {
  const app = useApp();
  const { player } = app;
  const part = usePlayer((state) => (state.sessionId === session.id ? state.part : 1));
  const audio = useRef<HTMLAudioElement>(null);
  const path = usePlayer((state) => (state.sessionId === session.id ? state.filePath : null));
  const file = session.files.find((candidate) => candidate.file_path === path) ?? mainFile(session, part);
  const sampleRate = sampleRateOf(session, part);
  const markers = session.markers.filter((marker) => marker.part === part);

  useEffect(() => {
    player.load(session);
  }, [player, session]);
  useEffect(() => {
    const element = audio.current;
    return element === null || path === null ? undefined : follow(path, element, player);
  }, [player, path]);

  return (
    <>
      {session.parts.length > 1 && (
        <div className="button-row" role="group">
          {session.parts.map(({ part: number }) => (
            <button
              key={number}
              type="button"
              aria-pressed={part === number}
              onClick={() => player.choosePart(number)}
            >
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
                  onClick={() => player.playFrom(sessionMs(session, marker))}
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

/** Reports the element's position: at every drawn frame, and now and then while the page is not drawn. */
function follow(filePath: string, element: HTMLAudioElement, player: App['player']): () => void {
  let drawing = 0;
  const draw = () => {
    player.look();
    if (!element.paused) drawing = requestAnimationFrame(draw);
  };
  const events = ['play', 'pause', 'seeked', 'timeupdate', 'ended'] as const;
  const onEvent = () => {
    cancelAnimationFrame(drawing);
    draw();
  };
  for (const name of events) element.addEventListener(name, onEvent);
  const detach = player.attach(filePath, element);
  return () => {
    detach();
    cancelAnimationFrame(drawing);
    for (const name of events) element.removeEventListener(name, onEvent);
  };
}
