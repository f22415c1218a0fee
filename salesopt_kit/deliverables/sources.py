"""What deliverables are drawn from: the engagement, its tables, and the newest run."""

from dataclasses import dataclass, field
from pathlib import Path

from salesopt_kit.engagement import Engagement
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.tables import open_tables
from salesopt_kit.tables.store import Tables


@dataclass(slots=True)
class Sources:
    """An engagement and the folder of its newest run (None for none); the tables are read when first asked for."""

    engagement: Engagement
    run: Path | None = None
    _tables: list[Tables] = field(default_factory=list, repr=False)

    @property
    def tables(self) -> Tables:
        """The tables of the engagement; QualityError where the exports do not pass the gate."""
        if not self._tables:
            self._tables.append(open_tables(self.engagement))
        return self._tables[0]

    def need_run(self) -> Path:
        """Return the folder of the newest run; MissingDataError where the workbooks were never run."""
        if self.run is None or not self.run.is_dir():
            raise MissingDataError(
                _("the workbooks of this engagement were not run yet, or not to their end"),
                remedy=_("Run `salesopt run {folder}` first.").format(folder=self.engagement.folder),
            )
        return self.run
