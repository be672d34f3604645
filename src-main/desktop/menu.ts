import { Menu, app, type MenuItemConstructorOptions } from 'electron';

/** The standard menu. macOS needs its roles for copy and paste to work at all. */
export function installMenu(): void {
  const macApp: MenuItemConstructorOptions[] = process.platform === 'darwin' ? [{ role: 'appMenu' }] : [];
  const developing: MenuItemConstructorOptions[] = app.isPackaged
    ? []
    : [{ role: 'reload' }, { role: 'toggleDevTools' }];
  const help: MenuItemConstructorOptions[] =
    process.platform === 'darwin' ? [] : [{ role: 'help', submenu: [{ role: 'about' }] }];
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
      ...developing,
    ],
  };
  app.setAboutPanelOptions({ applicationName: 'Lectern', applicationVersion: app.getVersion() });
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...macApp,
      { role: 'fileMenu' },
      { role: 'editMenu' },
      view,
      { role: 'windowMenu' },
      ...help,
    ]),
  );
}
