// The screen on which WhatsApp asks for a passkey before a phone is linked (docs/whatsapp-web.md, 10.1).
(tools) => {
  const { button, first, firstShown } = tools;
  const STEPS = { passkey_code: "code", passkey_waiting: "waiting", passkey_error: "error" };

  return () => {
    const screen = firstShown("passkey");
    if (!screen) return null;
    const found = (name) => first(name, screen);
    const go = found("passkey_continue");
    const code = found("passkey_code");
    const step = Object.keys(STEPS).find(found);
    return {
      step: step ? STEPS[step] : go && go.disabled ? "pending" : go ? "prompt" : "other",
      // Each character in a span of its own; the label has blanks between them.
      code: code ? code.textContent.replace(/\s/g, "") : "",
      continue: go && go.disabled ? null : button(go),
      confirm: button(found("passkey_confirm")),
      cancel: button(found("passkey_cancel")),
    };
  };
}
