import type { KeyboardEvent, PointerEvent } from 'react';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import { t } from '../../i18n/i18n.ts';
import { clockText } from '../../i18n/quantities.ts';
import { useApp, useConversation, usePlayer } from '../app-context.ts';
import { waveformPath } from './waveform-path.ts';

const WIDTH = 1000;
const LANE_HEIGHT = 40;
const STEP_MS = 5000;

/** The session's loudness, a lane for each side. A click or the arrow keys play from there. */
export function Waveform({ session }: { session: SessionRecord }) {
  const { player } = useApp();
  const durationMs = session.duration_seconds * 1000;
  const positionMs = usePlayer((state) => (state.sessionId === session.id ? state.positionMs : 0));
  if (durationMs <= 0) return null;

  const seek = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    player.playFrom(Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * durationMs);
  };
  const step = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -STEP_MS, ArrowRight: STEP_MS, Home: -durationMs, End: durationMs }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    player.playFrom(Math.max(0, Math.min(durationMs, positionMs + by)));
  };
  const x = (positionMs / durationMs) * WIDTH;
  return (
    <svg
      className="waveform"
      viewBox={`0 0 ${WIDTH} ${LANE_HEIGHT * session.tracks.length}`}
      preserveAspectRatio="none"
      role="slider"
      tabIndex={0}
      aria-label={t('conversation.position')}
      aria-valuemin={0}
      aria-valuemax={Math.round(durationMs / 1000)}
      aria-valuenow={Math.round(positionMs / 1000)}
      aria-valuetext={t('conversation.positionOf', {
        time: clockText(positionMs / 1000),
        length: clockText(session.duration_seconds),
      })}
      onPointerDown={seek}
      onKeyDown={step}
    >
      {session.tracks.map((track, lane) => (
        <Lane key={track} track={track} top={lane * LANE_HEIGHT} durationMs={durationMs} />
      ))}
      <line className="playhead" x1={x} x2={x} y1={0} y2={LANE_HEIGHT * session.tracks.length} />
    </svg>
  );
}

interface LaneProps {
  track: SessionRecord['tracks'][number];
  top: number;
  durationMs: number;
}

function Lane({ track, top, durationMs }: LaneProps) {
  const peaks = useConversation((state) => state.waveforms[track]);
  const lines = useConversation((state) => state.lines);
  const scale = WIDTH / durationMs;
  return (
    <g data-side={track} transform={`translate(0 ${top})`}>
      {lines.map((line) => {
        if (line.role !== track || line.start_ms === null || line.end_ms === null) return null;
        return (
          <rect
            key={`${line.start_ms} ${line.transcript_id ?? line.turn_id ?? ''}`}
            className="turn"
            data-interrupted={line.interrupted}
            x={line.start_ms * scale}
            y={1}
            width={Math.max(1, (line.end_ms - line.start_ms) * scale)}
            height={LANE_HEIGHT - 2}
          />
        );
      })}
      {peaks !== undefined && <path className="wave" d={waveformPath(peaks, WIDTH, LANE_HEIGHT)} />}
    </g>
  );
}
