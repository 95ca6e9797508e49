/* Keeps the numbers on the buttons of a plan true while rows are ticked. Without it the server asks once more. */
(() => {
  const form = document.getElementById("w-editor-form");
  const approve = document.getElementById("approve");
  const again = document.getElementById("again");
  const expected = document.getElementById("expected");
  if (!form || !expected) return;

  const ticked = (name) => [...form.querySelectorAll(`input[name="${name}"]:checked`)];
  const fill = (button, values) => {
    button.textContent = button.dataset.label.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  };

  form.addEventListener("change", (event) => {
    if (event.target.name === "invite" && approve) {
      const rows = ticked("invite");
      const people = Number(approve.dataset.people) + rows.length;
      // Somebody who is asked for two people is one mentor.
      const keys = [approve, ...rows].flatMap((one) => one.dataset.mentors.split(" ").filter(Boolean));
      const mentors = new Set(keys).size;
      expected.value = people;
      fill(approve, { people, mentors });
    }
    if (event.target.name === "lock" && again) {
      const locked = ticked("lock").length + Number(again.dataset.elsewhere);
      fill(again, { locked, rest: Number(again.dataset.waiting) - locked });
    }
  });
})();
