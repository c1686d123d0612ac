"""``tapehead eval | train | convert``: the read head, measured and fitted on labelled memories."""

import io
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from app.cli.common import complain, complaints, console, settings_given

heads = typer.Typer()


@heads.command("eval")
def evaluate(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, metavar="FILE…")],
    head: Annotated[
        str, typer.Option(help="shipped, identity, hybrid, or the path of a head.")
    ] = "shipped",
    to_json: Annotated[Path | None, typer.Option("--json", help="Write all numbers here.")] = None,
    to_plot: Annotated[
        Path | None, typer.Option("--plot", help="Draw tokens against evidence here, as a PNG.")
    ] = None,
    answers: Annotated[
        int,
        typer.Option(min=0, help="Let the language model answer so many questions of each file."),
    ] = 0,
) -> None:
    """Measure the read on labelled memories (docs/eval-format.md), beside untrained baselines."""
    settings = settings_given()
    from app.cli import evaluate

    try:
        evaluate.evaluate(
            settings,
            files,
            head,
            console,
            to_json=to_json,
            to_plot=to_plot,
            most_answers=answers,
        )
    except evaluate.CannotEvaluate as error:
        complain(str(error))
        raise typer.Exit(1) from None


@heads.command()
def train(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, metavar="FILE…")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the head goes.")] = Path(
        "head.safetensors"
    ),
    name: Annotated[str, typer.Option(help="What its version begins with.")] = "trained",
    start: Annotated[
        str,
        typer.Option(
            help="What few labels change little: sum (cosine and BM25), shipped, or the path of a "
            "trained head."
        ),
    ] = "sum",
    seed: Annotated[int, typer.Option(help="The same seed and files give the same head.")] = 0,
    licence: Annotated[str, typer.Option(help="Of the data, for the head's card.")] = "unknown",
    force: Annotated[
        bool, typer.Option("--force", help="Keep it even if it beats nobody.")
    ] = False,
) -> None:
    """Fit a read head to labelled memories (docs/eval-format.md)."""
    settings = settings_given()
    from app.cli import train
    from app.cli.evaluate import CannotEvaluate

    try:
        kept = train.train(
            settings,
            files,
            out,
            console,
            name=name,
            start=start,
            seed=seed,
            licence=licence,
            force=force,
        )
    except CannotEvaluate as error:
        complain(str(error))
        raise typer.Exit(1) from None
    if not kept and not force:
        raise typer.Exit(1)


@heads.command()
def convert(
    source: Annotated[Literal["locomo", "longmemeval", "chatgpt"], typer.Argument()],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Instead of the standard output.")
    ] = None,
) -> None:
    """Bring a public file, or your ChatGPT export, into the format that eval reads."""
    from app.importers import datasets

    lines = io.BytesIO()
    try:
        users, turns, questions = datasets.convert(source, file, lines)
        if out is None:
            sys.stdout.buffer.write(lines.getbuffer())
        else:
            out.write_bytes(lines.getbuffer())
    except (datasets.CannotConvert, OSError) as error:
        complain(str(error))
        raise typer.Exit(1) from None
    complaints.print(f"{users} users, {turns} turns, {questions} questions", highlight=False)
