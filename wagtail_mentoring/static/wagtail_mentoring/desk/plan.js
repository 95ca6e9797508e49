/* Keeps what a plan says of its ticks true: the server keeps each tick, counts, and says it in words.
   Without it a button counts again, and approving asks once more when the numbers were others. */
(() => {
  const form = document.getElementById("w-editor-form");
  const expected = document.getElementById("expected");
  const count = document.getElementById("count");
  const touched = document.getElementById("touched");
  const told = document.getElementById("told");
  const buttons = { approve_label: document.getElementById("approve"), again_label: document.getElementById("again") };
  if (!form || !expected) return;
  if (count) count.hidden = true;

  const show = (answer) => {
    if ("expected" in answer) expected.value = answer.expected;
    for (const [name, button] of Object.entries(buttons)) {
      if (button && answer[name]) button.textContent = answer[name];
    }
    if (!told) return;
    if (answer.title) told.querySelector("strong").textContent = answer.title;
    told.querySelector("ul").replaceChildren(
      ...answer.after.map((sentence) => {
        const item = document.createElement("li");
        item.textContent = sentence;
        return item;
      }),
    );
  };

  let busy = false;
  let again = false;
  const ask = async () => {
    // One at a time, so that an older answer never comes after a newer one.
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    if (told) told.setAttribute("aria-busy", "true");
    try {
      const sent = new FormData(form);
      sent.set("action", "count");
      // Not form.action: the buttons are called so.
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: sent, headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      show(await answer.json());
    } catch {
      show({ after: told ? [told.dataset.failed] : [] });
      if (count) count.hidden = false;
    }
    busy = false;
    if (told) told.removeAttribute("aria-busy");
    if (again) {
      again = false;
      ask();
    }
  };

  form.addEventListener("change", (event) => {
    // A lock that was set here and taken back is as the page showed it: the server is told that it was meant.
    if (touched && event.target.name === "lock") touched.value += `-${event.target.value}`;
    if (["invite", "lock"].includes(event.target.name)) ask();
  });
})();
