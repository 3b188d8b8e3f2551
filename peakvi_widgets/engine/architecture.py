"""The shape of a PeakVI network: sizes and choices, no weights. Without torch."""

import math
from dataclasses import dataclass
from typing import Literal

from ..errors import DataError
from .validate import number, whole, yes_or_no

Part = Literal["encoder", "decoder", "none", "both"]
PARTS = ("encoder", "decoder", "none", "both")
MAX_HIDDEN = 256  # units of a hidden layer, where it is not given


@dataclass(frozen=True, slots=True)
class Architecture:
    """Sizes and choices that a network is built from; made by `architecture`.

    Attributes
    ----------
    n_regions
        Regions, the columns of the counts.
    n_categories
        Categories of the batch, then of each categorical covariate; one with a single category
        adds nothing to the network.
    n_continuous
        Continuous covariates.
    n_hidden
        Width of the hidden layers.
    n_latent
        Dimensions of the latent.
    n_layers_encoder, n_layers_decoder
        Hidden layers.
    dropout_rate
        Of the encoder of the latent, in [0, 1).
    model_depth
        Whether an encoder infers a depth factor for each cell; otherwise it is 1.
    region_factors
        Whether each region has a factor of its own; otherwise it is 1.
    use_batch_norm, use_layer_norm
        Where hidden layers are normalised. The depth encoder always has layer norm.
    latent_distribution
        ``"ln"`` (logistic normal) maps samples of the latent onto the simplex.
    deeply_inject_covariates
        Whether the decoder takes categorical covariates in at every layer, not only the first.
    encode_covariates
        Whether the encoders see the covariates too.
    """

    n_regions: int
    n_categories: tuple[int, ...]
    n_continuous: int
    n_hidden: int
    n_latent: int
    n_layers_encoder: int
    n_layers_decoder: int
    dropout_rate: float
    model_depth: bool
    region_factors: bool
    use_batch_norm: Part
    use_layer_norm: Part
    latent_distribution: Literal["normal", "ln"]
    deeply_inject_covariates: bool
    encode_covariates: bool

    @property
    def one_hot_width(self) -> int:
        """Columns that the categorical covariates take."""
        return sum(n for n in self.n_categories if n > 1)


def n_hidden_for(n_regions: int) -> int:
    """Return the width of the hidden layers of a new model.

    It is the square root of the number of regions, as scvi-tools has it, but 256 at most: memory
    and time of a step grow with the product of both. On bone marrow and leukaemia (10,000 and 7,602
    regions; 32 to 512 units, medians of three seeds) more than 128 units learned no more.
    """
    return min(MAX_HIDDEN, max(1, math.isqrt(n_regions)))


def architecture(
    n_regions: int,
    n_categories: tuple[int, ...] = (1,),
    n_continuous: int = 0,
    *,
    n_hidden: int | None = None,
    n_latent: int | None = None,
    n_layers_encoder: int = 2,
    n_layers_decoder: int = 2,
    dropout_rate: float = 0.1,
    model_depth: bool = True,
    region_factors: bool = True,
    use_batch_norm: Part = "none",
    use_layer_norm: Part = "both",
    latent_distribution: Literal["normal", "ln"] = "normal",
    deeply_inject_covariates: bool = False,
    encode_covariates: bool = False,
) -> Architecture:
    """Fill in the sizes that follow from the number of regions, and check the others.

    Parameters
    ----------
    n_regions, n_categories, n_continuous
        From the data, see `Architecture`.
    n_hidden
        ``None`` is the square root of ``n_regions``, rounded down; see also `n_hidden_for`.
    n_latent
        ``None`` is the square root of ``n_hidden``, rounded down.
    n_layers_encoder, n_layers_decoder, dropout_rate, model_depth, region_factors
        See `Architecture`.
    use_batch_norm, use_layer_norm, latent_distribution
        See `Architecture`.
    deeply_inject_covariates, encode_covariates
        See `Architecture`.

    Raises
    ------
    DataError
        A value is invalid.

    References
    ----------
    Ashuach et al. 2022, Cell Reports Methods; names and defaults follow scvi-tools' ``PEAKVAE``.
    """
    if n_regions < 1:
        raise DataError("There are no regions to learn from; use a weaker filter.")
    if n_hidden is None:
        n_hidden = max(1, math.isqrt(n_regions))
    n_hidden = whole("n_hidden", n_hidden, 1, or_none=True)
    if n_latent is None:
        n_latent = max(1, math.isqrt(n_hidden))
    for name, choice, allowed in (
        ("use_batch_norm", use_batch_norm, PARTS),
        ("use_layer_norm", use_layer_norm, PARTS),
        ("latent_distribution", latent_distribution, ("normal", "ln")),
    ):
        if choice not in allowed:
            raise DataError(f"{name} is {choice!r}; use {' or '.join(map(repr, allowed))}.")
    return Architecture(
        n_regions=n_regions,
        n_categories=n_categories,
        n_continuous=n_continuous,
        n_hidden=n_hidden,
        n_latent=whole("n_latent", n_latent, 1, or_none=True),
        n_layers_encoder=whole("n_layers_encoder", n_layers_encoder, 1),
        n_layers_decoder=whole("n_layers_decoder", n_layers_decoder, 1),
        dropout_rate=number("dropout_rate", dropout_rate, "in [0, 1)", lambda rate: 0 <= rate < 1),
        model_depth=yes_or_no("model_depth", model_depth),
        region_factors=yes_or_no("region_factors", region_factors),
        use_batch_norm=use_batch_norm,
        use_layer_norm=use_layer_norm,
        latent_distribution=latent_distribution,
        deeply_inject_covariates=yes_or_no("deeply_inject_covariates", deeply_inject_covariates),
        encode_covariates=yes_or_no("encode_covariates", encode_covariates),
    )
