import type { Side } from '../../src-main/contract/audio-format.ts';
import { findProfile, tracksOf } from '../../src-main/contract/recording-profile.ts';
import { chosenProfile, type Settings, type SettingsPatch } from '../../src-main/contract/settings.ts';
import type { MicrophoneSource } from './microphone.ts';
import type { OtherSideSource } from './other-side.ts';

export interface SidesDependencies {
  readonly microphone: MicrophoneSource;
  readonly otherSide: OtherSideSource;
  readonly settings: () => Settings;
}

/** Which sides are recorded, and their devices while nothing is. The chosen profile decides it. */
export interface Sides {
  wanted(): readonly Side[];
  /** Those that a recording would have now: the wanted ones, less one that cannot be had here. */
  possible(): readonly Side[];
  /** Opens the devices of the sides that are wanted, as far as nobody has to be asked, and lets go of the others. */
  open(): Promise<void>;
  /** The same with devices opened anew. */
  reopen(): Promise<void>;
  /** What could not be had may have come meanwhile. */
  retry(): Promise<void>;
}

export function createSides({ microphone, otherSide, settings }: SidesDependencies): Sides {
  const wanted = () => tracksOf(chosenProfile(settings()));

  function possible(): readonly Side[] {
    const isPossible = (track: Side) => track === 'user' || otherSide.state.obstacle === null;
    const tracks = wanted().filter(isPossible);
    return tracks.length > 0 ? tracks : wanted();
  }

  async function hold(track: Side, source: MicrophoneSource | OtherSideSource): Promise<void> {
    if (possible().includes(track) && source.capture === undefined) await source.check();
    // It may have become unwanted meanwhile.
    if (!possible().includes(track)) await source.release();
  }

  async function open(): Promise<void> {
    const opening = hold('user', microphone);
    // What is not available is said before it is wanted.
    await otherSide.findWay();
    await Promise.all([opening, hold('assistant', otherSide)]);
  }

  return {
    wanted,
    possible,
    open,
    async reopen() {
      await Promise.all([microphone.close(), otherSide.close()]);
      await open();
    },
    async retry() {
      const failed = [microphone, otherSide].some(({ state }) => state.status.kind === 'failed');
      if (failed || possible().join() !== wanted().join()) await open();
    },
  };
}

/** The patch that goes over to a profile that needs no microphone; one of this name is added where there is none. */
export function otherSideAlone(settings: Settings, name: string): SettingsPatch {
  const { profiles } = settings;
  const known = profiles.find((profile) => tracksOf(profile).join() === 'assistant');
  if (known !== undefined) return { profile: known.name };
  let free = name;
  for (let number = 2; findProfile(profiles, free) !== undefined; number += 1) free = `${name} ${number}`;
  const added = {
    ...chosenProfile(settings),
    name: free,
    record_user_audio: false,
    record_assistant_audio: true,
    record_mixed_audio: false,
  };
  return { profiles: [...profiles, added], profile: free };
}
