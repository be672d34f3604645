import type { Session } from 'electron';
import { isAppOrigin, isAppUrl } from './app-origin.ts';

/**
 * Electron grants everything by default, and asks in two ways: a request when a page wants something, a check when it
 * looks whether it may. Both allow the microphone for our own page and refuse everything else, except the one
 * getDisplayMedia that the page has announced and display-audio.ts answers.
 */
export function restrictPermissions(session: Session, mayCaptureDisplay: () => boolean): void {
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    const types = 'mediaTypes' in details ? (details.mediaTypes ?? []) : [];
    const onlyAudio = types.length > 0 && types.every((type) => type === 'audio');
    const isOurPage = details.isMainFrame && isAppUrl(details.requestingUrl);
    const isMicrophone = permission === 'media' && onlyAudio;
    const isAnnounced = permission === 'display-capture' && mayCaptureDisplay();
    callback(isOurPage && (isMicrophone || isAnnounced));
  });
  session.setPermissionCheckHandler(
    (_contents, permission, requestingOrigin, details) =>
      permission === 'media' &&
      details.mediaType === 'audio' &&
      details.isMainFrame &&
      isAppOrigin(requestingOrigin),
  );
  session.setDevicePermissionHandler(() => false);
}
