// What reading a chat needs besides looks. Scrolls, unfolds texts, and remembers what was shown; never types.
(tools, idsOf, titleNode) => {
  const { all, first, middle, nameIn, nodeId } = tools;

  const rowsIn = (root) => {
    const rows = [...root.querySelectorAll("[data-id]")];
    return rows.filter((row) => !row.parentElement.closest("[data-id]"));
  };
  const main = () => all("main").find((node) => node.checkVisibility()) || null;
  const bubble = (id) => (main() ? rowsIn(main()).findLast((row) => idsOf(row).includes(id)) : null) || null;
  const scrolledAround = (inside) => {
    for (let node = inside; node && node !== document.body; node = node.parentElement) {
      const { overflowY } = getComputedStyle(node);
      if (/auto|scroll/.test(overflowY) && node.scrollHeight > node.clientHeight) return node;
    }
    return null;
  };
  const scrolled = () => scrolledAround((main() ? rowsIn(main()) : [])[0] || first("message_panel"));
  const scrollTo = (place) => {
    const node = scrolled();
    if (node) node.scrollTop = place(node);
    return node !== null;
  };

  // The chats whose messages were mounted, whether or not a look saw them: the ids of each, as far as they were shown.
  const KEPT_CHATS = 50, KEPT_IDS = 100;
  const watched = (globalThis.whatsappTasksWatched ??= { chats: new Map(), observer: null, note: null });
  const note = () => {
    for (const node of document.querySelectorAll("div#main")) {
      const rows = rowsIn(node);
      if (!rows.length && !watched.chats.has(nodeId(node))) continue;
      const before = watched.chats.get(nodeId(node));
      const ids = [...new Set([...(before ? before.ids : []), ...rows.flatMap(idsOf)])].slice(-KEPT_IDS);
      watched.chats.delete(nodeId(node));
      watched.chats.set(nodeId(node), { title: nameIn(first("chat_title", node)), ids });
    }
    for (const key of [...watched.chats.keys()].slice(0, -KEPT_CHATS)) watched.chats.delete(key);
  };
  const hasRow = (node) => node.nodeType === 1 && (node.matches("[data-id]") || node.querySelector("[data-id]"));
  const watch = () => {
    watched.note = note;
    if (!watched.observer) {
      watched.observer = new MutationObserver((records) => {
        if (records.some(({ addedNodes }) => [...addedNodes].some(hasRow))) watched.note();
      });
      watched.observer.observe(document, { childList: true, subtree: true });
    }
    note();
  };

  return {
    // The chats that were open in this load of the page: [{node, title, ids}], the latest last.
    shown: () => {
      watch();
      return [...watched.chats].map(([node, { title, ids }]) => ({ node, title, ids }));
    },
    // Where the row with this title can be pressed; null if it is not mounted.
    row: (title) => {
      const node = titleNode(title);
      if (!node) return null;
      node.scrollIntoView({ block: "nearest" });
      return middle(node);
    },
    // The chat list by a screen; false at its end, or if it does not scroll.
    list_further: () => {
      const list = scrolledAround(first("chat_row"));
      if (!list) return false;
      const before = list.scrollTop;
      list.scrollTop = before + list.clientHeight;
      return list.scrollTop > before;
    },
    list_top: () => {
      const list = scrolledAround(first("chat_row"));
      if (list) list.scrollTop = 0;
      return list !== null;
    },
    older: () => scrollTo(() => 0),
    newest: () => scrollTo((node) => node.scrollHeight),
    // Brings a bubble into sight, which fills its row again.
    show: (id) => {
      const node = bubble(id);
      if (node) node.scrollIntoView({ block: "center" });
      return node !== null;
    },
    unfold: (id) => {
      const node = bubble(id);
      const more = node && first("read_more", node);
      if (more) more.click();
      return !!more;
    },
  };
}
