"""One step of learning, fast on a CPU: the same mathematics as `learner.AutogradLearner`.

The layers that are as wide as there are regions hold nearly all the weights. Here they never go
through automatic differentiation. Chunk by chunk of regions, the decoder's last layer, the loss and
its gradient (derived by hand) are computed while they fit the cache; the gradient of a weight is
used up by AdamW at once and never stored. Stripes of such chunks are spread over the threads. The
narrow layers between stay with autograd.

Let r be the gradient of the loss by ``log(d f)`` of one entry, (q - y) / (1 - q) with q = p d f.
Then the gradient by the logit of p is r (1 - p), by that of d it is (1 - d) times the sum of r over
regions, and by that of f it is (1 - f) times the sum of r over cells.
"""

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor, nn

from . import kernels
from .cells import Minibatch
from .learned import Learned, put_into_file, take_from_file
from .learner import Losses, encoder_parameters, input_dropout, weights_of
from .module import FirstLayers, PeakVAE, Posterior
from .plan import TrainingPlan
from .region_share import Share
from .resolved_plan import rate_of_encoders
from .threads import spread

CHUNK = 512  # regions computed while they stay in the cache
N_STRIPES = 16  # at most; of whole chunks, each computed by one thread
BETAS = (0.9, 0.999)

Array = NDArray[np.float32]


class Columns(NamedTuple):
    """Counts of a minibatch in compressed columns, one column a region."""

    pointers: NDArray[np.int32]
    rows: NDArray[np.int32]
    values: Array
    shown_values: Array  # what the encoders see of them

    def chunk(self, regions: slice) -> tuple[NDArray[np.int32], NDArray[np.int32], Array]:
        """Return the columns of some regions."""
        return self.pointers[regions.start : regions.stop + 1], self.rows, self.values

    def shown(self, regions: slice) -> tuple[NDArray[np.int32], NDArray[np.int32], Array]:
        """Return the counts of some regions that the encoders receive."""
        return self.pointers[regions.start : regions.stop + 1], self.rows, self.shown_values

    def dense(self, n_cells: int, regions: slice) -> Tensor:
        """Return what the encoders see of some regions, shape ``(n_cells, n_regions)``."""
        x = torch.zeros(n_cells, regions.stop - regions.start)  # aligned, as products like it
        kernels.fill(*self.shown(regions), x.numpy())
        return x


class Decoded(NamedTuple):
    """Results of the decoder's last layer for some regions."""

    loss: Tensor  # of reconstruction, in nats, summed over cells and regions; (), float64
    of_hidden: Tensor  # its gradient by what comes in, (n_cells, n_hidden)
    of_d: Tensor  # and by the logarithm of the depth factors, (n_cells,)


def stripes(n_regions: int) -> list[slice]:
    """Split regions by their number alone, so that sums do not depend on threads."""
    width = CHUNK * -(-n_regions // (CHUNK * N_STRIPES))
    return _split(slice(0, n_regions), width)


def _split(regions: slice, width: int) -> list[slice]:
    starts = range(regions.start, regions.stop, width)
    return [slice(start, min(start + width, regions.stop)) for start in starts]


class FastLearner:
    """Learns as `AutogradLearner` does, on the CPU and with compiled loops.

    Parameters
    ----------
    model
        Where to begin; it is not changed.
    plan
        Its ``weight_decay``, ``eps``, ``kl_weighting`` and ``input_dropout`` count.
    density
        Share of entries that are not zero: decides how the first layers are computed.
    share
        The regions that are learned here, where other processes learn the others: ``model`` is the
        part that belongs to them. Minibatches hold all regions everywhere. ``None`` for all.
    """

    device = torch.device("cpu")

    def __init__(
        self, model: PeakVAE, plan: TrainingPlan, density: float, share: Share | None = None
    ) -> None:
        self.plan, self.is_sparse, self.n_learned = plan, density < kernels.SPARSE_BELOW, 0
        self.encoder_rate = rate_of_encoders(plan)
        shape = model.shape
        self.model = model = copy.deepcopy(model).cpu()
        encoders = [model.z_encoder.encoder.first]
        if model.d_encoder is not None:
            encoders.append(model.d_encoder.px_decoder.first)
        # Both encoders' first layers as one matrix, a row a region, so that one product does both.
        # The network's own weights become views of it: they always show the present values.
        with torch.no_grad():
            packed = torch.cat([layer.weight for layer in encoders]).t().contiguous()
        for i, layer in enumerate(encoders):
            own = packed[:, i * shape.n_hidden : (i + 1) * shape.n_hidden].t()
            layer.weight = nn.Parameter(own, requires_grad=False)
        self.first = Learned.of(packed[: shape.n_regions])
        self.covariates = packed[shape.n_regions :].requires_grad_(self.encoder_rate > 0)
        last = model.z_decoder.last
        self.last, self.bias = Learned.of(last.weight), Learned.of(last.bias)
        self.factors: Learned | None = None
        wide = [last.weight, last.bias]
        if model.region_factors is not None:
            self.factors = Learned.of(model.region_factors)
            wide.append(model.region_factors)
        for parameter in [*wide, *(() if self.encoder_rate else encoder_parameters(model))]:
            parameter.requires_grad_(False)
        self.narrow = [one for one in model.parameters() if one.requires_grad]
        of_encoders = {id(one) for one in encoder_parameters(model)}
        self.is_encoder = [id(one) in of_encoders for one in self.narrow]
        if self.covariates.numel() and self.encoder_rate:
            self.narrow.append(self.covariates)  # type: ignore[arg-type]
            self.is_encoder.append(True)
        # torch.optim would import PyTorch's compiler: seconds, and 60 MB.
        self.small = [Learned.of(parameter) for parameter in self.narrow]
        self._is_resting = False
        share = share or Share(stripes(shape.n_regions))
        self.before, self.total = share.regions.start, share.exchange.total
        self.stripes = [
            slice(one.start - self.before, one.stop - self.before) for one in share.stripes
        ]

    def learn(
        self, cells: Minibatch, *, kl_weight: float, lr: float, generator: Generator
    ) -> Losses:
        """Take one step of AdamW on a minibatch."""
        model, n = self.model.train(), cells.n_cells
        self.n_learned += 1
        scale = float(n) if self.plan.kl_weighting == "reference" else 1.0 / n
        rates = self._rates(lr, scale)
        shown = self._shown(cells, generator)
        columns = self._columns(cells, shown)
        dense = self._dense(columns, n)
        wide = self._first(shown, dense).requires_grad_(self.encoder_rate > 0)
        posterior, hidden = self._middle(wide, cells, generator)
        kl = _kl(posterior)
        depth = model.depth(posterior).detach()

        decoded = self._decode(hidden.detach(), depth, columns, rates)
        losses = self._losses(decoded.loss.item(), kl, n, kl_weight)

        kl_scale = kl_weight if self.plan.kl_weighting == "reference" else kl_weight / n
        # A sum whose gradient by each of its parts is the one found by hand.
        parts = (decoded.of_hidden * scale * hidden).sum() + kl_scale * kl
        if posterior.depth_logit is not None:
            of_logit = (1.0 - depth) * decoded.of_d[:, None] * scale
            parts = parts + (of_logit * posterior.depth_logit).sum()
        parts.backward()  # type: ignore[no-untyped-call]
        rates, slow = self._rates(lr, 1.0), self._rates(lr * self.encoder_rate, 1.0)
        if wide.grad is not None:
            self._learn_first(columns, dense, wide.grad, slow)
        for parameter, learned, of_encoder in zip(
            self.narrow, self.small, self.is_encoder, strict=True
        ):
            if parameter.grad is not None:
                gradient = parameter.grad.contiguous().numpy()
                learned.learn(slice(None), gradient, slow if of_encoder else rates)
                parameter.grad = None
        return losses

    @torch.no_grad()
    def judge(self, cells: Minibatch, *, kl_weight: float, generator: Generator) -> Losses:
        """Compute the losses of a minibatch with a sampled latent, without learning."""
        self.model.eval()
        columns = self._columns(cells, cells)
        wide = self._first(cells, self._dense(columns, cells.n_cells))
        posterior, hidden = self._middle(wide, cells, generator)
        loss = self._loss(hidden, self.model.depth(posterior), columns)
        return self._losses(loss, _kl(posterior), cells.n_cells, kl_weight)

    def copy_to(self, model: PeakVAE) -> None:
        """Put the present weights into a network of the same shape."""
        model.load_state_dict(self.model.state_dict())

    def memory(self) -> dict[str, Tensor]:
        """Return a copy of the present weights and of what AdamW knows of them."""
        tensors = weights_of(self.model)
        for name, moment in self._moments():
            tensors[name] = torch.from_numpy(moment.copy())
        return {**tensors, "n_learned": torch.tensor(self.n_learned)}

    def remember(self, memory: dict[str, Tensor]) -> None:
        """Continue from what `memory` returned."""
        self.model.load_state_dict({n: memory[f"weights.{n}"] for n in self.model.state_dict()})
        for name, moment in self._moments():
            moment[...] = memory[name].numpy()
        self.n_learned = int(memory["n_learned"])

    def rest(self) -> None:
        """Put AdamW's memory into a temporary file until the next training, if it is large."""
        self._is_resting = put_into_file(self._wide())

    def wake(self) -> None:
        """Take back into memory what `rest` put into a file; it would be written at each step."""
        if self._is_resting:
            take_from_file(self._wide())
        self._is_resting = False

    def _wide(self) -> dict[str, Learned]:
        wide = {"first": self.first, "last": self.last, "bias": self.bias, "factors": self.factors}
        return {name: one for name, one in wide.items() if one is not None}

    def _moments(self) -> Iterator[tuple[str, Array]]:
        for name, one in self._wide().items():
            yield f"{name}.mean", one.mean
            yield f"{name}.square", one.square
        for i, one in enumerate(self.small):
            yield f"optimizer.{i}.exp_avg", one.mean  # as PyTorch names them
            yield f"optimizer.{i}.exp_avg_sq", one.square

    def _shown(self, cells: Minibatch, generator: Generator) -> Minibatch:
        """Hide some of the counts from the encoders."""
        if not self.plan.input_dropout:
            return cells
        factors = input_dropout(len(cells.values), self.plan.input_dropout, generator)
        return cells._replace(values=cells.values * factors.numpy())

    def _columns(self, cells: Minibatch, shown: Minibatch) -> Columns:
        """Return the counts of the regions that are learned here."""
        counts, n = (cells.indptr, cells.indices, cells.values), self.model.shape.n_regions
        return Columns(*kernels.transposed(*counts, shown.values, self.before, n))

    def _dense(self, columns: Columns, n: int) -> list[Tensor] | None:
        """Return each stripe as the encoders see it, or None where few counts are not zero."""
        if self.is_sparse:
            return None
        return spread(lambda regions: columns.dense(n, regions), self.stripes)

    def _first(self, shown: Minibatch, dense: list[Tensor] | None) -> Tensor:
        """Apply the encoders' first layers to the counts, ``(n_cells, 1 or 2 n_hidden)``."""
        counts = shown.indptr, shown.indices, shown.values

        def product(stripe: int) -> tuple[Tensor]:
            weight = self.first.weight[self.stripes[stripe]]
            if dense is not None:
                return (dense[stripe] @ torch.from_numpy(weight),)
            out = np.zeros((shown.n_cells, weight.shape[1]), np.float32)
            start = self.before + self.stripes[stripe].start
            kernels.sparse_product(*counts, start, weight, out)
            return (torch.from_numpy(out),)

        return self.total(spread(product, range(len(self.stripes))))[0]

    def _middle(
        self, wide: Tensor, cells: Minibatch, generator: Generator
    ) -> tuple[Posterior, Tensor]:
        """Go from the first layers to the decoder's last hidden one, with autograd."""
        model, codes, continuous = self.model, cells.codes, cells.continuous
        if self.covariates.numel():
            wide = wide + model.covariates(codes, continuous) @ self.covariates
        z = wide[:, : model.shape.n_hidden] + model.z_encoder.encoder.first.bias
        d = None
        if model.d_encoder is not None:
            d = wide[:, model.shape.n_hidden :] + model.d_encoder.px_decoder.first.bias
        posterior = model.encode_from(FirstLayers(z, d), codes, generator)
        noise = torch.randn(posterior.mean.shape, generator=generator)
        return posterior, model.hidden(model.sample(posterior, noise), codes, continuous)

    def _decode(self, hidden: Tensor, depth: Tensor, columns: Columns, rates: Any) -> Decoded:
        """Compute the reconstruction loss and learn the last layer."""
        d, f = depth[:, 0].numpy(), self.model.factors().detach().numpy()

        def stripe(regions: slice) -> Decoded:
            loss, of_d = 0.0, np.zeros(len(hidden), np.float32)
            of_hidden = torch.zeros_like(hidden)
            for chunk in _split(regions, CHUNK):
                p, of_f = self._accessibility(hidden, chunk), np.zeros_like(f[chunk])
                counts = columns.chunk(chunk)
                loss += kernels.likelihood(p.numpy(), d, f[chunk], *counts, of_d, of_f)
                of_hidden.addmm_(p, torch.from_numpy(self.last.weight[chunk]))
                self.last.learn(chunk, torch.mm(p.t(), hidden).numpy(), rates)
                self.bias.learn(chunk, p.sum(dim=0).numpy(), rates)
                if self.factors is not None:
                    self.factors.learn(chunk, of_f * (1 - f[chunk]), rates)
            return Decoded(_number(loss), of_hidden, torch.from_numpy(of_d))

        return Decoded(*self.total(spread(stripe, self.stripes)))

    def _loss(self, hidden: Tensor, depth: Tensor, columns: Columns) -> float:
        """Compute the reconstruction loss alone."""
        d, f = depth[:, 0].numpy(), self.model.factors().detach().numpy()

        def stripe(regions: slice) -> tuple[Tensor]:
            loss = sum(
                kernels.likelihood_only(
                    self._accessibility(hidden, chunk).numpy(), d, f[chunk], *columns.chunk(chunk)
                )
                for chunk in _split(regions, CHUNK)
            )
            return (_number(loss),)

        return self.total(spread(stripe, self.stripes))[0].item()

    def _accessibility(self, hidden: Tensor, regions: slice) -> Tensor:
        """Apply the decoder's last layer, ``(n_cells, n_regions)``."""
        weight = torch.from_numpy(self.last.weight[regions])
        bias = torch.from_numpy(self.bias.weight[regions])
        return torch.addmm(bias, hidden, weight.t()).sigmoid_()

    def _learn_first(
        self, columns: Columns, dense: list[Tensor] | None, gradient: Tensor, rates: Any
    ) -> None:
        def learn(stripe: int) -> None:
            regions = self.stripes[stripe]
            if dense is None:
                weight, mean, square = self.first.rows(regions)
                counts = columns.shown(regions)
                kernels.sparse_adamw(*counts, gradient.numpy(), weight, mean, square, rates)
                return
            for chunk in _split(regions, CHUNK):
                part = slice(chunk.start - regions.start, chunk.stop - regions.start)
                self.first.learn(chunk, (dense[stripe][:, part].t() @ gradient).numpy(), rates)

        spread(learn, range(len(self.stripes)))

    def _rates(self, lr: float, scale: float) -> tuple[np.float32, ...]:
        """Return what AdamW's update needs at this step; gradients are multiplied by ``scale``."""
        (beta1, beta2), n = BETAS, self.n_learned
        return tuple(
            map(
                np.float32,
                (
                    1.0 - lr * self.plan.weight_decay,
                    scale,
                    beta1,
                    beta2,
                    lr / (1.0 - beta1**n),
                    (1.0 - beta2**n) ** -0.5,
                    self.plan.eps,
                ),
            )
        )

    def _losses(self, reconstruction: float, kl: Tensor, n: int, kl_weight: float) -> Losses:
        divergence = kl.item()
        if self.plan.kl_weighting == "reference":
            loss = n * reconstruction + kl_weight * divergence
        else:
            loss = (reconstruction + kl_weight * divergence) / n
        if not np.isfinite(loss):
            raise FloatingPointError("the loss is not finite")
        return Losses(loss, reconstruction, divergence)


def _number(value: float) -> Tensor:
    return torch.tensor(value, dtype=torch.float64)


def _kl(posterior: Posterior) -> Tensor:
    """Sum the divergence from the standard normal over cells and dimensions."""
    variance = posterior.log_variance.exp()
    return 0.5 * (posterior.mean.square() + variance - 1.0 - posterior.log_variance).sum()
