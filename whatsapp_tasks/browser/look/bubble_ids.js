// The ids of the bubbles in a row, as a look calls them: two for one that several share (docs/whatsapp-web.md, 12.12).
(tools, albums) => {
  const { idParts, isBare } = tools;

  return (row) => {
    const raw = row.getAttribute("data-id");
    const shared = isBare(row) ? null : albums.idsOf(row);
    return (shared ? [shared.first, shared.last] : [raw]).map((each) => (idParts(row, each) || [])[3] || each);
  };
}
