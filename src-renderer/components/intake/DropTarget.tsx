import { useEffect, useState } from 'react';
import { t } from '../../i18n/i18n.ts';
import { useApp } from '../app-context.ts';
import { useLeaving } from './use-leaving.ts';

/** Takes files dropped anywhere in the window. Without it, the browser would leave the page and open them. */
export function DropTarget() {
  const app = useApp();
  const [over, setOver] = useState(false);
  useLeaving(app);

  useEffect(() => {
    const onOver = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
      setOver(true);
    };
    // There is a next element between two elements, but none outside the window.
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      if (!carriesFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      setOver(false);
      const { files, folders } = sortDropped(event.dataTransfer);
      app.show('library');
      for (const name of folders) app.intake.refuseFolder(name);
      app.intake.take(files);
    };
    document.addEventListener('dragleave', onLeave);
    document.addEventListener('dragover', onOver);
    document.addEventListener('drop', onDrop);
    return () => {
      document.removeEventListener('dragleave', onLeave);
      document.removeEventListener('dragover', onOver);
      document.removeEventListener('drop', onDrop);
    };
  }, [app]);

  if (!over) return null;
  return (
    <div className="drop-target" aria-hidden="true">
      <p>{t('intake.drop')}</p>
    </div>
  );
}

function carriesFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') ?? false;
}

/** Folders arrive as files that cannot be read. */
function sortDropped(dropped: DataTransfer): { readonly files: File[]; readonly folders: string[] } {
  const files: File[] = [];
  const folders: string[] = [];
  for (const item of dropped.items) {
    const file = item.kind === 'file' ? item.getAsFile() : null;
    if (file === null) continue;
    if (item.webkitGetAsEntry()?.isDirectory === true) folders.push(file.name);
    else files.push(file);
  }
  return { files, folders };
}
