import type { DisplayMediaRequestHandlerHandlerRequest, Session, WebFrameMain } from 'electron';
import { LecternError } from '../contract/errors.ts';
import type { SystemAudioStatus } from '../contract/system-audio.ts';
import type { SystemAudio } from '../recorder.ts';
import { isAppOrigin, isAppUrl } from './app-origin.ts';

export interface DisplayAudioOptions {
  readonly platform: NodeJS.Platform;
  /** The kernel's release, as `os.release()` gives it. */
  readonly systemRelease: string;
  /** Milliseconds that never go back. */
  readonly nowMs: () => number;
}

/** System audio from Electron: the answer to the page's getDisplayMedia. */
export interface DisplayAudio {
  /** Absent where Electron cannot capture on this system. */
  readonly systemAudio: SystemAudio | undefined;
  /** True where our page has just announced the request; Chromium's permission check may ask for the same. */
  mayCapture(): boolean;
  /** From now on answers getDisplayMedia, and refuses it to everyone who has not announced it. */
  answer(session: Session): void;
}

/** The page asks, and then calls getDisplayMedia at once. */
const ASKED_FOR_MS = 10_000;
/** Darwin's number for macOS 14.2, which has the taps that Electron uses. */
const FIRST_DARWIN_WITH_TAPS = [23, 2] as const;
const TOO_OLD = 'Expected macOS 14.2 or later. Update the system';

export function createDisplayAudio({ platform, systemRelease, nowMs }: DisplayAudioOptions): DisplayAudio {
  let askedUntilMs = -Infinity;
  const mayCapture = () => nowMs() < askedUntilMs;

  const isTooOld = platform === 'darwin' && !isAtLeast(systemRelease, FIRST_DARWIN_WITH_TAPS);
  const status = (): SystemAudioStatus =>
    isTooOld
      ? { way: 'none', obstacle: 'system_too_old', message: TOO_OLD, device: null }
      : {
          way: 'display',
          obstacle: null,
          message: 'The sound of this computer can be recorded',
          device: null,
        };
  const handlers: SystemAudio['handlers'] = {
    'system_audio.status': status,
    'system_audio.open'() {
      if (isTooOld)
        throw new LecternError('SYSTEM_AUDIO_UNAVAILABLE', TOO_OLD, {
          details: { obstacle: 'system_too_old' },
        });
      askedUntilMs = nowMs() + ASKED_FOR_MS;
      return status();
    },
    'system_audio.close'() {
      askedUntilMs = -Infinity;
      return status();
    },
  };

  return {
    systemAudio:
      platform === 'win32' || platform === 'darwin'
        ? { handlers, close: () => Promise.resolve() }
        : undefined,
    mayCapture,
    answer(session) {
      session.setDisplayMediaRequestHandler((request, callback) => {
        const frame = mayCapture() ? ownMainFrame(request) : undefined;
        // Each announcement allows one answer.
        askedUntilMs = -Infinity;
        // Chromium gives no sound without a picture. The page's own frame is the cheapest picture and needs no
        // permission to capture the screen; the page releases it at once.
        callback(frame === undefined ? null : { video: frame, audio: 'loopback' });
      });
    },
  };
}

/** The frame that asks, where it is the main frame of our own page and wants sound. */
function ownMainFrame(request: DisplayMediaRequestHandlerHandlerRequest): WebFrameMain | undefined {
  const { frame, securityOrigin, audioRequested } = request;
  const isOurs =
    frame !== null && frame.parent === null && isAppUrl(frame.url) && isAppOrigin(securityOrigin);
  return isOurs && audioRequested ? frame : undefined;
}

function isAtLeast(release: string, [major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = release.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
