// A button that copies the address of the page.

const SHOWN_MS = 1500;

/** Copy text; where the clipboard is closed (no HTTPS), through a selected field. */
async function copy(text, root) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    root.appendChild(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

export function render({ data, parentElement }) {
  const root = parentElement.querySelector(".rx-root");
  let button = root.querySelector("button");
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    root.appendChild(button);
  }
  button.textContent = data.label;
  button.onclick = async () => {
    await copy(window.location.href, root);
    button.textContent = data.done;
    setTimeout(() => (button.textContent = data.label), SHOWN_MS);
  };
}
