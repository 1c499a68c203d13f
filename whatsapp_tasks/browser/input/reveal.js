// Brings a message of the open chat into view. Returns null while nothing has come of it, else {bubble, oldest}: the
// message once it can be seen; without it, the oldest message that is there now. `before` is what was the oldest when the
// chat was scrolled up; older ones are loaded then (docs/whatsapp-web.md, 4.3).
(tools, openChat, replies, bubblesOf, id, before) => {
  const { first, firstShown, idOf, shown } = tools;
  const main = firstShown("main");
  if (!main) return null;
  const rows = replies.rowsIn(main);
  const row = rows.find((each) => idOf(each) === id);
  const panel = first("message_panel", main);
  const scroller = () => {
    let node = panel;
    while (node && node !== main && !(node.scrollHeight > node.clientHeight && /auto|scroll/.test(getComputedStyle(node).overflowY))) node = node.parentElement;
    return node && node !== main ? node : null;
  };
  if (row) {
    const box = replies.boxOf(row);
    const { top, height } = row.getBoundingClientRect();
    const middle = top + Math.min(height, innerHeight / 2) / 2;
    const at = box && shown(box) && document.elementFromPoint(row.getBoundingClientRect().left + row.clientWidth / 2, middle);
    if (!at || !row.contains(at)) {
      row.scrollIntoView({ block: "center" });
      if (!box) return null; // emptied rows are filled when they come into view
    }
    return { bubble: bubblesOf(rows, openChat.readingOf(main)).find((each) => each.id === id) || null, oldest: idOf(rows[0]) };
  }
  const oldest = rows.length ? idOf(rows[0]) : "";
  if (oldest !== before) return { bubble: null, oldest };
  const place = scroller();
  if (place) place.scrollTop = place.scrollTop > 0 ? 0 : 1; // each scroll asks again
  return null;
}
