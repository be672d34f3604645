import type { DisplayMediaRequestHandlerHandlerRequest, Session, WebFrameMain } from 'electron';
import { LecternError } from '../contract/errors.ts';
import type { SystemAudioStatus } from '../contract/system-audio.ts';
import type { SystemAudio } from '../recorder.ts';
import { isAppOrigin, isAppUrl } from './app-origin.ts';

export interface DisplayAudioOptions {
  readonly platform: NodeJS.Platform;
  /** Of the kernel, as `os.release()` tells it. */
  readonly systemRelease: string;
  /** Milliseconds that never go back. */
  readonly nowMs: () => number;
}

/** What the computer plays, as Electron hands it over: in answer to the page's getDisplayMedia. */
export interface DisplayAudio {
  /** Absent where Electron has no way on this system. */
  readonly systemAudio: SystemAudio | undefined;
  /** Says whether our page has just asked for it, and may be asked by Chromium's permission check. */
  mayCapture(): boolean;
  /** From now on getDisplayMedia is answered here, and refused to everybody who has not asked. */
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
        // Each time it is asked for is good for one answer.
        askedUntilMs = -Infinity;
        // Chromium gives no sound without a picture. The page's own is the least there is, needs no permission to look
        // at the screen, and is let go by the page at once.
        callback(frame === undefined ? null : { video: frame, audio: 'loopback' });
      });
    },
  };
}

/** Who asks, where that is the main frame of our own page and it wants sound. */
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
