// Puts a saved page in the place of this document, with nothing in it that would run, load or lead elsewhere.
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
