import type { Session } from 'electron';
import { isAppOrigin, isAppUrl } from './app-origin.ts';

/**
 * Electron grants everything unless told otherwise, and asks in two ways: a request when a page wants something,
 * a check when it looks whether it may. Both say yes to the microphone for our own page and no to all else.
 */
export function restrictPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    const types = 'mediaTypes' in details ? (details.mediaTypes ?? []) : [];
    const onlyAudio = types.length > 0 && types.every((type) => type === 'audio');
    callback(permission === 'media' && onlyAudio && details.isMainFrame && isAppUrl(details.requestingUrl));
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
