"""Tables of genes: those that come with the package, and a GTF, GFF3 or BED file of the user."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...errors import DataError
from .exons import PARTS, Exons, are_exons

if TYPE_CHECKING:
    import pandas as pd

GENOMES = {"hg38": "human, GRCh38", "hg19": "human, GRCh37", "mm10": "mouse, GRCm38"}
ALIASES = {"grch38": "hg38", "grch37": "hg19", "b37": "hg19", "grcm38": "mm10"}
COLUMNS = ("chr", "start", "end", "strand", "gene", "is_coding", "exons")
MAX_BYTES = 1 << 32  # of an annotation file
GENOME_END = 1 << 32  # base pairs; places are kept as uint32 where they are drawn

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

# what names a gene in the last column of a GTF or GFF3 file, best first
NAMES = ("gene_name", "Name", "gene", "gene_symbol", "gene_id", "ID")
KEYS = ("ID", "gene_id", "transcript_id")  # what exons name as theirs
BIOTYPES = ("gene_type", "gene_biotype", "biotype")


def genome_name(text: str) -> str:
    """Return the name of a bundled genome: ``"GRCh38"`` and ``"hg38"`` are one.

    Raises
    ------
    DataError
        There is no such genome in the package.
    """
    key = str(text).strip().lower()
    for given, name in ({name: name for name in GENOMES} | ALIASES).items():
        if key == given or re.match(rf"{given}(?![0-9a-z])", key):
            return name
    raise DataError(
        f"There is no genome {text!r} in the package; it has {', '.join(GENOMES)}. "
        "Pass a GTF, GFF3 or BED file of your genome as genes=."
    )


@cache
def genes_of_genome(genome: str) -> pd.DataFrame:
    """Return the genes of a genome that comes with the package; do not change the table.

    Parameters
    ----------
    genome
        ``"hg38"``, ``"hg19"``, ``"mm10"`` or another name of these.

    Returns
    -------
    One row a gene symbol: ``chr``, ``start``, ``end`` (base pairs, counted from 0, the end not
    included), ``strand`` ("+" or "-"), ``gene``, ``is_coding`` and ``exons`` as text
    (``offset+length``, separated by commas; offsets from ``start``).

    Raises
    ------
    DataError
        There is no such genome.

    References
    ----------
    GENCODE Basic V28, V19 and VM18; the file CREDIT.txt beside the tables.
    """
    import pandas as pd

    path = files(__package__) / f"{genome_name(genome)}.tsv.xz"
    with path.open("rb") as stream:
        table = pd.read_csv(stream, sep="\t", compression="xz", keep_default_na=False)
    table.columns = pd.Index(COLUMNS)
    return table.assign(is_coding=table["is_coding"] == 1, chr=table["chr"].astype("category"))


@cache
def gene_names(genome: str) -> frozenset[str]:
    """Return the symbols of all genes of a genome that comes with the package."""
    return frozenset(genes_of_genome(genome)["gene"])


def are_genes(table: pd.DataFrame) -> np.ndarray:
    """Return which rows are genes: of a name, at a place that a genome can have.

    Parameters
    ----------
    table
        As `genes_of_genome` returns it; ``start`` and ``end`` may be any numbers.

    Returns
    -------
    Flags, shape (n_rows,). Of a gene, ``chr`` and ``gene`` are text without control characters,
    ``0 <= start < end < 2**32`` in whole base pairs, and the exons lie within.
    """
    start, end = (table[name].to_numpy("float64", na_value=np.nan) for name in ("start", "end"))
    is_place = (start >= 0) & (start < end) & (end < GENOME_END)
    is_place &= (np.floor(start) == start) & (np.floor(end) == end)
    labels = {name: _is_name(name) for name in table["chr"].unique()}
    is_good: np.ndarray = is_place & table["chr"].map(labels).to_numpy(bool)
    is_good &= np.array([_is_name(name) for name in table["gene"]], bool)
    is_good &= table["strand"].isin(["+", "-"]).to_numpy(bool)
    first, last = np.where(is_place, start, 0), np.where(is_place, end, 0)
    length = (last - first).astype("int64").tolist()
    is_good &= np.array(list(map(are_exons, table["exons"], length)), bool)
    return is_good


def _is_name(text: str) -> bool:
    return bool(text.strip()) and _CONTROL.search(text) is None


def read_genes(path: str | Path) -> pd.DataFrame:
    """Read the genes of a GTF, GFF3 or BED file, plain or gzipped.

    Parameters
    ----------
    path
        A ``.gtf``, ``.gff``, ``.gff3`` or ``.bed`` file (also ``.gz``). Of GTF and GFF3 the lines
        of genes count, or of transcripts where there are none. A BED file needs a name in column 4;
        without a strand in column 6 all genes are taken as "+".

    Returns
    -------
    The table that `genes_of_genome` returns; with the exons of a GTF or GFF3 file that has them: of
    each gene those of the transcript with the most coding bases, or else with the most bases. Of
    several genes of one name on a chromosome the longest is kept. Lines that are no genes, as by
    their place or for want of a name, are left out; ``attrs["n_left_out"]`` is how many.

    Raises
    ------
    DataError
        It cannot be read, or holds no genes.
    """
    import pandas as pd

    file = Path(path).expanduser()
    ending = "".join(file.suffixes[-2:]).lower().removesuffix(".gz")
    kind = ending.rsplit(".", 1)[-1]
    if kind not in ("gtf", "gff", "gff3", "bed"):
        raise DataError(f"{file.name} is not a GTF, GFF3 or BED file; its ending is {kind!r}.")
    wanted = ("gene", "transcript", "mRNA") if kind != "bed" else ()
    exons = Exons()
    try:
        if file.stat().st_size > MAX_BYTES:
            raise DataError(f"{file.name} is larger than 4 GB; give the lines of genes alone.")
        opened = gzip.open if file.suffix.lower() == ".gz" else open
        with opened(file, "rt", encoding="utf-8-sig", errors="replace") as stream:
            rows = list(_rows(stream, wanted, exons))
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{file.name} cannot be read: {error!s:.120}.") from error
    lines = pd.DataFrame(rows, columns=range(6 if kind == "bed" else 9), dtype=object)
    table, n_left_out = _of_bed(lines) if kind == "bed" else _of_gtf(lines, exons)
    if not len(table):
        raise DataError(f"{file.name} holds no genes; a GTF, GFF3 or BED file of genes is needed.")
    longest = (table["end"] - table["start"]).sort_values(ascending=False, kind="stable").index
    table = table.loc[longest].drop_duplicates(["chr", "gene"]).sort_index()
    table = table.reset_index(drop=True).assign(chr=lambda kept: kept["chr"].astype("category"))
    table.attrs = {"n_left_out": n_left_out}
    return table


def left_out_sentence(table: pd.DataFrame) -> str:
    """Say how many lines of a file of genes are not in its table; empty for none."""
    n = table.attrs.get("n_left_out", 0)
    lines = "1 line was" if n == 1 else f"{n:,} lines were"
    return f"{lines} left out: without a name, or at no place of a genome." if n else ""


def _rows(
    stream: Iterable[str], features: Sequence[str], exons: Exons
) -> Iterator[list[str | None]]:
    """Yield the columns of the lines that matter: nine of a GTF or GFF3, six of a BED."""
    n = 9 if features else 6
    for line in stream:
        if line.startswith("#"):
            continue
        found = line.rstrip("\r\n").split("\t")[:n]
        if features and len(found) == n and (found[2] in PARTS or "Parent=" in found[8]):
            exons.take(found)
        columns: list[str | None] = [*found]
        if len(columns) > 2 and (not features or columns[2] in features):
            yield columns + [None] * (n - len(columns))


def _of_bed(lines: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the genes of BED lines, and how many lines are not genes."""
    start, end = (_numbers(lines[at]) for at in (1, 2))
    strand = lines[5].where(lines[5].isin(["+", "-"]), "+")
    return _genes(lines[0], start, end, strand, lines[3], np.ones(len(lines), bool))


def _of_gtf(lines: pd.DataFrame, exons: Exons) -> tuple[pd.DataFrame, int]:
    """Return the genes of GTF or GFF3 lines, which count from 1 and include the end.

    And how many lines are none.
    """
    import pandas as pd

    for feature in ("gene", "transcript", "mRNA"):
        chosen = lines[lines[2] == feature]
        if len(chosen):
            break
    start, end = (_numbers(chosen[at]) for at in (3, 4))
    attributes = chosen[8].fillna("")
    name = pd.Series(pd.NA, chosen.index, dtype="string")
    for key in NAMES:
        name = name.fillna(_attribute(attributes, key))
    kind = pd.Series(pd.NA, chosen.index, dtype="string")
    for key in BIOTYPES:
        kind = kind.fillna(_attribute(attributes, key))
    is_coding = (kind.fillna("protein_coding") == "protein_coding").to_numpy(bool)
    strand = chosen[6].where(chosen[6].isin(["+", "-"]), "+")
    keys = pd.Series(pd.NA, chosen.index, dtype="string")
    for key in KEYS if feature == "gene" else ("ID", "transcript_id"):
        keys = keys.fillna(_attribute(attributes, key))
    table, n_left_out = _genes(chosen[0], start - 1, end, strand, name, is_coding)
    places = zip(keys[table.index].fillna(""), table["start"], table["end"], strict=True)
    return table.assign(exons=[exons.text_of(*place) for place in places]), n_left_out


def _numbers(texts: pd.Series) -> pd.Series:
    import pandas as pd

    return pd.to_numeric(texts, errors="coerce").astype("float64")


def _attribute(attributes: pd.Series, key: str) -> pd.Series:
    """Return the value of ``key "value";`` (GTF) or ``key=value;`` (GFF3)."""
    pattern = rf'(?:^|;)\s*{key}(?:\s+"?|=)([^";]+)'
    return attributes.str.extract(pattern, expand=False).astype("string")


def _genes(
    chromosome: pd.Series,
    start: pd.Series,
    end: pd.Series,
    strand: pd.Series,
    gene: pd.Series,
    is_coding: np.ndarray,
) -> tuple[pd.DataFrame, int]:
    """Return the rows that are genes, without exons, and how many are not."""
    import pandas as pd

    table = pd.DataFrame(
        {
            "chr": chromosome.astype(str),
            "start": start,
            "end": end,
            "strand": strand.astype(str),
            "gene": gene.fillna("").astype(str),
            "is_coding": is_coding,
            "exons": "",
        }
    )
    good = are_genes(table)
    kept = table[good].astype({"start": "int64", "end": "int64"})
    return kept, len(table) - len(kept)
