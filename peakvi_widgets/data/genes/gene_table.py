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
from .exons import PARTS, Exons

if TYPE_CHECKING:
    import pandas as pd

GENOMES = {"hg38": "human, GRCh38", "hg19": "human, GRCh37", "mm10": "mouse, GRCm38"}
ALIASES = {"grch38": "hg38", "grch37": "hg19", "b37": "hg19", "grcm38": "mm10"}
COLUMNS = ("chr", "start", "end", "strand", "gene", "is_coding", "exons")
MAX_BYTES = 1 << 32  # of an annotation file

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
    several genes of one name on a chromosome the longest is kept.

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
    table = _of_bed(lines) if kind == "bed" else _of_gtf(lines, exons)
    if not len(table):
        raise DataError(f"{file.name} holds no genes; a GTF, GFF3 or BED file of genes is needed.")
    longest = (table["end"] - table["start"]).sort_values(ascending=False, kind="stable").index
    table = table.loc[longest].drop_duplicates(["chr", "gene"]).sort_index()
    return table.reset_index(drop=True).assign(chr=lambda kept: kept["chr"].astype("category"))


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


def _of_bed(lines: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    start, end = (pd.to_numeric(lines[at], errors="coerce") for at in (1, 2))
    good = start.notna() & end.notna() & (end > start) & lines[3].notna()
    strand = lines[5].where(lines[5].isin(["+", "-"]), "+")
    return _table(lines[0], start, end, strand, lines[3], np.ones(len(lines), bool))[good]


def _of_gtf(lines: pd.DataFrame, exons: Exons) -> pd.DataFrame:
    """Return the genes of GTF or GFF3 lines, which count from 1 and include the end."""
    import pandas as pd

    for feature in ("gene", "transcript", "mRNA"):
        chosen = lines[lines[2] == feature]
        if len(chosen):
            break
    start, end = (pd.to_numeric(chosen[at], errors="coerce") for at in (3, 4))
    attributes = chosen[8].fillna("")
    name = pd.Series(pd.NA, chosen.index, dtype="string")
    for key in NAMES:
        name = name.fillna(_attribute(attributes, key))
    kind = pd.Series(pd.NA, chosen.index, dtype="string")
    for key in BIOTYPES:
        kind = kind.fillna(_attribute(attributes, key))
    is_coding = (kind.fillna("protein_coding") == "protein_coding").to_numpy(bool)
    good = start.notna() & end.notna() & (end >= start) & name.notna()
    strand = chosen[6].where(chosen[6].isin(["+", "-"]), "+")
    keys = pd.Series(pd.NA, chosen.index, dtype="string")
    for key in KEYS if feature == "gene" else ("ID", "transcript_id"):
        keys = keys.fillna(_attribute(attributes, key))
    table = _table(chosen[0], start - 1, end, strand, name, is_coding)[good]
    places = zip(keys[good].fillna(""), table["start"], table["end"], strict=True)
    return table.assign(exons=[exons.text_of(*place) for place in places])


def _attribute(attributes: pd.Series, key: str) -> pd.Series:
    """Return the value of ``key "value";`` (GTF) or ``key=value;`` (GFF3)."""
    pattern = rf'(?:^|;)\s*{key}(?:\s+"?|=)([^";]+)'
    return attributes.str.extract(pattern, expand=False).astype("string")


def _table(
    chromosome: pd.Series,
    start: pd.Series,
    end: pd.Series,
    strand: pd.Series,
    gene: pd.Series,
    is_coding: np.ndarray,
) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "chr": chromosome.astype(str),
            "start": start.fillna(-1).astype("int64"),
            "end": end.fillna(-1).astype("int64"),
            "strand": strand.astype(str),
            "gene": gene.astype(str),
            "is_coding": is_coding,
            "exons": "",
        }
    )
