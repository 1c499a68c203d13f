// Covers what people wrote before a picture is taken, or uncovers it: every letter becomes a dot, pictures and
// codes disappear. A style sheet in memory: no node of the page is touched, no font is needed, and unlike a
// blur it cannot be undone from the picture. Dialogs, banners and full-screen texts stay: they show what is wrong.
(on) => {
  const KEY = "whatsappTasksMask";
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== globalThis[KEY]);
  globalThis[KEY] = undefined;
  if (!on) return false;
  // The preview of a file shows its name in parts of its own. While one is open everything is covered but dialogs.
  const DIALOG = "[role=dialog], [role=alertdialog], [aria-modal=true]";
  const BOX = "[contenteditable=true][role=textbox]:not(#main *, #side *, [role=dialog] *, [aria-modal=true] *)";
  const PREVIEW = `[data-testid=media-editor-canvas], [data-testid=media-caption-input-container], [data-animate-attach-media], ${BOX}`;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    #side *, #pane-side *, #main *, [data-id] *, [role=grid] *, [contenteditable] *, header * {
      -webkit-text-security: disc !important; caret-color: transparent !important; transition: none !important;
    }
    body:has(${PREVIEW}) :not(${DIALOG}, :is(${DIALOG}) *) { -webkit-text-security: disc !important; }
    body:has(${PREVIEW}) :is(${DIALOG}) { -webkit-text-security: none; }
    #side img, #pane-side img, #main img, header img, [data-id] img, [role=grid] img,
    img[src^="blob:"], video, canvas, [data-id] canvas, [data-ref] canvas, [data-ref] img, [data-ref] svg,
    [style*="background-image"] { visibility: hidden !important; }
    [data-link-code], [data-link-code] * { -webkit-text-security: disc !important; }
    [data-testid=chat-butterbar] *, #side [data-testid=chat-butterbar] * { -webkit-text-security: none !important; }
  `);
  globalThis[KEY] = sheet;
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return true;
}
