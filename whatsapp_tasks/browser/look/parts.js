// How often each variant of each element is found in the document: {name: {variant: count, or -1 where the
// selector is none}}. Reads, never changes anything; runs on any document.
(elements) => {
  const counts = {};
  for (const [name, variants] of Object.entries(elements)) {
    counts[name] = {};
    for (const [variant, css] of Object.entries(variants)) {
      try {
        counts[name][variant] = document.querySelectorAll(css).length;
      } catch {
        counts[name][variant] = -1;
      }
    }
  }
  return counts;
}
