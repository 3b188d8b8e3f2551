"""The command ``peakvi-widgets``: what a session does, without a notebook.

Each command reads files and writes files; a session file (``.peakvi``) carries counts, model, map,
groups and the script from one to the next, and opens in the window too.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import __version__, settings
from .click_errors import one_line_errors
from .course.command_line import course
from .engine.plan import PRESETS
from .errors import DataError, PeakVIError
from .files import refuse_existing, write_whole

if TYPE_CHECKING:
    from .session import Session

INTERRUPTED = 130  # exit code after Ctrl-C, as of shells
OUT = click.Path(dir_okay=False, path_type=Path)
DATA = (
    "DATA is an .h5ad, a 10x .h5 or folder, another file that peakvi_widgets reads, a session file "
    "(.peakvi), or the name of a built-in set (pbmc10k)."
)
# \b keeps the lines of a paragraph as they are
HELP = """PeakVI for single-cell ATAC-seq on the command line.

\b
peakvi-widgets train pbmc10k -o cells.peakvi    (built-in cells, or a file)
peakvi-widgets da cells.peakvi --by cell_type_coarse --group1 B -o b.csv
peakvi-widgets export cells.peakvi -o cells.html
peakvi-widgets script cells.peakvi -o cells.py

\b
A session file opens in the window too: peakvi-widgets open cells.peakvi
To learn it, on built-in cells: peakvi-widgets demo
"""


def _opened(data: str) -> Session:
    from .session import Session

    session = Session(data)
    _wait(session)
    return session


def _wait(session: Session) -> None:
    """Wait for a session; after Ctrl-C end here, before anything is written."""
    if _is_interrupted_while_waiting(session):
        click.echo("Interrupted; nothing was written.", err=True)
        sys.exit(INTERRUPTED)


def _is_interrupted_while_waiting(session: Session) -> bool:
    """Wait for a session, which Ctrl-C stops softly; return whether it did."""
    interrupts: list[int] = []
    former = signal.getsignal(signal.SIGINT)

    def note(number: int, frame: Any) -> None:
        interrupts.append(number)
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        session.wait()
    finally:
        signal.signal(signal.SIGINT, former)
    return bool(interrupts)


def _checked_output(path: Path, overwrite: bool, *endings: str) -> Path:
    """Return an absolute path, before any work is done in vain."""
    if path.suffix.lower() not in endings:
        raise click.BadParameter(f"{path.name} does not end in {' or '.join(endings)}.")
    path = path.absolute()
    if not path.parent.is_dir():
        raise DataError(f"There is no folder {path.parent}; make it, or choose another.")
    refuse_existing(path, overwrite)
    return path


def _say(session: Session) -> None:
    click.echo(session.summary(), err=True)


overwrite = click.option("--overwrite", is_flag=True, help="Replace a file that is there.")


@click.group(help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Do on the command line what a session does."""


main.add_command(course)


@main.command(epilog=DATA)
@click.argument("data")
@click.option("-o", "--output", type=OUT, required=True, help="Session file to write (.peakvi).")
@click.option("--preset", type=click.Choice(tuple(PRESETS)), default="standard", show_default=True)
@click.option("--max-epochs", type=click.IntRange(1), help="At most so many epochs.")
@click.option(
    "--min-cells", type=float, default=10, show_default=True,
    help="Keep regions seen in so many cells, or in such a share of them (below 1).",
)  # fmt: skip
@click.option("--batch-key", help="Column of obs with the batches.")
@click.option(
    "--held-out", type=click.FloatRange(0, 0.9),
    help=f"Share of the fragments that checks each comparison.  [default: {settings.held_out}]",
)  # fmt: skip
@click.option("--resolution", type=float, default=0.2, show_default=True, help="Of the clusters.")
@click.option("--seed", type=click.IntRange(0), help="Of everything that is drawn at random.")
@click.option("--devices", type=click.IntRange(1), default=1, help="Processes on each machine.")
@click.option(
    "--nodes", type=click.IntRange(1), default=1, show_default=True,
    help="Machines that run this with NODE_RANK, MASTER_ADDR and MASTER_PORT set.",
)  # fmt: skip
@overwrite
@one_line_errors
def train(
    data: str,
    output: Path,
    preset: Any,
    max_epochs: int | None,
    min_cells: float,
    batch_key: str | None,
    held_out: float | None,
    resolution: float,
    seed: int | None,
    devices: int,
    nodes: int,
    overwrite: bool,
) -> None:
    """Filter, train, map and cluster DATA."""
    from .engine.machines import machines
    from .engine.worker_group import learn_for_the_first_machine

    settings.nodes = nodes
    if machines().number:
        learn_for_the_first_machine(devices)
        click.echo("The training has ended; the first machine goes on.", err=True)
        return
    output = _checked_output(output, overwrite, ".peakvi")
    if seed is not None:
        settings.seed = seed
    session = _opened(data)
    session.filter(min_cells=int(min_cells) if min_cells >= 1 else min_cells)
    session.setup(batch_key=batch_key, held_out=held_out)
    changes: dict[str, Any] = {} if max_epochs is None else {"max_epochs": max_epochs}
    if devices * nodes > 1:
        changes |= {"devices": devices, "device": "cpu"}
    session.train(preset, **changes)
    session.embed()
    session.cluster(resolution)
    is_interrupted = _is_interrupted_while_waiting(session)
    if is_interrupted and session.training != "trained":
        click.echo("Interrupted; nothing was written.", err=True)
        sys.exit(INTERRUPTED)
    session.save(output, overwrite=overwrite)
    session.wait()
    _say(session)
    if is_interrupted:
        click.echo(f"Interrupted: {output.name} holds what was done until then.", err=True)
        sys.exit(INTERRUPTED)


@main.command(epilog=DATA)
@click.argument("data")
@click.option("-o", "--output", type=OUT, required=True, help="Table to write (.csv or .bed).")
@click.option("--by", required=True, help="Column of obs, such as clusters_peakvi.")
@click.option("--group1", required=True, help="Its category that is compared.")
@click.option("--group2", help="The category that it is compared with; all other cells if absent.")
@click.option("--estimand", type=click.Choice(["difference", "log2"]), default="difference")
@click.option(
    "--level",
    type=click.Choice(["auto", "group", "cell"]),
    default="auto",
    help="Compare means of groups or, as scvi-tools does, single cells.",
)
@click.option("--donor", help="Column of obs with the donors, for evidence by replicates.")
@click.option("--called", is_flag=True, help="Write the called regions alone.")
@overwrite
@one_line_errors
def da(
    data: str,
    output: Path,
    by: str,
    group1: str,
    group2: str | None,
    estimand: Any,
    level: Any,
    donor: str | None,
    called: bool,
    overwrite: bool,
) -> None:
    """Compare two groups of cells of a trained session."""
    from .data import write_bed

    output = _checked_output(output, overwrite, ".csv", ".bed")
    session = _opened(data)
    session.live = False
    session.groups_by(by, group1, group2)
    session.compare(estimand=estimand, level=level, donor=donor)
    _wait(session)
    table = session.da_result
    chosen = table[table["is_da_fdr"]] if called else table
    if output.suffix.lower() == ".bed":
        write_bed(chosen, output, overwrite=overwrite)
    else:
        write_whole(output, chosen.to_csv(index_label="region").encode(), overwrite=overwrite)
    click.echo(f"{session.da_title}: {len(chosen):,} regions in {output.name}", err=True)
    if session.da_check is not None:
        click.echo(session.da_check.sentence, err=True)


@main.command(epilog=DATA)
@click.argument("data")
@click.option("-o", "--output", type=OUT, required=True, help="Picture (.png, .svg, .pdf).")
@overwrite
@one_line_errors
def preview(data: str, output: Path, overwrite: bool) -> None:
    """Draw a map of DATA before any training, in seconds."""
    output = _checked_output(output, overwrite, ".png", ".svg", ".pdf")
    session = _opened(data)
    session.filter()
    session.preview()
    _wait(session)
    session.figure("embedding", path=output)
    _say(session)


@main.command()
@click.argument("session_file", type=click.Path(exists=True))
@click.option("-o", "--output", type=OUT, required=True, help="Page to write (.html).")
@click.option("--note", default="", help="A text for the reader, shown over the map.")
@click.option("--counts/--no-counts", default=True, help="With the counts, cells can be compared.")
@click.option(
    "--model/--no-model", default=None, help="With the model; by default if it stays under 10 MB."
)
@click.option("--max-cells", type=int, help="Of more cells the page has a random sample.")
@overwrite
@one_line_errors
def export(
    session_file: str,
    output: Path,
    note: str,
    counts: bool,
    model: bool | None,
    max_cells: int | None,
    overwrite: bool,
) -> None:
    """Write a session file as a page that opens without Python, by a double click."""
    output = _checked_output(output, overwrite, ".html")
    session = _opened(session_file)
    session.export_html(
        output, note=note, counts=counts, model=model, max_cells=max_cells, overwrite=overwrite
    )
    _say(session)


@main.command()
@click.argument("data")
@click.option("-o", "--output", type=OUT, required=True, help="Table to write (.csv).")
@click.option("--genome", help="hg38, hg19 or mm10; guessed if absent.")
@click.option("--genes", type=click.Path(exists=True), help="A GTF, GFF3 or BED file of genes.")
@overwrite
@one_line_errors
def annotate(
    data: str, output: Path, genome: str | None, genes: str | None, overwrite: bool
) -> None:
    """Write the gene of each region of DATA, promoter or distal, and its distance."""
    from . import annotate as annotated

    output = _checked_output(output, overwrite, ".csv")
    session = _opened(data)
    table = annotated(list(session.regions), genome, genes=genes)
    write_whole(output, table.to_csv(index_label="region").encode(), overwrite=overwrite)
    click.echo(f"{len(table):,} regions in {output.name}", err=True)


@main.command("open", epilog=DATA)
@click.argument("data", default="pbmc10k")
@click.option("--no-browser", is_flag=True, help="Show the address and open no browser.")
@one_line_errors
def open_window(data: str, no_browser: bool) -> None:
    """Open DATA in the window, in a JupyterLab of its own; the built-in cells by default."""
    place = Path(data).absolute()
    source = str(place) if place.exists() else data
    _show_in_lab(f"viewer = pv.Viewer({source!r})\nviewer", no_browser)


@main.command()
@click.argument("course", default="markers")
@click.option("--no-browser", is_flag=True, help="Show the address and open no browser.")
@one_line_errors
def demo(course: str, no_browser: bool) -> None:
    """Learn it on the built-in cells: a COURSE (markers, believe, or a file) beside the window."""
    from .course import find_course, read_course

    path = find_course(course)
    read_course(path)
    source = str(path.absolute()) if Path(course).is_file() else course
    _show_in_lab(f"course = pv.workshop({source!r})\ncourse", no_browser)


def _show_in_lab(code: str, no_browser: bool) -> None:
    """Run some code in a notebook of its own, in a JupyterLab of its own."""
    from importlib.util import find_spec
    from tempfile import TemporaryDirectory

    from .session.history.script import one_cell_notebook

    if find_spec("jupyterlab") is None:
        raise PeakVIError("JupyterLab is not installed; run: pip install 'peakvi-widgets[demo]'")
    with TemporaryDirectory(prefix="peakvi-") as folder:
        path = Path(folder, "peakvi.ipynb")
        notebook = one_cell_notebook(f"import peakvi_widgets as pv\n\n{code}")
        path.write_text(notebook, encoding="utf-8")
        options = ["--no-browser"] if no_browser else []
        sys.exit(subprocess.call([sys.executable, "-m", "jupyterlab", str(path), *options]))


@main.command()
@click.argument("session_file", type=click.Path(exists=True))
@click.option("-o", "--output", type=OUT, help="Where to write it (.py, .ipynb); else it is shown.")
@overwrite
@one_line_errors
def script(session_file: str, output: Path | None, overwrite: bool) -> None:
    """Write the Python of a session file: what was done, step by step."""
    session = _opened(session_file)
    if output is None:
        click.echo(session.code())
    else:
        session.save_code(output, overwrite=overwrite)


if __name__ == "__main__":
    sys.exit(main())
