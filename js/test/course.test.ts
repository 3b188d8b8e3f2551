import { afterEach, expect, it, vi } from "vitest";
import type { CourseState, Lesson } from "../src/contract";
import panel from "../src/panels/course";
import { fakeModel } from "./fake-model";

const LESSON: Lesson = {
  step: 1,
  body: JSON.stringify([["p", "", "Draw with the ", ["strong", "", "lasso"]]]),
  is_done: false,
  is_read: false,
  missing: "",
  hint: "",
  question: "",
  answer: "",
  button: "",
};

function opened(lesson: Partial<Lesson> = {}) {
  const state: CourseState = {
    course_title: "Blood",
    steps: [
      { name: "Map", is_done: true },
      { name: "Draw <b>", is_done: false },
      { name: "End", is_done: false },
    ],
    lesson: { ...LESSON, ...lesson },
    page: { number: 0, name: "", html: "" },
    notice: { number: 0, level: "info", text: "" },
    task: { name: "", text: "", progress: -1, waiting: 0, can_halt: false },
  };
  const fake = fakeModel({ ...state });
  const viewer = document.createElement("div");
  viewer.className = "pv-viewer";
  viewer.innerHTML =
    '<button id="tab"></button><div aria-labelledby="tab" hidden>' +
    '<button data-testid="train"></button></div>' +
    '<details><summary></summary><i data-testid="groups-by"></i></details>' +
    '<button data-testid="lasso"></button>';
  const el = document.createElement("div");
  viewer.append(el);
  document.body.append(viewer);
  const end = new AbortController();
  panel.render({ model: fake.model, el, signal: end.signal });
  const at = <E extends HTMLElement = HTMLButtonElement>(id: string) =>
    el.querySelector<E>(`[data-testid=course-${id}]`) as E;
  const show = (some: Partial<Lesson>) => fake.model.set("lesson", { ...LESSON, ...some });
  return { ...fake, viewer, el, end, at, show };
}
const frames = () => new Promise((done) => requestAnimationFrame(() => done(undefined)));
afterEach(() => document.body.replaceChildren());

it("shows the step, what is done, and names as text", () => {
  const { el, at } = opened();
  expect(at("step").textContent).toBe("2. Draw <b>");
  expect(at("count").textContent).toBe("1 of 3 done");
  expect(el.querySelector(".pv-course-text")?.innerHTML).toBe(
    "<p>Draw with the <strong>lasso</strong></p>",
  );
  expect(el.querySelectorAll("li[data-done]")).toHaveLength(1);
  expect(el.querySelector("[aria-current=step]")?.textContent).toBe("Draw <b>");
});

it("goes back and forth, checks, and starts again", () => {
  const { el, at, sent } = opened();
  for (const id of ["check", "next", "again"]) at(id).click();
  el.querySelectorAll<HTMLButtonElement>(".pv-course-steps button")[0]?.click();
  expect(sent).toEqual([
    { intent: "check" },
    { intent: "go_to_step", step: 2 },
    { intent: "start_again", step: 1 },
    { intent: "go_to_step", step: 0 },
  ]);
});

it("says what is missing, a hint, and that it is done", () => {
  const { at, show } = opened({ missing: "Group 1 is empty.", hint: "Hold the button." });
  expect(at("state").textContent).toBe("Group 1 is empty.");
  expect(at("hint").textContent).toBe("Hint: Hold the button.");
  show({ is_done: true });
  expect(at("state").textContent).toBe("✓ Done.");
  expect(at("hint").hidden).toBe(true);
  expect(at("check").hidden).toBe(true);
  show({ is_read: true });
  expect(at("state").textContent).toBe("");
  expect(at("check").hidden).toBe(true);
});

it("sends an answer when it is written, and keeps what is typed", () => {
  const { at, show, sent } = opened({ question: "Why?", answer: "so" });
  const field = at<HTMLTextAreaElement>("answer");
  expect(field.value).toBe("so");
  field.focus();
  field.value = "because";
  show({ question: "Why?", answer: "so", missing: "Something." });
  expect(field.value).toBe("because");
  field.dispatchEvent(new Event("change"));
  expect(sent).toEqual([{ intent: "answer", text: "because" }]);
  show({ step: 2, question: "And?", answer: "" });
  expect(field.value).toBe("");
});

it("rings the control of the step, or what hides it", async () => {
  const { viewer, show, end } = opened({ button: "lasso" });
  const ringed = () => [...viewer.querySelectorAll("[data-spotlight]")].map((e) => e.outerHTML);
  await frames();
  expect(ringed()).toHaveLength(1);
  expect(ringed()[0]).toContain("lasso");
  show({ button: "train" });
  await frames();
  expect(ringed()[0]).toContain('id="tab"');
  show({ button: "groups-by" });
  await frames();
  expect(ringed()[0]).toContain("<summary");
  show({ button: "groups-by", is_done: true });
  await frames();
  expect(ringed()).toEqual([]);
  show({ button: "lasso" });
  await frames();
  end.abort();
  expect(ringed()).toEqual([]);
});

it("saves the summary that was asked for here, once", () => {
  const { model, at } = opened();
  const made = vi.fn((_content: Blob) => "blob:x");
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: made, revokeObjectURL: () => {} }));
  model.set("page", { number: 1, name: "a.html", html: "<p>" });
  expect(made).not.toHaveBeenCalled(); // another page asked for it
  at("hand-in").click();
  model.set("page", { number: 2, name: "a.html", html: "<p>" });
  expect(made).toHaveBeenCalledTimes(1);
  vi.unstubAllGlobals();
});

it("builds only known elements of a text, and no address but of a web page", () => {
  const { el, show } = opened();
  const bad = [
    ["script", "", "alert(1)"],
    ["a", "javascript:alert(1)", "here"],
    ["a", "https://x.org", "there"],
    ["img", "x", "<img onerror=alert(1)>"],
  ];
  show({ body: JSON.stringify(bad) });
  const text = el.querySelector(".pv-course-text") as HTMLElement;
  expect(text.querySelector("script, img")).toBeNull();
  const links = [...text.querySelectorAll("a")].map((a) => a.getAttribute("href"));
  expect(links).toEqual([null, "https://x.org"]);
});
