"""How the demo speaks: chapters, one line a step, calm tables."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

QUIET_EVERY = 400  # people between two lines where no bar can be drawn


class Telling:
    """What is said, on the terminal or into a file."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        if not self.console.is_terminal:  # a log has no edge to fold at
            self.console.width = 110

    def chapter(self, title: str) -> None:
        self.console.print()
        self.console.print(Rule(Text(title, style="bold"), align="left", style="dim"))

    def done(self, what: str, more: str = "") -> None:
        """A step that worked."""
        self._line("✓", "green", what, more)

    def waits(self, what: str, more: str = "") -> None:
        """Something that now waits for somebody."""
        self._line("…", "yellow", what, more)

    def refused(self, what: str, code: str, why: str) -> None:
        """A try that was refused, as it must be."""
        self._line("✗", "red", what, f"{code} · {why}")

    def say(self, text: str = "") -> None:
        self.console.print(Text.from_markup(f"  {text}" if text else ""), soft_wrap=True)

    def numbers(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """A table of (what, how many, remark); an empty `what` draws a line."""
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        table.add_column(min_width=24, no_wrap=True)
        table.add_column(justify="right", no_wrap=True)
        table.add_column(style="dim", overflow="fold")
        for what, count, remark in rows:
            if what:
                table.add_row(Text.from_markup(what), Text.from_markup(count), remark)
            else:
                table.add_row("", Text("───────", style="dim"), "")
        self.console.print(Padding(table, (0, 0, 0, 4)))

    def busy(self, what: str) -> AbstractContextManager[object]:
        """What is going on just now, while there is nothing to tell."""
        return self.console.status(f"[dim]{what}[/dim]") if self.console.is_terminal else nullcontext()

    def progress(self, total: int) -> "Bar":
        return Bar(self, total)

    def _line(self, sign: str, colour: str, what: str, more: str) -> None:
        line = Text.assemble("  ", (sign, f"bold {colour}"), " ", what)
        if more:
            line.append(f"\n      {more}", style="dim")
        self.console.print(line, soft_wrap=True)  # addresses stay whole


class Bar:
    """How far a send is: a bar on a terminal, a line now and then elsewhere."""

    def __init__(self, telling: Telling, total: int) -> None:
        self._telling, self._total, self._said = telling, total, 0
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if self._telling.console.is_terminal:
            columns = (
                TextColumn("   "), BarColumn(bar_width=36), MofNCompleteColumn(),
                TextColumn("[dim]{task.description}"), TimeElapsedColumn(),
            )  # fmt: skip
            self._bar = Progress(*columns, console=self._telling.console, transient=True)
            self._bar.start()
            self._task = self._bar.add_task("", total=self._total)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def show(self, done: int, words: str) -> None:
        if self._bar and self._task is not None:
            self._bar.update(self._task, completed=done, description=words)
        elif done >= self._said + QUIET_EVERY or done >= self._total > self._said:
            self._said = done
            self._telling.say(f"  {done:,} of {self._total:,}  [dim]{words}[/dim]")
