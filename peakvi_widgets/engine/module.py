"""The PeakVI network in plain PyTorch; its weights carry the names that scvi-tools gives them.

The first layers of the encoders and the last of the decoder are as wide as there are regions.
Everything between is small. The methods are cut at these borders, so that the wide layers can also
be computed elsewhere: sparse, in chunks, or for a few regions only.
"""

import math
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from .architecture import Architecture


class Posterior(NamedTuple):
    """Outputs of the encoders for some cells."""

    mean: Tensor  # of the latent, (n_cells, n_latent)
    log_variance: Tensor  # of the latent, (n_cells, n_latent)
    depth_logit: Tensor | None  # (n_cells, 1); None where depth is not modelled


class FirstLayers(NamedTuple):
    """Outputs of the encoders' first layers before normalisation and activation."""

    z: Tensor  # (n_cells, n_hidden)
    d: Tensor | None  # (n_cells, n_hidden); None where depth is not modelled or not asked for


class FullyConnected(nn.Module):
    """Hidden layers: linear, normalised, leaky ReLU, dropout.

    Parameters
    ----------
    n_in
        Inputs, without the one-hot covariates.
    one_hot_width
        Columns of one-hot covariates, set behind the inputs.
    n_hidden, n_layers
        Width and number of the layers.
    dropout_rate
        Share of the hidden units that are silenced while training.
    batch_norm, layer_norm
        How the layers are normalised; layer norm has no parameters.
    inject
        Whether every layer takes the covariates in, or the first alone.
    """

    def __init__(
        self,
        n_in: int,
        one_hot_width: int,
        n_hidden: int,
        n_layers: int,
        *,
        dropout_rate: float = 0.0,
        batch_norm: bool = False,
        layer_norm: bool = True,
        inject: bool = False,
    ) -> None:
        super().__init__()
        self.dropout_rate, self.layer_norm, self.inject = dropout_rate, layer_norm, inject
        self.fc_layers = nn.ModuleDict()
        for i in range(n_layers):
            width = (n_hidden if i else n_in) + (one_hot_width if inject or i == 0 else 0)
            slots: dict[str, nn.Module] = {"0": linear(width, n_hidden)}
            if batch_norm:
                slots["1"] = nn.BatchNorm1d(n_hidden, momentum=0.01, eps=0.001)
            self.fc_layers[f"Layer {i}"] = nn.ModuleDict(slots)

    @property
    def first(self) -> nn.Linear:
        """The first layer's weights."""
        return self.linear_of(0)

    def linear_of(self, i: int) -> nn.Linear:
        """Return the weights of layer ``i``."""
        layer = self.fc_layers[f"Layer {i}"]["0"]  # type: ignore[index]
        assert isinstance(layer, nn.Linear)
        return layer

    def after_first(self, h: Tensor, one_hot: Tensor, generator: Generator | None) -> Tensor:
        """Go on from the first layer's linear part."""
        for i, layer in enumerate(self.fc_layers.values()):
            if i:
                h = self.linear_of(i)(torch.cat([h, one_hot], dim=-1) if self.inject else h)
            if "1" in layer:  # type: ignore[operator]
                h = layer["1"](h)  # type: ignore[index]
            if self.layer_norm:
                h = F.layer_norm(h, h.shape[-1:])
            h = F.leaky_relu(h, 0.01)
            if self.training and self.dropout_rate:
                h = dropout(h, self.dropout_rate, generator)
        return h

    def forward(self, x: Tensor, one_hot: Tensor, generator: Generator | None = None) -> Tensor:
        """Compute the last hidden layer, shape ``(n_cells, n_hidden)``."""
        return self.after_first(self.first(torch.cat([x, one_hot], dim=-1)), one_hot, generator)


class LatentEncoder(nn.Module):
    """From counts to the posterior of the latent."""

    def __init__(self, shape: Architecture) -> None:
        super().__init__()
        self.encoder = FullyConnected(
            *_encoder_inputs(shape),
            shape.n_hidden,
            shape.n_layers_encoder,
            dropout_rate=shape.dropout_rate,
            batch_norm=shape.use_batch_norm in ("encoder", "both"),
            layer_norm=shape.use_layer_norm in ("encoder", "both"),
            inject=True,
        )
        self.mean_encoder = linear(shape.n_hidden, shape.n_latent)
        self.var_encoder = linear(shape.n_hidden, shape.n_latent)


class Decoder(nn.Module):
    """Hidden layers, then one linear layer whose sigmoid is a probability."""

    def __init__(self, hidden: FullyConnected, n_hidden: int, n_out: int) -> None:
        super().__init__()
        self.px_decoder = hidden
        self.output = nn.ModuleDict({"0": linear(n_hidden, n_out)})

    @property
    def last(self) -> nn.Linear:
        """The last layer's weights."""
        layer = self.output["0"]
        assert isinstance(layer, nn.Linear)
        return layer


class PeakVAE(nn.Module):
    """The network of PeakVI.

    Parameters
    ----------
    shape
        Its sizes and choices.

    Notes
    -----
    Fresh weights are undefined until `initialise` or ``load_state_dict`` has set them.

    References
    ----------
    Ashuach et al. 2022, Cell Reports Methods; layers and names of scvi-tools' ``PEAKVAE``.
    """

    def __init__(self, shape: Architecture) -> None:
        super().__init__()
        self.shape = shape
        self.reference: tuple[int, ...] | None = None  # n_categories before `extend` added some
        self.region_factors = (
            nn.Parameter(torch.empty(shape.n_regions)) if shape.region_factors else None
        )
        self.z_encoder = LatentEncoder(shape)
        decoder = FullyConnected(
            shape.n_latent + shape.n_continuous,
            shape.one_hot_width,
            shape.n_hidden,
            shape.n_layers_decoder,
            batch_norm=shape.use_batch_norm in ("decoder", "both"),
            layer_norm=shape.use_layer_norm in ("decoder", "both"),
            inject=shape.deeply_inject_covariates,
        )
        self.z_decoder = Decoder(decoder, shape.n_hidden, shape.n_regions)
        self.d_encoder: Decoder | None = None
        if shape.model_depth:
            depth = FullyConnected(*_encoder_inputs(shape), shape.n_hidden, shape.n_layers_encoder)
            self.d_encoder = Decoder(depth, shape.n_hidden, 1)

    @property
    def device(self) -> torch.device:
        """Device of the weights."""
        return self.z_encoder.mean_encoder.weight.device

    def one_hot(self, codes: Tensor) -> Tensor:
        """Spread the codes of batch and categorical covariates into columns of 0 and 1.

        Parameters
        ----------
        codes
            Whole numbers, shape ``(n_cells, n_covariates)``, the batch first.

        Returns
        -------
        Shape ``(n_cells, one_hot_width)``.
        """
        pairs = zip(codes.unbind(dim=1), self.shape.n_categories, strict=False)
        # one_hot of PyTorch does the same, but reads the codes and so waits for their device
        columns = [
            column[:, None] == torch.arange(n, device=codes.device) for column, n in pairs if n > 1
        ]
        if not columns:
            return torch.empty(len(codes), 0, device=self.device)
        return torch.cat(columns, dim=-1).to(torch.float32)

    def covariates(self, codes: Tensor, continuous: Tensor) -> Tensor:
        """Return what the encoders see beside the counts, shape ``(n_cells, n_columns)``."""
        if not self.shape.encode_covariates:
            return torch.empty(len(codes), 0, device=self.device)
        return torch.cat([continuous, self.one_hot(codes)], dim=-1)

    def first_layers(self, x: Tensor, codes: Tensor, continuous: Tensor) -> FirstLayers:
        """Apply the wide layers of the encoders to dense counts ``(n_cells, n_regions)``."""
        x = torch.cat([x, self.covariates(codes, continuous)], dim=-1)
        d = None if self.d_encoder is None else self.d_encoder.px_decoder.first(x)
        return FirstLayers(self.z_encoder.encoder.first(x), d)

    def encode_from(
        self, first: FirstLayers, codes: Tensor, generator: Generator | None = None
    ) -> Posterior:
        """Go on from the first layers to the posterior of the latent and the depth factor."""
        encoder = self.z_encoder
        seen = self.shape.encode_covariates
        one_hot = self.one_hot(codes if seen else codes[:, :0])
        hidden = encoder.encoder.after_first(first.z, one_hot, generator)
        depth_logit = None
        if self.d_encoder is not None and first.d is not None:
            hidden_d = self.d_encoder.px_decoder.after_first(first.d, one_hot, None)
            depth_logit = self.d_encoder.last(hidden_d)
        return Posterior(encoder.mean_encoder(hidden), encoder.var_encoder(hidden), depth_logit)

    def encode(
        self, x: Tensor, codes: Tensor, continuous: Tensor, generator: Generator | None = None
    ) -> Posterior:
        """Infer the posterior of the latent and the depth factor from dense counts.

        Parameters
        ----------
        x
            Counts, shape ``(n_cells, n_regions)``; as they are, not binarised.
        codes
            Batch and categorical covariates, shape ``(n_cells, n_covariates)``.
        continuous
            Continuous covariates, shape ``(n_cells, n_continuous)``.
        generator
            Draws the dropout, in training mode.
        """
        return self.encode_from(self.first_layers(x, codes, continuous), codes, generator)

    def depth(self, posterior: Posterior) -> Tensor:
        """Return the cells' depth factor ``d``, shape ``(n_cells, 1)``, in (0, 1]."""
        if posterior.depth_logit is None:
            return torch.ones(len(posterior.mean), 1, device=self.device)
        return torch.sigmoid(posterior.depth_logit)

    def factors(self) -> Tensor:
        """Return the regions' factor ``f``, shape ``(n_regions,)``, in (0, 1]."""
        if self.region_factors is None:
            return torch.ones(self.shape.n_regions, device=self.device)
        return torch.sigmoid(self.region_factors)

    def sample(self, posterior: Posterior, noise: Tensor) -> Tensor:
        """Draw the latent, given standard normal noise of its shape."""
        z = posterior.mean + torch.exp(0.5 * posterior.log_variance) * noise
        return z if self.shape.latent_distribution == "normal" else torch.softmax(z, dim=-1)

    def hidden(self, z: Tensor, codes: Tensor, continuous: Tensor) -> Tensor:
        """Compute the decoder's last hidden layer, shape ``(n_cells, n_hidden)``."""
        decoder = self.z_decoder.px_decoder
        out = decoder(torch.cat([z, continuous], dim=-1), self.one_hot(codes))
        assert isinstance(out, Tensor)
        return out

    def accessibility(self, hidden: Tensor) -> Tensor:
        """Compute ``p`` of every region, shape ``(n_cells, n_regions)``, in (0, 1)."""
        last: Tensor = self.z_decoder.last(hidden)
        return torch.sigmoid(last)


def _encoder_inputs(shape: Architecture) -> tuple[int, int]:
    if not shape.encode_covariates:
        return shape.n_regions, 0
    return shape.n_regions + shape.n_continuous, shape.one_hot_width


def linear(n_in: int, n_out: int) -> nn.Linear:
    """Make a linear layer whose weights are not set; PyTorch's own would draw global numbers."""
    layer = nn.Linear(n_in, n_out, device="meta")
    layer.weight = nn.Parameter(torch.empty(n_out, n_in))  # to_empty() would import sympy, 37 MB
    layer.bias = nn.Parameter(torch.empty(n_out))
    return layer


def dropout(h: Tensor, rate: float, generator: Generator | None) -> Tensor:
    """Silence a share of the units and scale up the others, drawn from ``generator``."""
    keep = torch.rand(h.shape, generator=generator, device=h.device) >= rate
    return h * keep / (1.0 - rate)


def initialise(model: PeakVAE, seed: int) -> PeakVAE:
    """Set fresh weights: PyTorch's uniform for linear layers, 0 for the region factors.

    Parameters
    ----------
    model
        Changed in place, and returned.
    seed
        The same seed gives the same weights on every machine; no global state is touched.
    """
    generator = Generator().manual_seed(seed)
    with torch.no_grad():
        for layer in model.modules():
            if isinstance(layer, nn.Linear):
                bound = 1.0 / math.sqrt(layer.in_features)
                for tensor in (layer.weight, layer.bias):
                    tensor.uniform_(-bound, bound, generator=generator)
            elif isinstance(layer, nn.BatchNorm1d):
                layer.reset_parameters()
        if model.region_factors is not None:
            model.region_factors.zero_()
    return model
