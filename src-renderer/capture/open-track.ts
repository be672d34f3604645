/** An open track of a device or of the system, and where it comes from. */
export interface OpenTrack {
  readonly track: MediaStreamTrack;
  /** The real device of the track, even where its label only says "Default". */
  readonly deviceId: string;
  readonly label: string;
  /** True where the system's default was opened. */
  readonly followsDefault: boolean;
}

/** No processing, because it cannot be undone. Always stereo: the code here makes mono of it. */
export const UNTOUCHED = {
  channelCount: { ideal: 2 },
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
} as const satisfies MediaTrackConstraints;
