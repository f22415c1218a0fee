"""The look of what is handed over: logo, colours and footer of engagement.yml, checked."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salesopt_kit.engagement import Engagement
from salesopt_kit.errors import InputError
from salesopt_kit.locale import _, language

PICTURES = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"}
"""How the files begin that every program here can show."""
FONTS = {"zh-CN": "Microsoft YaHei", "en": "Calibri"}


@dataclass(frozen=True, slots=True)
class Look:
    """Colours as "#rrggbb", the bytes of the logo (empty for none) and the footer."""

    primary: str
    accent: str
    footer: str
    logo: bytes = b""

    @property
    def sheet_font(self) -> str:
        """The font of sheets, slides and documents in the language in use."""
        return FONTS[language()]

    @property
    def logo_size(self) -> tuple[int, int]:
        """Width and height of the logo in pixels."""
        from PIL import Image  # noqa: PLC0415 -- only a logo needs it

        with Image.open(io.BytesIO(self.logo)) as picture:
            return picture.size

    def put_on_sheet(self, sheet: Any, column: int) -> None:  # noqa: ANN401 -- xlsxwriter has no types
        """Put the logo into the title row of a sheet, not higher than the row."""
        _width, height = self.logo_size
        scale = 40 / height
        options = {
            "image_data": io.BytesIO(self.logo),
            "x_scale": scale,
            "y_scale": scale,
            "x_offset": 4,
            "y_offset": 2,
        }
        sheet.insert_image(0, column, "logo.png", options)


def look_of(engagement: Engagement) -> Look:
    """Return the look of an engagement; InputError where its logo is missing or is no picture."""
    branding = engagement.config.branding
    return Look(branding.colours.primary, branding.colours.accent, branding.footer, _logo(engagement, branding.logo))


def _logo(engagement: Engagement, name: str) -> bytes:
    if not name:
        return b""
    path = engagement.source_path(name)
    content = path.read_bytes() if path.is_file() else b""
    if not content.startswith(tuple(PICTURES)):
        raise InputError(
            _("{file}, key {key}").format(file=engagement.folder / "engagement.yml", key="branding.logo"),
            name,
            expected=_("a PNG or JPEG picture in the engagement folder"),
            remedy=_("Put the file there, correct its name, or leave the key out.")
            if not Path(path).is_file()
            else _("Save the logo as PNG and name that file."),
        )
    return content
