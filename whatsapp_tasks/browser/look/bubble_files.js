// What a bubble shows of a file (docs/whatsapp-web.md, 10.8, 12.4); null for a text.
(tools) => {
  const { config, every, first, squeeze, textOf } = tools;
  const KINDS = ["document", "sticker", "video", "audio", "image"]; // a film has a picture as well
  const ANY = KINDS.flatMap((kind) => config.elements[`bubble_${kind}`] || []).join(", ");
  const ALBUM_FROM = 2;

  const documentOf = (node) => {
    const thumb = first("bubble_document", node);
    const name = every("bubble_document_name", thumb)[0];
    const size = every("bubble_document_size", thumb).filter((each) => each !== name).at(-1);
    return { name: name ? squeeze(textOf(name)) : "", size: size ? squeeze(size.textContent) : "" };
  };
  const uploadOf = (node) => {
    if (first("bubble_upload_stopped", node)) return { upload: "stopped", percent: null };
    if (!first("bubble_uploading", node)) return { upload: "", percent: null };
    const progress = first("bubble_progress", node);
    const percent = progress ? Math.round(Number(progress.getAttribute("aria-valuenow"))) : NaN;
    return { upload: "running", percent: Number.isFinite(percent) ? percent : null };
  };
  return (node, isQuoted) => {
    // Most bubbles are texts: one question for all marks.
    const marks = ANY ? [...node.querySelectorAll(ANY)].filter((mark) => !isQuoted(mark)) : [];
    if (!marks.length) return null;
    const kind = KINDS.find((each) => marks.some((mark) => (config.elements[`bubble_${each}`] || []).some((css) => mark.matches(css))));
    const pictures = every("bubble_image", node).filter((mark) => !isQuoted(mark) && !every("bubble_image", mark).length);
    const isAlbum = kind === "image" && pictures.length >= ALBUM_FROM;
    return { kind: isAlbum ? "album" : kind, ...(kind === "document" ? documentOf(node) : {}), ...uploadOf(node), offered: !!first("bubble_download", node) };
  };
}
