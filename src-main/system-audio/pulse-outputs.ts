import type { SystemAudioOutput } from '../contract/system-audio.ts';
import type { PulseState, Sink } from './pulse-state.ts';

/** The output that the user chose; valid as long as the default output does not change. */
export interface ChosenOutput {
  readonly name: string;
  readonly whenDefault: string | undefined;
}

/**
 * The choice, where it is still valid. A new default output is where sound goes from now on, so it replaces an older
 * choice.
 */
export function validChoice(
  { sinks, defaultSink }: PulseState,
  chosen: ChosenOutput | undefined,
): ChosenOutput | undefined {
  const isThere = sinks.some(({ name }) => name === chosen?.name);
  return isThere && chosen?.whenDefault === defaultSink ? chosen : undefined;
}

/** The output to capture: the chosen one where that is still valid, else the default one. */
export function wantedSink(state: PulseState, chosen: ChosenOutput | undefined): Sink | undefined {
  const wanted = validChoice(state, chosen)?.name ?? state.defaultSink;
  return state.sinks.find(({ name }) => name === wanted);
}

/** Other outputs with a program's stream. Streams of the sound server's own modules only pass on what others play. */
export function playingElsewhere(
  { sinks, players }: PulseState,
  listened: Sink | undefined,
): readonly SystemAudioOutput[] {
  const playing = new Set(
    players.filter(({ isHeard, client }) => isHeard && client !== undefined).map(({ sink }) => sink),
  );
  return sinks.filter((sink) => sink.index !== listened?.index && playing.has(sink.index)).map(outputOf);
}

export function outputOf({ name, label }: Sink): SystemAudioOutput {
  return { name, label };
}
