self.onmessage = (event) => event.source.postMessage(navigator.userAgent);
