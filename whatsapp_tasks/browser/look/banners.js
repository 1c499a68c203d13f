// The strips between the search and the chat list, each one (docs/whatsapp-web.md, 11.2).
(tools) => {
  const { CONTROLS, all, button, every, hasIcon, mentioned, middle, rendered, shown, words } = tools;
  // What stands in the column before the list, on whatever level, and is neither its header nor its search.
  const areas = () => {
    const found = [];
    for (let node = all("chat_pane").find(rendered); node && node !== document.body && !node.matches("#app, #side"); node = node.parentElement) {
      let before = node.previousElementSibling;
      for (; before; before = before.previousElementSibling) found.unshift(before);
    }
    const others = every("no_banner", document);
    return found.filter((area) => !others.some((other) => area.contains(other)));
  };
  const speaking = (element) => [...element.children].filter((child) => words(child));
  const picture = (element) => [...element.querySelectorAll("svg, [data-icon], img")].some((node) => !node.closest("button"));
  const controlsOf = (element) => {
    const found = [...(element.matches(CONTROLS) ? [element] : []), ...element.querySelectorAll(CONTROLS)];
    return found.filter((node) => !found.some((other) => other !== node && node.contains(other)));
  };
  // One control with a text, or a picture beside one: enough to be a strip of its own.
  const isWhole = (element) => picture(element) || element.matches(CONTROLS)
    || [...element.querySelectorAll(CONTROLS)].some((node) => words(node) === words(element));
  // Strips stand side by side in one frame; the lines of one strip do as well, and are none.
  const split = (element) => {
    const inner = speaking(element);
    if (inner.length === 1) {
      const parts = split(inner[0]);
      return parts.length > 1 ? parts : [element];
    }
    return inner.length > 1 && inner.every(isWhole) ? inner.flatMap(split) : [element];
  };
  // A row of buttons, like those that filter the list, is no strip: it says nothing but their names.
  // Nor is a title beside pictures to press: the column's header, whatever element it is. A strip has one, its cross.
  const says = (element) => {
    const controls = controlsOf(element);
    const named = controls.filter((node) => words(node));
    if (!named.length && controls.length > 1) return false;
    if (named.length === 1 && (picture(element) || !named[0].matches("button"))) return true;
    return named.reduce((text, node) => text.replace(words(node), ""), words(element)).trim() !== "";
  };
  // What says in which direction the strip reads is one about languages: it may be in another than the page.
  const turned = (element) => {
    for (let node = element; node; ) {
      if (node.hasAttribute("dir")) return true;
      const inner = [...node.children];
      node = inner.length === 1 ? inner[0] : null;
    }
    return false;
  };

  const bannerOf = (bar) => {
    const text = words(bar);
    const controls = controlsOf(bar).filter((node) => node !== bar);
    const close = controls.find((node) => hasIcon(node, "close"));
    const actions = controls.filter((node) => node !== close && words(node));
    return {
      text,
      texts: mentioned(text),
      close: button(close || null),
      warns: hasIcon(bar, "warning"),
      harmless: hasIcon(bar, "harmless"),
      turned: turned(bar),
      ...middle(actions.length === 1 ? actions[0] : bar),
    };
  };
  return () => areas().filter(shown).flatMap(split).filter((bar) => words(bar) && says(bar)).map(bannerOf);
}
