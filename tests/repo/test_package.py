"""The wheel: what is in it, that it does not change from build to build, and that it works without its source tree."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def build(target: str, folder: Path) -> Path:
    """Builds a wheel or a source archive into `folder` with the packages installed here."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


def test_the_wheel_fits_every_python_and_holds_the_tables(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tables = [n for n in names if n.startswith("siglum/stencil/tables/")]
    assert {Path(n).name for n in tables} >= {"x86-64-v2.bin", "x86-64-v3.bin"}
    assert "siglum/py.typed" in names
    assert {n.split("/")[0].split("-")[0] for n in names} == {"siglum"}


def test_the_wheel_is_the_same_byte_for_byte_when_built_again(wheel: Path, tmp_path: Path) -> None:
    assert build("wheel", tmp_path / "again").read_bytes() == wheel.read_bytes()


def test_the_main_job_runs_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    command = [sys.executable, "-m", "siglum", "run", "filter even square sum", "[1,2,3,4]"]
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("20\n", "", 0)


def test_the_source_archive_holds_the_generator_and_no_tables(tmp_path: Path) -> None:
    import tarfile

    with tarfile.open(build("sdist", tmp_path / "sdist")) as archive:
        names = ["/".join(n.split("/")[1:]) for n in archive.getnames()]
    assert "src/siglum/stencil/generate.py" in names
    assert "hatch_build.py" in names
    assert not [n for n in names if n.startswith("src/siglum/stencil/tables")]
