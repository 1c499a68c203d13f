// The editor in the compose box of the open chat; null while there is none.
let composer = null;

export const openComposer = () => composer;

export function setComposer(opened) {
  composer = opened;
}
