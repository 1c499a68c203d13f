// Replaces this document by a saved page, without anything that would run, load or navigate.
// `base` is where the files beside it lie.
(html, base) => {
  const saved = new DOMParser().parseFromString(html, "text/html");
  for (const node of saved.querySelectorAll("script, noscript, iframe, object, embed, base, meta[http-equiv]")) node.remove();
  for (const node of saved.querySelectorAll("*")) {
    for (const name of node.getAttributeNames()) if (name.startsWith("on")) node.removeAttribute(name);
  }
  const home = saved.createElement("base");
  home.href = base;
  saved.head.prepend(home);
  document.replaceChild(document.adoptNode(saved.documentElement), document.documentElement);
  return true;
}
