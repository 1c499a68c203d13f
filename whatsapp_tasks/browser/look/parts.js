// How often each variant of each element is found in the document: {name: {variant: count, or -1 where the
// selector is none}}. What is hidden counts only where nothing else is. Reads, never changes anything; runs on
// any document.
(elements) => {
  const shown = (node) => node.checkVisibility({ visibilityProperty: true });
  const counts = {};
  for (const [name, variants] of Object.entries(elements)) {
    counts[name] = {};
    for (const [variant, css] of Object.entries(variants)) {
      try {
        const found = [...document.querySelectorAll(css)];
        counts[name][variant] = found.filter(shown).length || found.length;
      } catch {
        counts[name][variant] = -1;
      }
    }
  }
  return counts;
}
