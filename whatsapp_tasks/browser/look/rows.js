// The rows of the chat list, from the top (docs/whatsapp-web.md, 6, 10.4, 12.2).
(tools) => {
  const { all, around, every, first, hasIcon, iconsIn, isIcon, labelOf, mentions, nameIn, squeeze, textOf } = tools;

  // Digits of any script as 0 to 9, thousands without their mark.
  const ZEROES = [0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040, 0x17e0, 0x1810];
  const western = (text) => text.normalize("NFKC").replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0);
    const zero = ZEROES.find((one) => code >= one && code < one + 10);
    return zero === undefined ? digit : String(code - zero);
  });
  const ungrouped = (text) => western(squeeze(text)).replace(/(\d)[.,\u066c\s'’](?=\d{3}(?!\d))/g, "$1");

  // A badge is recognised by its number, which its label repeats, or by the label's words: rows have other labels.
  // One marked as unread by hand, or of a count the page does not know, has a badge without a number.
  const unreadOf = (row) => {
    let unknown = false;
    for (const node of every("unread_badge", row)) {
      if (around("row_preview", node, row) || around("row_title", node, row)) continue;
      const label = ungrouped(node.getAttribute("aria-label")).toLowerCase();
      const shown = ungrouped(node.textContent);
      const digits = /^\d+\+?$/.test(shown) ? parseInt(shown, 10) : null;
      const spoken = /\d+/.exec(label);
      const says = mentions("unread", label);
      const named = node.matches("[data-testid~=icon-unread-count]");
      if (digits !== null && (says || named || (spoken && +spoken[0] === digits))) return { unread: digits, unread_unknown: false };
      if (says && spoken) return { unread: +spoken[0], unread_unknown: false };
      if (!shown && !node.querySelector("svg, [data-icon], img") && label) unknown = true;
    }
    return { unread: 0, unread_unknown: unknown };
  };
  // A draft replaces the last message, under a word of its own.
  const draftOf = (place) => {
    return !!place && [...place.querySelectorAll("span")].some((span) => mentions("draft", squeeze(span.textContent)) && /^[^:：]{1,20}[:：]$/.test(squeeze(span.textContent)));
  };
  // "Ann: " stands before the text of somebody in a group, in an element of its own.
  const authorOf = (preview) => {
    const walker = document.createTreeWalker(preview, NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.closest("svg, strong, em, del, code, [data-testid=chat-msg-symbol]")) continue; // of the text itself
      const text = squeeze(textOf(node));
      const next = squeeze(node.nextElementSibling ? textOf(node.nextElementSibling) : node.nextSibling ? node.nextSibling.textContent : "");
      if (/^.{1,80}[:：]$/u.test(text) && next) return { name: text.slice(0, -1).trim(), node };
      if (/^[:：]$/.test(next) && text) return { name: text, node, colon: node.nextElementSibling || node.nextSibling };
    }
    return null;
  };
  const isOurs = (row) => iconsIn(row).some(([name, icon]) => ["pending", "one_tick", "two_ticks", "two_blue_ticks"].some((list) => isIcon(list, name)) && !around("media_symbol", icon, row));
  const shownText = (preview, author) => {
    const whole = squeeze(textOf(preview)) || squeeze(preview.getAttribute("title"));
    if (!author) return whole;
    return whole.startsWith(author) ? whole.slice(author.length).replace(/^\s*[:：]\s*/, "") : whole;
  };
  const previewOf = (row, title) => every("row_preview", row)
    .find((node) => !title.contains(node) && !node.contains(title) && (squeeze(textOf(node)) || squeeze(node.getAttribute("title")))) || null;
  // Where a row has a last message by a mark of its own, one without has none: it shows a draft, or who is typing.
  const rowOf = (row, marked) => {
    const title = first("row_title", row);
    const name = nameIn(title);
    if (!name) return null; // the heading of a section
    const badge = unreadOf(row);
    const preview = marked && !every("row_last_message", row).length ? null : previewOf(row, title);
    const draft = draftOf(first("row_second_line", row) || previewOf(row, title));
    const author = preview && !draft ? authorOf(preview) : null;
    const theirs = preview && !draft && !isOurs(row) && badge.unread;
    return {
      title: name,
      ...badge,
      preview: theirs ? shownText(preview, author ? author.name : "").slice(0, 200).toWellFormed() : "",
      author: author ? author.name.toWellFormed() : "",
      draft,
      group: !!author || hasIcon(row, "group"),
    };
  };

  const isMarked = () => all("row_last_message").length > 0;
  const rowsOf = () => {
    const marked = isMarked();
    return all("chat_row").map((row) => rowOf(row, marked)).filter(Boolean);
  };
  // The title of the chat's row; of several with this title, of the first that has a badge.
  const titleNode = (title) => {
    const marked = isMarked();
    const found = all("chat_row").map((row) => [row, rowOf(row, marked)]).filter(([, facts]) => facts && facts.title === title);
    const [row] = found.find(([, { unread, unread_unknown: unknown }]) => unread || unknown) || found[0] || [];
    return row ? first("row_title", row) : null;
  };

  return { rowsOf, titleNode };
}
