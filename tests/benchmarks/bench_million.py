"""A million cells in a real JupyterLab, ours and jupyter-scatter in turn; nothing is asserted.

``python tests/benchmarks/bench_million.py --install`` puts jupyter-scatter into ``.bench`` first;
without it only our side is measured. Both sides get the same places and categories, the same size
on the page and the same hand, in one browser; the order changes with each round.

The first picture counts as drawn when it has 95 % of the ink that it ends with; it is sampled in
the page, and the time of the sampling is taken off the tasks. Both sides put each picture on the
page by ``drawImage``: a frame is the time from one to the next while the hand moves.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from tests.e2e.chromium import FLAGS, find_chromium  # noqa: E402
from tests.e2e.lab import Lab, Notebook, circle  # noqa: E402

STORE = ROOT / ".bench" / "jscatter"
INSTALLED = ("jupyter-scatter", "geoindex-rs", "pyarrow")  # the rest is there already
SIZE = (1000, 600)

COMMON = """import sys
sys.path[:0], sys.path[len(sys.path):] = [{root!r}], [{store!r}]
import json, time, resource
import numpy as np, pandas as pd
from scipy import sparse
from anndata import AnnData
N = {n_cells}
rng = np.random.default_rng(0)
codes = rng.integers(0, 24, N)
far = 6 * np.sqrt(codes / 24 + 0.05)
middles = np.stack([far * np.cos(2.4 * codes), far * np.sin(2.4 * codes)], 1)
places = (middles + rng.normal(0, 0.7, (N, 2))).astype("float32")
types = pd.Categorical.from_codes(codes, [f"type {{i}}" for i in range(24)])
facts = {{}}
def told_memory():
    lines = open("/proc/self/status").read().splitlines()
    return int(next(l for l in lines if l.startswith("VmRSS")).split()[1]) / 1e6"""
BEFORE = {
    "ours": """import peakvi_widgets as pv
regions = rng.integers(0, 60, (N, 5)) + 60 * np.arange(5)
counts = sparse.csr_matrix(
    (np.ones(5 * N, "uint8"), regions.ravel().astype("int32"), np.arange(0, 5 * N + 1, 5)),
    shape=(N, 300))
cells = AnnData(
    counts, obs=pd.DataFrame({"cell_type": types}, index=[f"cell_{i}" for i in range(N)]),
    var=pd.DataFrame(index=[f"chr1:{1000 * i}-{1000 * i + 500}" for i in range(300)]),
    obsm={"X_umap": places})
began = time.time()
session = pv.Session(cells)
session.wait()
facts["open"] = time.time() - began
def grouped(change):
    facts.update(grouped=time.time(), n=len(change.new))
session.observe(grouped, "idx1")""",
    "jupyter-scatter": """import jscatter
frame = pd.DataFrame({"x": places[:, 0], "y": places[:, 1], "type": types})""",
}
SHOW = {
    "ours": "pv.EmbeddingPanel(session)",
    "jupyter-scatter": f"""scatter = jscatter.Scatter(
    data=frame, x="x", y="y", color_by="type", height={SIZE[1]})
def selected(change):
    facts.update(grouped=time.time(), n=len(change.new))
scatter.widget.observe(selected, "selection")
scatter.show()""",
}
CANVAS = {"ours": ".pv-scatter > canvas", "jupyter-scatter": ".jp-OutputArea canvas"}
TELL = "print(json.dumps(facts | {'memory': told_memory()}))"
WATCH = """(() => {
    const [width, height] = [96, 72];
    const probe = Object.assign(document.createElement("canvas"), { width, height });
    const context = probe.getContext("2d", { willReadFrequently: true });
    const watch = { tasks: [], seen: [], looks: [], drawn: [], where: "", up: 0, probing: false };
    window.watching = watch;
    watch.canvas = () => {
        const size = (c) => c.clientWidth * c.clientHeight;
        return [...document.querySelectorAll(watch.where)].sort((a, b) => size(b) - size(a))[0];
    };
    const own = CanvasRenderingContext2D.prototype.drawImage;
    CanvasRenderingContext2D.prototype.drawImage = function (...given) {
        if (watch.where && this.canvas.matches(watch.where)) watch.drawn.push(performance.now());
        return own.apply(this, given);
    };
    const look = () => {
        const at = performance.now();
        const canvas = watch.probing && watch.where ? watch.canvas() : undefined;
        if (canvas?.width) {
            context.clearRect(0, 0, width, height);
            own.call(context, canvas, 0, 0, width, height);
            const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
            let ink = 0;
            for (const pixel of pixels) if (pixel !== pixels[0]) ink++;
            watch.seen.push({ at: performance.now(), ink });
            watch.looks.push({ at, ms: performance.now() - at });
        }
        setTimeout(look, 300);
    };
    look();
    new PerformanceObserver((list) => {
        for (const { startTime: at, duration } of list.getEntries()) {
            const inside = watch.looks.filter((one) => one.at >= at && one.at < at + duration);
            watch.tasks.push({ at, ms: duration - inside.reduce((sum, { ms }) => sum + ms, 0) });
        }
    }).observe({ type: "longtask", buffered: true });
    window.addEventListener("pointerup", () => { watch.up = Date.now() / 1000; }, true);
})();"""


class Trace:
    """What the main threads of the pages do, by the browser's own account."""

    def __init__(self, browser: Browser) -> None:
        self._client = browser.new_browser_cdp_session()
        self._events: list[dict[str, Any]] = []
        self._is_done = False
        self._client.on("Tracing.dataCollected", lambda data: self._events.extend(data["value"]))
        self._client.on("Tracing.tracingComplete", self._end)
        config = {"includedCategories": ["toplevel"], "excludedCategories": ["*"]}
        self._client.send("Tracing.start", {"traceConfig": config, "transferMode": "ReportEvents"})

    def _end(self, _data: Any) -> None:
        self._is_done = True

    def stop(self) -> float:
        """Return the longest task in seconds that it had the processor: others wait for it too."""
        self._client.send("Tracing.end")
        while not self._is_done:
            self._client.send("Browser.getVersion")  # lets what was collected come in
        mains = {
            (event["pid"], event["tid"])
            for event in self._events
            if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
        }
        times = [
            event["tdur"]
            for event in self._events
            if (event["pid"], event["tid"]) in mains and "tdur" in event
        ]
        self._client.detach()
        return max(times, default=0) / 1e6


class Side:
    """One of the two, in a notebook of its own."""

    def __init__(self, name: str, lab: Lab, browser: Browser, n_cells: int) -> None:
        self.name, self.browser = name, browser
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.page = self.context.new_page()
        self.page.add_init_script(WATCH)
        common = COMMON.format(root=str(ROOT), store=str(STORE), n_cells=n_cells)
        file = f"{name}_{time.monotonic_ns()}.ipynb"
        lab.write(file, [common, BEFORE[name], SHOW[name], TELL])
        self.notebook = Notebook(self.page, lab, file)
        self.notebook.run(0, 120)
        self.notebook.run(1, 300)

    def measure(self) -> dict[str, float]:
        """Draw, pan, zoom and select; return seconds and megabytes by name."""
        page, found = self.page, {}
        page.evaluate(
            "where => { Object.assign(watching, { where, probing: true }).tasks.length = 0 }",
            self.where,
        )
        trace = Trace(self.browser)
        began = page.evaluate("performance.now()")
        self.notebook.start(2)
        self._at_rest(began, 240, quiet=5)
        pictures = page.evaluate("watching.probing = false; watching.seen")
        most = pictures[-1]["ink"]
        first = next(picture for picture in pictures if picture["ink"] >= 0.95 * most)
        some = next(picture for picture in pictures if picture["ink"] > 0)
        found["first draw"] = (first["at"] - began) / 1000
        found["something to see"] = (some["at"] - began) / 1000
        box = self._box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        if self.name == "ours":
            page.mouse.move(x + 3, y)
            page.locator(".pv-surface").focus()
            page.keyboard.press("p")
        found["pan frame"], found["at rest after a pan"] = self._moved(lambda: self._drag(x, y))
        found["zoom frame"], found["at rest after a zoom"] = self._moved(self._roll)
        found["mouse-up to selected"] = self._select(x, y)
        tasks = page.evaluate("watching.tasks")
        found["longest task"] = max((task["ms"] for task in tasks), default=0) / 1000
        found["longest task, time on the CPU"] = trace.stop()
        facts = self.notebook.json(3)
        found["kernel, GB"] = facts["memory"]
        found |= {"opening": facts["open"]} if "open" in facts else {}
        client = self.context.new_cdp_session(page)
        client.send("HeapProfiler.collectGarbage")
        found["JS heap, GB"] = client.send("Runtime.getHeapUsage")["usedSize"] / 1e9
        return found

    @property
    def where(self) -> str:
        return CANVAS[self.name]

    def close(self) -> None:
        self.context.close()

    def _box(self) -> dict[str, float]:
        return self.page.evaluate(
            """() => {
                const canvas = watching.canvas();
                canvas.scrollIntoView({ block: "center" });
                const { x, y, width, height } = canvas.getBoundingClientRect();
                return { x, y, width, height };
            }"""
        )

    def _at_rest(self, since: float, timeout: float, quiet: float = 3) -> list[float]:
        """Wait until nothing more is drawn; return when something was."""
        self.page.wait_for_function(
            """([since, quiet]) => {
                const last = watching.drawn.at(-1) ?? 0;
                return last > since && performance.now() - last > quiet;
            }""",
            arg=[since, 1000 * quiet],
            timeout=timeout * 1000,
            polling=250,
        )
        return self.page.evaluate("since => watching.drawn.filter((at) => at > since)", since)

    def _moved(self, move: Callable[[], None]) -> tuple[float, float]:
        """Return the median time between two pictures, and how long the last one took to come."""
        began = self.page.evaluate("performance.now()")
        move()
        ended = self.page.evaluate("performance.now()")
        drawn = self._at_rest(began, 120)
        gaps = [b - a for a, b in pairwise([began, *(at for at in drawn if at <= ended)])]
        gaps = [gap for gap in gaps if gap > 1]  # two parts of one picture
        return statistics.median(gaps or [ended - began]) / 1000, max(0, drawn[-1] - ended) / 1000

    def _drag(self, x: float, y: float) -> None:
        mouse, end, step = self.page.mouse, time.monotonic() + 4, 0
        mouse.move(x, y)
        mouse.down()
        while time.monotonic() < end:
            step += 1
            mouse.move(x + 2 * (step % 60), y + (step % 40))
            self.page.wait_for_timeout(16)
        mouse.up()

    def _roll(self) -> None:
        for _ in range(20):
            self.page.mouse.wheel(0, -20)
            self.page.wait_for_timeout(100)

    def _select(self, x: float, y: float) -> float:
        """Draw a line round about a fifth of what is in sight; ours makes it group 1."""
        page = self.page
        if self.name == "ours":
            page.keyboard.press("l")
        else:
            page.keyboard.down("Shift")
        began = page.evaluate("performance.now()")
        for number, (dx, dy) in enumerate([*circle(0, 0, 120), (120, 0)]):
            page.mouse.move(x + dx, y + dy)
            if number == 0:
                page.mouse.down()
            page.wait_for_timeout(16)
        page.mouse.up()
        if self.name == "ours":
            page.keyboard.press("1")
        else:
            page.keyboard.up("Shift")
        self._at_rest(began, 120)
        facts = self.notebook.json(3)
        return float(facts["grouped"]) - float(page.evaluate("watching.up"))


FIRST_PAINT = {
    "empty viewer, first paint": ("", "pv.Viewer()"),
    "viewer with built-in data, first paint": (
        "session = pv.Session('pbmc10k')\nsession.wait()",
        "pv.Viewer(session)",
    ),
}
PAINTED = """() => new Promise((resolve) => {
    const look = () => document.querySelector(".pv-viewer .pv-panel")
        ? requestAnimationFrame(() => setTimeout(() => resolve(performance.now())))
        : requestAnimationFrame(look);
    look();
})"""


def first_paints(lab: Lab, browser: Browser) -> dict[str, float]:
    """Return seconds from running a cell that shows a viewer to its first paint."""
    found = {}
    for name, (before, show) in FIRST_PAINT.items():
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        file = f"paint_{time.monotonic_ns()}.ipynb"
        begin = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nimport peakvi_widgets as pv\n"
        lab.write(file, [begin + before, show])
        notebook = Notebook(context.new_page(), lab, file)
        notebook.run(0, 120)
        began = notebook.page.evaluate("performance.now()")
        notebook.start(1)
        found[name] = (notebook.page.evaluate(PAINTED) - began) / 1000
        context.close()
        lab.end_kernels()
    return found


def install() -> None:
    """Put jupyter-scatter where only this benchmark finds it."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(STORE)]
    subprocess.run([*pip, *INSTALLED], check=True)


def machine(page: Page) -> str:
    """Say what the numbers were measured on."""
    renderer = page.evaluate(
        """() => {
            const gl = document.createElement("canvas").getContext("webgl2");
            const info = gl?.getExtension("WEBGL_debug_renderer_info");
            return info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : "no WebGL";
        }"""
    )
    info = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":")[1].strip() for line in info if line.startswith("model name")]
    load = Path("/proc/loadavg").read_text().split()[0]
    libraries = ", ".join(f"{name} {version(name)}" for name in ("jupyterlab", "anywidget"))
    return f"{names[0]}, {len(names)} cores, load {load} at the start; {renderer}; {libraries}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", action="store_true", help="install jupyter-scatter first")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cells", type=int, default=1_000_000)
    parser.add_argument("--ours", action="store_true", help="measure our side only")
    given = parser.parse_args()
    if given.install:
        install()
    names = ["ours", "jupyter-scatter"] if STORE.is_dir() and not given.ours else ["ours"]
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    paints: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as root, sync_playwright() as playwright:
        lab = Lab(Path(root))
        program = find_chromium(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            about = f"{machine(browser.new_page())}; Chromium {browser.version}"
            for turn in range(given.rounds):
                for name in names if turn % 2 == 0 else names[::-1]:
                    side = Side(name, lab, browser, given.cells)
                    runs[name].append(side.measure())
                    print(name, json.dumps(runs[name][-1]), file=sys.stderr)
                    side.close()
                    lab.end_kernels()
                paints.append(first_paints(lab, browser))
        finally:
            browser.close()
            lab.stop()
    if STORE.is_dir():
        found = next(STORE.glob("jupyter_scatter-*.dist-info")).name
        about += f"; {found.removesuffix('.dist-info').replace('_', '-')}"
    print(f"\n{given.cells:,} cells; medians of {given.rounds} alternating rounds; {about}\n")
    print_table(runs, paints)


def print_table(runs: dict[str, list[dict[str, float]]], paints: list[dict[str, float]]) -> None:
    """Print one row for each number."""
    medians = {
        side: {what: statistics.median(run[what] for run in all_) for what in all_[0]}
        | {"longest task": max(run["longest task"] for run in all_)}  # none may be longer
        for side, all_ in runs.items()
    }
    ours, theirs = medians["ours"], medians.get("jupyter-scatter", {})
    ours |= {what: statistics.median(paint[what] for paint in paints) for what in paints[0]}
    print("| seconds, if not said otherwise | ours | jupyter-scatter | ratio |")
    print("|---|---|---|---|")
    for what, value in ours.items():
        other = theirs.get(what)
        ratio = f"{value / other:.2f}" if other else ""
        print(f"| {what} | {value:.3f} | {'' if other is None else f'{other:.3f}'} | {ratio} |")


if __name__ == "__main__":
    main()
