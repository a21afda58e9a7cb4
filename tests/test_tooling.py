"""The tooling: what the installer says, what the lock promises, and the contrast of the themes."""

import re
import sys
from pathlib import Path
from typing import Any

import jaxtyping
import pytest
import torch
from packaging.requirements import Requirement

import install
import sedtf_core
from sedtf_core import features

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
THEMES = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
LOCKS = {
    "requirements.txt": PYPROJECT["project"]["dependencies"],
    "requirements-dev.txt": sum(EXTRAS.values(), PYPROJECT["project"]["dependencies"]),
}
CUDA = ["numpy", 'nvidia-cudnn-cu13==9.20; platform_system == "Linux"']


def lines_of(lock: str) -> list[str]:
    return (ROOT / lock).read_text("utf-8").splitlines()


def luminance(rgb: list[float]) -> float:
    """Relative luminance of sRGB in 0…1 (WCAG 2.2)."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb]
    return sum(weight * v for weight, v in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(colour: str, background: str, opacity: float = 1.0) -> float:
    """Contrast ratio of a colour that is laid over a background with some opacity (WCAG 2.2)."""
    top, under = ([b / 255 for b in bytes.fromhex(c[1:])] for c in (colour, background))
    seen = [opacity * t + (1 - opacity) * u for t, u in zip(top, under, strict=True)]
    dark, light = sorted((luminance(seen), luminance(under)))
    return (light + 0.05) / (dark + 0.05)


def torch_report(version: str, url: str, requires: list[str]) -> dict[str, Any]:
    """An entry of pip's report, with the fields that the installer reads."""
    metadata = {"name": "torch", "version": version, "requires_dist": requires}
    return {"metadata": metadata, "download_info": {"url": url}}


def test_a_shape_that_breaks_its_annotation_is_an_error_while_testing():
    with pytest.raises(jaxtyping.TypeCheckError):
        features.log_mel("a path is not a waveform")
    features.log_mel(torch.zeros(2048))


@pytest.mark.parametrize("lock", LOCKS)
def test_each_line_of_a_lock_pins_one_release_that_every_index_has(lock):
    for line in lines_of(lock):
        assert re.fullmatch(r"[a-z0-9.-]+==[0-9a-z.]+( ; .+)?", line), line


@pytest.mark.parametrize(("lock", "wanted"), LOCKS.items(), ids=LOCKS)
@pytest.mark.parametrize("python", ["3.10", "3.11", "3.12", "3.13"])
@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_a_lock_holds_what_pyproject_asks_for_on_every_python(lock, wanted, python, platform):
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": platform,
    }
    pins = {
        pin.name: str(pin.specifier).removeprefix("==")
        for pin in map(Requirement, lines_of(lock))
        if pin.marker is None or pin.marker.evaluate(environment)
    }
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(pins[requirement.name]), requirement


def test_the_lock_for_tests_contains_the_lock_of_the_application():
    assert set(lines_of("requirements.txt")) <= set(lines_of("requirements-dev.txt"))


def test_the_citation_and_the_changelog_name_the_version():
    assert f"version: {sedtf_core.__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"## {sedtf_core.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("url", "size"),
    [("https://host/torch.whl", "about 190 MB"), ("file:///wheels/torch.whl", "on this disk")],
)
def test_the_installer_says_that_the_small_torch_comes_and_from_where(monkeypatch, url, size):
    monkeypatch.setattr(install.platform, "system", lambda: "Linux")
    (line,) = install.about_torch(torch_report("2.13.0+cpu", url, ["numpy"]), has_gpu=False)
    assert "small" in line
    assert size in line


def test_the_installer_says_how_to_avoid_cuda_where_there_is_no_gpu(monkeypatch):
    monkeypatch.setattr(install.platform, "system", lambda: "Linux")
    report = torch_report("2.13.0", "https://host/torch.whl", CUDA)
    without, with_gpu = (install.about_torch(report, has_gpu=gpu) for gpu in (False, True))
    assert "3000 MB" in without[0]
    assert any("TORCH_INDEX" in line for line in without)
    assert with_gpu == without[:1]


def test_the_installer_knows_that_only_linux_gets_cuda_from_the_standard_build(monkeypatch):
    monkeypatch.setattr(install.platform, "system", lambda: "Darwin")
    (line,) = install.about_torch(
        torch_report("2.13.0", "https://host/torch.whl", CUDA), has_gpu=False
    )
    assert "small" in line


def test_the_installer_warns_that_a_gpu_stays_unused_and_is_silent_when_torch_is_there():
    lines = install.about_torch(torch_report("2.13.0+cpu", "file:///torch.whl", []), has_gpu=True)
    assert "will not use" in lines[1]
    assert install.about_torch(None, has_gpu=True) == ["torch: nothing, it is installed"]


def test_the_installer_counts_a_package_with_two_pins_once_and_torch_apart():
    lock = "av==1 ; python_version < '3.12'\nav==2\nnumpy==2.4\ntorch==2.13.0\n"
    megabytes = install.SIZES_MB["av"] + install.SIZES_MB["numpy"]
    assert install.about_others(lock).startswith(f"up to 2 other packages: about {megabytes} MB")


def test_the_sizes_that_the_installer_knows_belong_to_packages_in_the_lock():
    names = {Requirement(line).name for line in lines_of("requirements-dev.txt")}
    assert set(install.SIZES_MB) <= names


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("background", ["backgroundColor", "secondaryBackgroundColor"])
def test_a_theme_is_legible_on_both_its_backgrounds(name, background):
    theme = THEMES[name]
    assert contrast(theme["textColor"], theme[background]) >= 7
    assert contrast(theme["textColor"], theme[background], opacity=0.6) >= 4.5  # captions
    assert contrast(theme["primaryColor"], theme[background]) >= 4.5
    assert contrast(theme["linkColor"], theme[background]) >= 4.5
    assert contrast(theme["borderColor"], theme[background]) >= 3


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_white_tick_of_a_checkbox_shows_on_the_primary_colour(name):
    assert contrast("#ffffff", THEMES[name]["primaryColor"]) >= 3
