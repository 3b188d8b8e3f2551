/** The course panel: the steps of a lesson, what to do at each, and whether it is done. */
import type { CourseIntent, CourseState } from "../contract";
import { definePanel } from "../panel";
import { button, h, READ_ONLY_CONTROL, say } from "../ui/dom";
import { download } from "../ui/download";
import { blockNodes } from "./course/block-nodes";
import { spotlight } from "./course/spotlight";

export default definePanel<CourseState, CourseIntent>(({ el, wire, watch, ended }) => {
  const [steps, lesson, page] = [wire.read("steps"), wire.read("lesson"), wire.read("page")];
  const go = (step: number) => wire.ask({ intent: "go_to_step", step });

  const title = h("h3", { class: "pv-course-title" });
  const count = h("span", { class: "pv-dim", "data-testid": "course-count" });
  const bar = h("progress", { class: "pv-course-bar", max: 1, value: 0, "aria-hidden": "true" });
  const list = h("ol", { class: "pv-course-steps", "aria-label": "Steps" });
  const name = h("h4", { class: "pv-course-step", tabindex: -1, "data-testid": "course-step" });
  const text = h("div", { class: "pv-course-text" });
  const answer = h("textarea", {
    class: "pv-field",
    rows: 3,
    maxlength: 10_000,
    "data-testid": "course-answer",
  });
  const asked = h("span");
  const question = h("label", { class: "pv-course-question" }, asked, answer);
  const state = h("p", {
    class: "pv-course-state",
    role: "status",
    "data-testid": "course-state",
  });
  const hint = h("p", { class: "pv-course-hint", role: "status", "data-testid": "course-hint" });

  const back = button("Back", () => go(lesson.value.step - 1), { ended, asks: true });
  const check = button("Check", () => wire.ask({ intent: "check" }), {
    ended,
    asks: true,
    testid: "course-check",
    title: "Show what is missing in this step",
  });
  const next = button("Next", () => go(lesson.value.step + 1), {
    ended,
    asks: true,
    kind: "primary",
    testid: "course-next",
  });
  const again = button(
    "Start this step again",
    () => wire.ask({ intent: "start_again", step: lesson.value.step }),
    {
      ended,
      asks: true,
      kind: "ghost",
      testid: "course-again",
      title: "Restore selection, groups and coloring from the start of this step",
    },
  );
  let isAsked = false;
  const ask = () => {
    isAsked = true;
    wire.ask({ intent: "hand_in" });
  };
  const handIn = button("Save summary", ask, {
    ended,
    asks: true,
    kind: "ghost",
    testid: "course-hand-in",
    title: "Save steps, answers, groups, table and script as one page to hand in",
  });

  const keep = () => {
    if (answer.value !== lesson.value.answer) wire.ask({ intent: "answer", text: answer.value });
  };
  answer.addEventListener("change", keep, { signal: ended });

  watch(() => {
    title.textContent = wire.read("course_title").value;
  });
  watch(() => {
    const all = steps.value;
    const done = all.filter(({ is_done }) => is_done).length;
    say(count, `${done} of ${all.length} done`);
    bar.max = Math.max(1, all.length);
    bar.value = done;
    const rows = all.map(({ name: label, is_done }, index) => {
      const row = button(label, () => go(index), { ended, asks: true, kind: "ghost" });
      if (index === lesson.value.step) row.setAttribute("aria-current", "step");
      if (is_done) row.setAttribute("aria-label", `${label}, done`);
      return h("li", { "data-done": is_done }, row);
    });
    list.replaceChildren(...rows);
  });

  let [shown, body] = [-1, ""];
  watch(() => {
    const now = lesson.value;
    const all = steps.value;
    name.textContent = `${now.step + 1}. ${all[now.step]?.name ?? ""}`;
    if (now.body !== body) {
      body = now.body;
      text.replaceChildren(...blockNodes(body));
    }
    const isLast = now.step >= all.length - 1;
    back.hidden = now.step === 0;
    next.hidden = isLast;
    check.hidden = now.is_read || now.is_done;
    again.hidden = now.is_read;
    next.classList.toggle("pv-primary", now.is_read || now.is_done);
    question.hidden = now.question === "";
    say(asked, now.question);
    const isOther = shown !== now.step;
    if (isOther || answer.ownerDocument.activeElement !== answer) answer.value = now.answer;
    if (isOther && shown >= 0) name.focus({ preventScroll: true });
    shown = now.step;
    state.dataset.kind = now.is_done ? "done" : now.missing ? "missing" : "none";
    say(state, now.is_done ? "✓ Done." : now.missing);
    say(hint, now.hint && `Hint: ${now.hint}`);
    hint.hidden = now.hint === "";
  });
  watch(() => {
    const { number, name: file, html } = page.value;
    if (number > 0 && isAsked) download(html, file, "text/html");
    isAsked = false;
  });
  spotlight(el, () => (lesson.value.is_done ? "" : lesson.value.button), { watch, ended });

  const all = h("summary", { ...READ_ONLY_CONTROL }, count);
  el.append(
    h(
      "section",
      { class: "pv-panel pv-course", "aria-label": "Course", "data-testid": "course-panel" },
      title,
      bar,
      h("details", { class: "pv-details pv-course-all" }, all, list),
      name,
      text,
      question,
      state,
      hint,
      h("div", { class: "pv-course-buttons" }, back, check, next),
      h("div", { class: "pv-course-buttons" }, again, handIn),
    ),
  );
});
