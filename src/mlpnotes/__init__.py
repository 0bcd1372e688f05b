"""The backward pass of a three-layer perceptron, line by line."""

from mlpnotes.epochs import DivergedError, History, TrainingInterrupted
from mlpnotes.functions import cross_entropy, log_softmax, one_hot, sigmoid, softmax
from mlpnotes.mnist import load_mnist
from mlpnotes.network import (
    Activations,
    Gradients,
    Params,
    accuracy,
    backward,
    forward,
    init_params,
    loss,
    loss_gradient,
    predict,
)
from mlpnotes.problem import random_problem
from mlpnotes.storage import load_params, load_pretrained, save_params
from mlpnotes.training import train

__version__ = "0.1.0"

__all__ = [
    "Activations",
    "DivergedError",
    "Gradients",
    "History",
    "Params",
    "TrainingInterrupted",
    "accuracy",
    "backward",
    "cross_entropy",
    "forward",
    "init_params",
    "load_mnist",
    "load_params",
    "load_pretrained",
    "log_softmax",
    "loss",
    "loss_gradient",
    "one_hot",
    "predict",
    "random_problem",
    "save_params",
    "sigmoid",
    "softmax",
    "train",
]
