import { useEffect, useRef } from 'react';
import type { Side } from '../../../src-main/contract/audio-format.ts';
import type { LevelReading } from '../../capture/capture.ts';
import { t } from '../../i18n/i18n.ts';
import { readySource } from '../../recording/capture-source.ts';
import { useApp, useMicrophone, useOtherSide } from '../app-context.ts';
import { createClipLight, createPeakHold, FLOOR_DECIBELS, toDecibels, toScale } from './peak-hold.ts';

const SPOKEN_EVERY_MS = 1000;
/** Readings come ten times a second. After this time without one, no sound arrives. */
const STILL_AFTER_MS = 500;
const NO_SOUND: LevelReading = { peak: [0, 0], rms: [0, 0], clipped: false };

/** Level, peak and clipping of every channel. Drawn without React, because readings come ten times a second or more. */
export function LevelMeter({ track = 'user' }: { track?: Side }) {
  const microphone = useMicrophone((state) => state.status);
  const otherSide = useOtherSide((state) => state.status);
  const status = track === 'user' ? microphone : otherSide;
  const channels = readySource(status)?.channels ?? 1;
  // A new device starts from an empty scale.
  return <Meter key={status.kind} track={track} channels={channels} live={status.kind === 'ready'} />;
}

function Meter({ track, channels, live }: { track: Side; channels: 1 | 2; live: boolean }) {
  const levels = useApp().levels[track];
  const words = track === 'user' ? 'microphone' : 'otherSide';
  const root = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = root.current;
    if (element === null || !live) return;
    const paint = createPainter(element);
    let heardAtMs = performance.now();
    const unsubscribe = levels.subscribe((level) => {
      heardAtMs = performance.now();
      paint(level);
    });
    // A source that has stopped must not look like a steady tone.
    const fall = setInterval(() => {
      if (performance.now() - heardAtMs > STILL_AFTER_MS) paint(NO_SOUND);
    }, STILL_AFTER_MS / 2);
    return () => {
      clearInterval(fall);
      unsubscribe();
    };
  }, [levels, live, channels]);

  return (
    <div className="meter" ref={root} data-live={live}>
      <div className="meter-bars">
        {channels === 2 ? (
          <>
            <Bar name={t(`${words}.levelOf`, { side: t('microphone.left') })} />
            <Bar name={t(`${words}.levelOf`, { side: t('microphone.right') })} />
          </>
        ) : (
          <Bar name={t(`${words}.level`)} />
        )}
      </div>
      <span className="clip-light" title={t(`${words}.clipping`)}>
        {t('microphone.clip')}
      </span>
    </div>
  );
}

function Bar({ name }: { name: string }) {
  return (
    <div
      className="meter-bar"
      role="meter"
      aria-label={name}
      aria-valuemin={FLOOR_DECIBELS}
      aria-valuemax={0}
      aria-valuenow={FLOOR_DECIBELS}
    >
      <div className="meter-fill" />
      <div className="meter-peak" />
    </div>
  );
}

function createPainter(root: HTMLElement): (level: LevelReading) => void {
  const bars = [...root.querySelectorAll<HTMLElement>('.meter-bar')];
  const holds = bars.map(() => createPeakHold());
  const clipLight = createClipLight();
  let spokenAtMs = -SPOKEN_EVERY_MS;
  return (level) => {
    const nowMs = performance.now();
    const speaks = nowMs - spokenAtMs >= SPOKEN_EVERY_MS;
    if (speaks) spokenAtMs = nowMs;
    bars.forEach((bar, channel) => {
      const decibels = toDecibels(level.peak[channel] ?? 0);
      bar.style.setProperty('--level', String(toScale(decibels)));
      bar.style.setProperty('--peak', String(toScale(holds[channel]?.(decibels, nowMs) ?? decibels)));
      if (!speaks) return;
      bar.setAttribute('aria-valuenow', String(Math.round(decibels)));
      bar.setAttribute('aria-valuetext', t('microphone.decibels', { value: Math.round(decibels) }));
    });
    root.dataset['clipped'] = String(clipLight(level.clipped, nowMs));
  };
}
