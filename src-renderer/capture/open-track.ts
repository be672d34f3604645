/** A track that a device or the system yields, and what is known of where it comes from. */
export interface OpenTrack {
  readonly track: MediaStreamTrack;
  /** The device behind the track, even where that only says "Default". */
  readonly deviceId: string;
  readonly label: string;
  /** It is the system's default, whichever that is by now. */
  readonly followsDefault: boolean;
}

/** As it is: what alters a recording cannot be undone. Stereo even for a mono one: the mix is ours to make. */
export const UNTOUCHED = {
  channelCount: { ideal: 2 },
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
} as const satisfies MediaTrackConstraints;
