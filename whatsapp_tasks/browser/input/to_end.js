// Brings the newest message of the open chat into view. True once it is there and has its content.
(tools, replies) => {
  const { firstShown, shown } = tools;
  const main = firstShown("main");
  if (!main) return false;
  const newest = replies.rowsIn(main).at(-1);
  if (!newest) return true;
  const box = replies.boxOf(newest);
  const { bottom } = newest.getBoundingClientRect();
  const footer = firstShown("footer", main);
  const end = footer ? footer.getBoundingClientRect().top : innerHeight;
  if (box && shown(box) && bottom <= end + newest.offsetHeight / 2) return true;
  newest.scrollIntoView({ block: "end" });
  return false;
}
