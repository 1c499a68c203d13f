// The messages of the open chat, oldest first (docs/whatsapp-web.md, 4.1, 4.2, 10.2, 10.3, 12.1, 12.4, 12.12).
(tools, fileOf, albums) => {
  const { CONTROLS, all, around, config, every, first, iconsIn, idParts, is, isBare, isIcon, labelOf, mentions, rendered, squeeze, textOf, words } = tools;

  const isBlue = (node) => {
    for (const element of [node, ...node.querySelectorAll("*")]) {
      const style = getComputedStyle(element);
      for (const colour of [style.color, style.fill]) {
        const match = /rgba?\((\d+), (\d+), (\d+)/.exec(colour);
        if (match && +match[3] > 180 && +match[1] < 120) return true;
      }
    }
    return false;
  };
  // The receipt: it is on ours alone. Where no icon of it is known, its label tells it.
  const LABELS = ["pending", "sent", "delivered", "read"];
  const receiptOf = (icons, labelled = () => []) => {
    const shown = receiptByIcon(icons);
    if (shown) return shown;
    const labels = labelled().map(labelOf);
    return LABELS.find((name) => labels.some((label) => is(name, label))) || null;
  };
  const receiptByIcon = (icons) => {
    for (const [name, node] of icons) {
      if (isIcon("pending", name)) return "pending";
      if (isIcon("one_tick", name)) return "sent";
      if (isIcon("two_blue_ticks", name)) return "read";
      if (isIcon("two_ticks", name)) {
        const labelled = node.closest("[aria-label]");
        const label = labelled ? labelOf(labelled) : "";
        if (is("read", label)) return "read";
        if (is("delivered", label)) return "delivered";
        return isBlue(node) ? "read" : "delivered";
      }
    }
    return null;
  };

  const AT_SERVER = ["sent", "delivered", "read"];

  // The text: the outermost pieces, for each formatted piece within bears the same marks, and so does what is quoted.
  const outermost = (pieces) => pieces.filter((piece) => !pieces.some((other) => other !== piece && other.contains(piece)));
  const inOrder = (one, other) => (one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);
  const joined = (found) => found.sort(inOrder).map(textOf).join("\n");
  const textsOf = (node, marks, isQuoted) => {
    const pieces = [...new Set(every("bubble_text", node))];
    const own = outermost(marks.length ? pieces.filter((piece) => !isQuoted(piece)) : pieces).sort(inOrder);
    if (!marks.length) return { own, quoted: null };
    const quoted = new Set([...pieces, ...every("quoted_text", node)]); // up to E1 it bears another mark than a text
    return { own, quoted: joined(outermost([...quoted].filter(isQuoted))) };
  };
  // "Read more" stands right after a text that ends with the ellipsis, unless it has a mark of its own; a control
  // elsewhere is another one.
  const ELLIPSIS = /\s*(…|\.\.\.)\s*$/;
  const isFolded = (node, own, text) => {
    if (!own.length) return false;
    if (every("read_more", node).some((more) => !own.some((piece) => piece.contains(more)))) return true;
    if (!ELLIPSIS.test(text)) return false;
    const last = own.at(-1);
    const place = last.closest(".copyable-text:not(.selectable-text)") || last.parentElement;
    return [...place.querySelectorAll(CONTROLS)].some((control) => inOrder(last, control) < 0 && !last.contains(control) && control.textContent.trim());
  };

  // Who wrote it, as far as the page says so in words: "You:", the author's name, the name before the text.
  const namesOf = (node, isQuoted) => {
    const labels = [...node.querySelectorAll("span[aria-label]")].filter((span) => !isQuoted(span)).map(labelOf)
      .filter((label) => label.endsWith(":") || label.endsWith("："));
    const before = [...node.querySelectorAll("[data-pre-plain-text]")]
      .filter((piece) => !isQuoted(piece))
      .map((piece) => /^\[([^\]]*)\]\s*(.*?):?\s*$/.exec(squeeze(piece.getAttribute("data-pre-plain-text"))))
      .find(Boolean);
    return { labels, author: before ? before[2] : "", moment: before ? before[1] : "" };
  };
  // The time beside a bubble without a text: the last words in it that are a time of day.
  const TIME = /^\p{Nd}{1,2}[:.]\p{Nd}{2}(\s?\p{L}[\p{L}.\s]{0,8})?$/u;
  const timeOf = (node, isQuoted) => [...node.querySelectorAll("span")]
    .filter((span) => !span.firstElementChild && !isQuoted(span))
    .map((span) => squeeze(span.textContent))
    .findLast((words) => TIME.test(words)) || "";
  // Where time and receipt stand: behind the text. What is like them elsewhere is part of the message, as the time of
  // an event and the marks of a poll are.
  const placeOfTime = (node, own, isQuoted) => {
    const marked = every("bubble_meta", node).filter((meta) => !isQuoted(meta));
    const isIn = (inner) => (marked.length ? marked.some((meta) => meta.contains(inner)) : !own.length || inOrder(own[0], inner) < 0);
    const find = (css) => (marked.length ? marked : [node]).flatMap((root) => [...root.querySelectorAll(css)])
      .filter((inner) => isIn(inner) && !isQuoted(inner) && !own.some((piece) => piece.contains(inner)));
    return { isIn, find };
  };
  // Words beside the time, or before it: "Edited", in some language.
  const WORDS = /^\P{Nd}*\p{L}{2}\P{Nd}*$/u;
  const CLOCK = /\p{Nd}[:.]\p{Nd}{2}/u;
  const BEFORE_CLOCK = /^\p{L}{4,}\s+\p{Nd}{1,2}[:.]\p{Nd}{2}/u;
  const isRemarked = (place) => {
    const leaves = place.find("span, div").filter((leaf) => !leaf.firstElementChild).map((leaf) => [squeeze(leaf.textContent), leaf.parentElement]);
    const timed = leaves.filter(([text]) => CLOCK.test(text));
    return timed.some(([text, parent]) => BEFORE_CLOCK.test(text) || leaves.some(([other, its]) => its === parent && WORDS.test(other)));
  };
  // Who wrote what is quoted stands before it.
  const quotedAuthorOf = (marks) => {
    const outer = marks.filter((mark) => !marks.some((other) => other !== mark && other.contains(mark)));
    const pieces = outer.flatMap((mark) => every("bubble_text", mark));
    const spans = outer.flatMap((mark) => [...mark.querySelectorAll("span[dir]")]);
    const name = spans.find((span) => !pieces.some((piece) => piece.contains(span) || span.contains(piece)));
    return name ? squeeze(textOf(name)) : "";
  };
  // What it is, where it is neither text nor file. A row out of sight has lost its content.
  const isEmptied = (node) => !node.textContent.trim() && !node.querySelector("img, svg, canvas, video, [data-icon]");
  const kindOf = (node, text, file, icons, isAside) => {
    if (first("bubble_notice", node)) return "notice";
    if (icons.some(([name]) => isIcon("deleted", name))) return "deleted";
    if (file) return file.kind === "album" ? "image" : file.kind;
    const stands = (name) => every(name, node).some((mark) => !isAside(mark));
    if (stands("bubble_location")) return "location";
    if (stands("bubble_contact")) return "contact";
    if (text !== null) return "text";
    if (mentions("deleted", squeeze(node.textContent))) return "deleted";
    return "unknown";
  };
  // The tails are named by the side they hang on, which is the other one where one reads from right to left.
  const tailOf = (icons, node, rtl) => {
    const has = (list) => icons.some(([name]) => isIcon(list, name)) || (config.icons[list] || []).some((name) => node.querySelector(`[data-testid="${name}"]`));
    const out = has("tail_out"), into = has("tail_in");
    if (out === into) return null;
    return out !== rtl;
  };
  // A contact may call himself "You": then the label means nothing.
  const says = (labels, name, title) => labels.some((label) => is(name, label) && label.slice(0, -1) !== title);
  const isEdited = (node, own, isQuoted) => [...node.querySelectorAll("span")].some(
    (span) => !span.firstElementChild && is("edited", squeeze(span.textContent)) && !isQuoted(span) && !own.some((piece) => piece.contains(span)),
  );
  // An id is believed only in the eras that mark the sides of messages by classes, whatever test ids there are.
  const marksSides = (row) => (row.closest("#main") || document).querySelector(".message-in, .message-out") !== null;
  const sideByClass = (node, name) => node.matches(name) || !!node.querySelector(name);

  const bubbleOf = (node, raw, before, { rtl, title }) => {
    const parts = idParts(node, raw);
    const carried = parts && marksSides(node) ? parts : null;
    // What holds the name before a text, or the time, is the message itself.
    const marks = every("quotation", node).filter((mark) => !mark.querySelector('[data-pre-plain-text^="["]') && !every("bubble_meta", mark).length);
    const isQuoted = (inner) => marks.some((mark) => mark.contains(inner));
    const { own, quoted } = textsOf(node, marks, isQuoted);
    const icons = iconsIn(node).filter(([, icon]) => !isQuoted(icon) && !own.some((piece) => piece.contains(icon)));
    const place = placeOfTime(node, own, isQuoted);
    const receipt = receiptOf(icons.filter(([, icon]) => place.isIn(icon)), () => place.find("[aria-label]").filter((each) => !words(each)));
    // What failed has no receipt; beside one, an icon alone is that of something in the message.
    const bad = !!first("fail_mark", node) || (!receipt && icons.some(([name]) => isIcon("failed", name)))
      || [...node.querySelectorAll(CONTROLS)].some((control) => mentions("failed_hint", labelOf(control)));
    const { labels, author, moment } = namesOf(node, isQuoted);
    const tail = tailOf(icons, node, rtl);
    let outgoing = null;
    if (carried) outgoing = carried[1] === "true";
    else if (sideByClass(node, ".message-out") || receipt || says(labels, "you", title)) outgoing = true;
    else if (sideByClass(node, ".message-in")) outgoing = false;
    else if (tail !== null) outgoing = tail;
    // In a chat with one person their bubbles bear the chat's name, and the middle of a run goes on with its side.
    else if (title && (labels.some((label) => label.slice(0, -1) === title) || (author === title && !icons.length))) outgoing = false;
    else if (author && title && before && before.author === author && before.outgoing !== null) outgoing = before.outgoing;
    else if (bad) outgoing = true; // no sign of theirs on it: it is the message that failed
    const text = own.length ? joined(own) : null;
    const folded = text !== null && isFolded(node, own, text);
    const file = fileOf(node, isQuoted);
    return {
      author,
      bubble: {
        id: parts ? parts[3] : raw,
        // A phone only: @lid and @g.us name people and groups by other numbers.
        chat: carried && /@c\.us$|^\d+$/.test(carried[2]) ? carried[2].split("@")[0] : null,
        outgoing,
        text: folded ? text.replace(ELLIPSIS, "") : text,
        // What the server has did not fail: such a mark is that of a reaction or an edit.
        tick: bad && outgoing === true && !AT_SERVER.includes(receipt) ? "failed" : receipt,
        folded,
        edited: isEdited(node, own, isQuoted),
        quoted,
        quoted_author: marks.length ? quotedAuthorOf(marks) : "",
        file,
        kind: kindOf(node, text, file, icons, (mark) => isQuoted(mark) || own.some((piece) => piece.contains(mark))),
        author,
        shown_at: moment || timeOf(node, isQuoted),
        whatsapp_id: carried && /@(g\.us|lid|newsletter)$/.test(carried[2]) ? carried[2] : null,
        emptied: isEmptied(node),
        remarked: outgoing !== false && isRemarked(place),
      },
      outgoing,
    };
  };

  // Of those that share a row the last may be only counted by it. Then the chat's row in the list tells how far it is,
  // as long as nothing newer is in the chat.
  const listedTick = () => {
    const chosen = all("chosen_row").filter(rendered);
    if (chosen.length !== 1) return null;
    return receiptOf(iconsIn(chosen[0]).filter(([, icon]) => !around("media_symbol", icon, chosen[0])));
  };
  // One of several that share a row: with the receipt of its own tile.
  const pieceOf = (whole, node, raw, tile) => {
    const parts = idParts(node, raw);
    const icons = tile ? iconsIn(tile) : [];
    const receipt = receiptOf(icons);
    const bad = !!tile && !receipt && (!!first("fail_mark", tile) || icons.some(([name]) => isIcon("failed", name)));
    const file = tile && fileOf(tile, () => false);
    return {
      ...whole,
      id: parts ? parts[3] : raw,
      tick: bad && whole.outgoing === true ? "failed" : receipt,
      file,
      kind: file ? file.kind : whole.kind,
    };
  };
  const piecesOf = (row, ids, before, chat, isNewest) => {
    const whole = bubbleOf(row, ids.first, before, chat);
    const tiles = albums.tilesOf(row, ids);
    const last = pieceOf(whole.bubble, row, ids.last, tiles.last);
    const counted = ids.count > albums.TILES_SHOWN;
    return {
      ...whole,
      bubbles: [
        pieceOf(whole.bubble, row, ids.first, tiles.first),
        { ...last, counted, listed_tick: counted && isNewest && last.outgoing === true ? listedTick() : null },
      ],
    };
  };

  return (rows, chat) => {
    let before = null;
    return rows.flatMap((row, place) => {
      const ids = isBare(row) ? null : albums.idsOf(row);
      before = ids ? piecesOf(row, ids, before, chat, place === rows.length - 1) : bubbleOf(row, row.getAttribute("data-id"), before, chat);
      return before.bubbles || [before.bubble];
    });
  };
}
