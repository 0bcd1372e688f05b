"""Every figure of the book: each function takes an ``ax``, or makes one."""

from mlpnotes.plots.functions import (
    cross_entropy_curve,
    descent_step,
    output_bars,
    penalty_surface,
    sigmoid_slope,
    step_errors,
)
from mlpnotes.plots.matrices import (
    confusion_matrix,
    image_grid,
    jacobian_heatmap,
    jacobian_sparsity,
    matrix_row,
    one_digit,
    outer_product,
    verdicts,
)
from mlpnotes.plots.network import (
    STRIP,
    computational_graph,
    gradient_flow,
    network_strip,
    neurons,
)
from mlpnotes.plots.training import (
    by_depth,
    error_by_digit,
    ladder,
    learning_curves,
    loss_curves,
    scaling,
    speed,
)

__all__ = [
    "STRIP",
    "by_depth",
    "computational_graph",
    "confusion_matrix",
    "cross_entropy_curve",
    "descent_step",
    "error_by_digit",
    "gradient_flow",
    "image_grid",
    "jacobian_heatmap",
    "jacobian_sparsity",
    "ladder",
    "learning_curves",
    "loss_curves",
    "matrix_row",
    "network_strip",
    "neurons",
    "one_digit",
    "outer_product",
    "output_bars",
    "penalty_surface",
    "scaling",
    "sigmoid_slope",
    "speed",
    "step_errors",
    "verdicts",
]
