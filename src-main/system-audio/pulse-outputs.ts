import type { SystemAudioOutput } from '../contract/system-audio.ts';
import type { PulseState, Sink } from './pulse-state.ts';

/** An output that the user chose, for as long as the default one stays what it was. */
export interface ChosenOutput {
  readonly name: string;
  readonly whenDefault: string | undefined;
}

/** The choice where it holds still. Another default output is where sound goes from now on: the choice was made before. */
export function validChoice(
  { sinks, defaultSink }: PulseState,
  chosen: ChosenOutput | undefined,
): ChosenOutput | undefined {
  const isThere = sinks.some(({ name }) => name === chosen?.name);
  return isThere && chosen?.whenDefault === defaultSink ? chosen : undefined;
}

/** The output to listen to: the chosen one where that holds still, else the default one. */
export function wantedSink(state: PulseState, chosen: ChosenOutput | undefined): Sink | undefined {
  const wanted = validChoice(state, chosen)?.name ?? state.defaultSink;
  return state.sinks.find(({ name }) => name === wanted);
}

/** Other outputs that a program plays on. Streams of the sound server's own modules only pass on what others play. */
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
