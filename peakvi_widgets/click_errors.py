"""Errors and warnings of a command: one line each, and exit code 1."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import click

from .errors import PeakVIError

Given = ParamSpec("Given")


def one_line_errors(command: Callable[Given, None]) -> Callable[Given, None]:
    """Turn an error that is meant for the user into one line and exit code 1."""

    @wraps(command)
    def run(*arguments: Given.args, **options: Given.kwargs) -> None:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            try:
                command(*arguments, **options)
            except PeakVIError as error:
                text = str(error).replace("overwrite=True", "--overwrite")
                raise click.ClickException(text) from error

    return run


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    click.echo(f"Warning: {message}", err=True)
