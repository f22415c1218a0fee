"""C1: who backs the change, in writing?"""

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.records import load_records, needed
from salesopt_kit.results import Result, Table, explains_missing
from salesopt_kit.tables.store import Tables


@explains_missing
def sponsorship(tables: Tables) -> Result:
    """Return the sponsors with the day each signed; MissingDataError with a record to copy where there is none."""
    records = load_records(tables.engagement)
    needed(records, "sponsors")
    signed = [sponsor for sponsor in records.sponsors if sponsor.signed_on is not None]
    cells = pd.DataFrame(
        {
            _("Sponsor"): sponsor.name,
            _("Role"): sponsor.role or "–",
            _("Backs"): sponsor.scope or "–",
            _("Signed on"): str(sponsor.signed_on) if sponsor.signed_on else _("not signed yet"),
        }
        for sponsor in records.sponsors
    )
    said = _("{signed} of {n} sponsors have signed.").format(signed=len(signed), n=len(cells))
    remarks = () if len(signed) == len(cells) else (_("Move no authority before it is backed in writing."),)
    return Table(said, cells, remarks)
