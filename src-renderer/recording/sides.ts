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

/** The sides that the chosen profile records. Holds their devices open while nothing is recorded. */
export interface Sides {
  wanted(): readonly Side[];
  /** The sides of a recording that would begin now: the wanted ones, without a side that is not available here. */
  possible(): readonly Side[];
  /** Opens the devices of the wanted sides, where that needs no question to the user. Releases the others. */
  open(): Promise<void>;
  /** The same, but opens the devices again. */
  reopen(): Promise<void>;
  /** Looks again for devices that were not available. */
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
    // The side may no longer be wanted.
    if (!possible().includes(track)) await source.release();
  }

  async function open(): Promise<void> {
    const opening = hold('user', microphone);
    // The screen shows what is not available before the user wants it.
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

/** The patch that chooses a profile without a microphone. Adds one with this name where there is none. */
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
