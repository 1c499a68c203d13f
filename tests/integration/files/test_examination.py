"""What a file is, by its content and never by its name (issue 15, "Types by content")."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageCms

from tests.support.pictures import FILES, bomb, claims, picture, webp_bomb
from whatsapp_tasks.domain.files import MOST_PIXELS, FileFacts
from whatsapp_tasks.errors import FileUnreadable
from whatsapp_tasks.files import examination


@pytest.mark.parametrize("name", FILES)
def test_the_type_is_found_without_the_name(tmp_path: Path, name: str) -> None:
    content, media_type = FILES[name]
    (tmp_path / "draft.part").write_bytes(content)
    facts = examination.examine(tmp_path / "draft.part")
    assert facts.media_type == media_type
    assert not facts.damaged
    assert not facts.moves


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_a_picture_that_moves_is_told_from_one_that_does_not(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a").write_bytes(picture(kind, frames=3))
    facts = examination.examine(tmp_path / "a")
    assert facts.moves
    assert facts.pixels == 64 * 48


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_that_was_cut_off_is_damaged(tmp_path: Path, kind: str) -> None:
    whole = picture(kind, size=(300, 300))
    (tmp_path / "a").write_bytes(whole[: len(whole) // 2])
    assert examination.examine(tmp_path / "a").damaged


def test_a_bomb_is_measured_and_not_unpacked(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bomb())
    assert examination.examine(tmp_path / "a") == FileFacts("image/png", pixels=400_000_000)
    assert MOST_PIXELS < 400_000_000


@pytest.mark.parametrize("kind", claims(12_000, 12_000))
def test_the_pixels_of_every_kind_are_counted_before_it_is_unpacked(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a").write_bytes(claims(12_000, 12_000)[kind])
    facts = examination.examine(tmp_path / "a")
    assert (facts.pixels, facts.damaged) == (144_000_000, False)


@pytest.mark.parametrize("side", [14_000, 16_383])
def test_a_picture_that_needs_too_much_memory_is_measured_all_the_same(tmp_path: Path, side: int) -> None:
    (tmp_path / "a").write_bytes(webp_bomb(side, side))
    assert examination.examine(tmp_path / "a") == FileFacts("image/webp", pixels=side * side)


def test_what_is_only_measured_is_not_unpacked(tmp_path: Path) -> None:
    for kind in ("ICO", "JPEG2000", "AVIF"):
        (tmp_path / "a").write_bytes(picture(kind, size=(48, 48)))
        facts = examination.examine(tmp_path / "a")
        assert (facts.pixels, facts.damaged) == (48 * 48, False), kind


def test_what_cannot_be_unpacked_is_not_converted(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"RIFF\0\0\0\0WEBPVP8 nothing")
    with pytest.raises(FileUnreadable, match="exit status 3"):
        examination.convert_picture(tmp_path / "a", tmp_path / "b")


@pytest.mark.parametrize("make", [examination.convert_picture, examination.shrink_picture])
def test_a_picture_stands_as_the_camera_was_held(tmp_path: Path, make: Callable[[Path, Path], Any]) -> None:
    """The mark that says so is not in what is written."""
    marks = Image.Exif()
    marks[ExifTags.Base.Orientation] = 6
    Image.new("RGB", (64, 48)).save(tmp_path / "a", "WEBP", exif=marks)
    make(tmp_path / "a", tmp_path / "b")
    with Image.open(tmp_path / "b") as turned:
        assert turned.size == (48, 64)


def test_a_converted_picture_keeps_its_colours(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (8, 8)).save(tmp_path / "a", "WEBP", icc_profile=profile)
    examination.convert_picture(tmp_path / "a", tmp_path / "b")
    with Image.open(tmp_path / "b") as converted:
        assert converted.info["icc_profile"] == profile


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "SECONDS", 0.001)
    (tmp_path / "a").write_bytes(b"x")
    with pytest.raises(FileUnreadable, match="too long"):
        examination.examine(tmp_path / "a")


def test_the_program_is_told_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever takes it over by a picture learns neither Redis' address nor a key."""
    monkeypatch.setenv("REDIS_URL", "redis://secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("WHATSAPP_VAULT_KEY", "secret")
    ran = subprocess.run
    told: list[dict[str, str]] = []

    def run(*arguments: Any, **named: Any) -> Any:
        told.append(named["env"])
        return ran(*arguments, **named)

    monkeypatch.setattr(subprocess, "run", run)
    (tmp_path / "a").write_bytes(b"x")
    examination.examine(tmp_path / "a")
    assert "secret" not in str(told)
