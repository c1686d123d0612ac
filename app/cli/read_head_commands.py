"""``tapehead eval | train | convert``: measure and train read heads on labelled memories."""

import io
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from app.cli.common import console, error_console, exit_on, load_settings

heads = typer.Typer()


@heads.command("eval")
def evaluate(
    files: Annotated[
        list[Path] | None, typer.Argument(exists=True, dir_okay=False, metavar="FILE…")
    ] = None,
    head: Annotated[
        str,
        typer.Option(help="Read head: shipped, multilingual, identity, hybrid or the path of one."),
    ] = "shipped",
    to_json: Annotated[
        Path | None, typer.Option("--json", help="Write the results to this file, as JSON.")
    ] = None,
    to_plot: Annotated[
        Path | None,
        typer.Option("--plot", help="Plot evidence against tokens to this file: PNG, SVG or PDF."),
    ] = None,
    answers: Annotated[
        int,
        typer.Option(
            min=0, help="Number of questions of each file that the language model answers."
        ),
    ] = 0,
    everyday: Annotated[
        bool,
        typer.Option(
            "--everyday",
            help="Ask everyday messages through the service's chat, and count those whose prompt "
            "quotes what it must (docs/everyday.md). Default FILE: the generated cases of a "
            "checkout.",
        ),
    ] = False,
    short: Annotated[
        bool, typer.Option("--short", help="With --everyday: two cases of each kind.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="With --everyday: list the cases that fail.")
    ] = False,
) -> None:
    """Compare a read head with untrained baselines on labelled memories (docs/eval-format.md)."""
    if everyday:
        if to_plot is not None or answers:
            raise typer.BadParameter("--everyday takes neither --plot nor --answers.")
        settings = load_settings(read_head=head)
        from app.cli.evaluation import everyday as everyday_cases
        from app.cli.evaluation.evaluate import CannotEvaluate

        with exit_on(CannotEvaluate):
            everyday_cases.evaluate(
                settings, files or [], console, short=short, verbose=verbose, to_json=to_json
            )
        return
    if not files:
        raise typer.BadParameter("Name a file of labelled memories, or use --everyday.")
    if short or verbose:
        raise typer.BadParameter("--short and --verbose need --everyday.")
    settings = load_settings()
    from app.cli.evaluation import evaluate

    with exit_on(evaluate.CannotEvaluate):
        evaluate.evaluate(
            settings,
            files,
            head,
            console,
            to_json=to_json,
            to_plot=to_plot,
            most_answers=answers,
        )


@heads.command()
def train(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, metavar="FILE…")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File for the trained head.")] = Path(
        "head.safetensors"
    ),
    name: Annotated[str, typer.Option(help="First part of the head's version.")] = "trained",
    start: Annotated[
        str,
        typer.Option(
            help="Starting weights: sum (cosine + BM25), shipped, or the path of a trained head."
        ),
    ] = "sum",
    seed: Annotated[
        int, typer.Option(help="Random seed. The same seed and files give the same head.")
    ] = 0,
    licence: Annotated[
        str, typer.Option(help="Licence of the data, for the head's card.")
    ] = "unknown",
    force: Annotated[
        bool, typer.Option("--force", help="Save the head even if it does not beat every baseline.")
    ] = False,
) -> None:
    """Train a read head on labelled memories (docs/eval-format.md)."""
    settings = load_settings()
    from app.cli import train
    from app.cli.evaluation.evaluate import CannotEvaluate

    with exit_on(CannotEvaluate):
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
    if not kept and not force:
        raise typer.Exit(1)


@heads.command()
def convert(
    source: Annotated[
        Literal["locomo", "longmemeval", "chatgpt"], typer.Argument(help="Format of the file.")
    ],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="File to convert.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write. Default: stdout.")
    ] = None,
) -> None:
    """Convert a public dataset, or a ChatGPT export, to the format of `tapehead eval`."""
    from app.importers import labelled_datasets

    lines = io.BytesIO()
    with exit_on(labelled_datasets.CannotConvert, OSError):
        users, turns, questions = labelled_datasets.convert(source, file, lines)
        if out is None:
            sys.stdout.buffer.write(lines.getbuffer())
        else:
            out.write_bytes(lines.getbuffer())
    error_console.print(f"{users} users, {turns} turns, {questions} questions", highlight=False)
