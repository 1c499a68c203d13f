// Pictures and films that share one row of a chat (docs/whatsapp-web.md, 12.12). The page itself puts them together, also
// those that were sent one by one, and names the row after the first and the last of them.
(tools) => {
  const { config } = tools;
  const ROW = /^(?:album-(.+)-([^-]+)-(\d+)|grouped-sticker-(.+)-([^-]+))$/;
  const TILES_SHOWN = 4;
  const TILE = ["bubble_image", "bubble_video"].flatMap((name) => config.elements[name] || []).join(", ");

  // {first, last, count}; null for the row of a single message.
  const idsOf = (row) => {
    const found = ROW.exec(row.getAttribute("data-id"));
    return found && { first: found[1] || found[4], last: found[2] || found[5], count: Number(found[3] || 2) };
  };
  // As much around the mark of a picture as holds no other one: its receipt stands beside it.
  const around = (mark, marks, row) => {
    let tile = mark;
    while (tile.parentElement !== row && !marks.some((other) => other !== mark && tile.parentElement.contains(other))) tile = tile.parentElement;
    return tile;
  };
  // Where they are shown; of more than four the last one is not, and the fourth tile, which counts the others, has no receipt.
  const tilesOf = (row, { count }) => {
    const marks = TILE ? [...row.querySelectorAll(TILE)] : [];
    const outer = marks.filter((mark) => !marks.some((other) => other !== mark && other.contains(mark)));
    if (outer.length !== Math.min(count, TILES_SHOWN)) return { first: null, last: null };
    return {
      first: around(outer[0], outer, row),
      last: count === outer.length ? around(outer.at(-1), outer, row) : null,
    };
  };

  return { TILES_SHOWN, idsOf, tilesOf };
}
