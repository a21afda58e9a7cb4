"""The README tells the truth about the tree, the commands and the shipped networks."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from sedtf_core.checkpoints import load_checkpoint
from sedtf_core.cli import main
from sedtf_core.config import SYSTEM_TITLES

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def tree_paths() -> list[str]:
    """Paths of the annotated tree, each in full."""
    block = README.split("## What is where")[1].split("```")[1]
    folder, paths = "", []
    for line in block.strip().splitlines():
        names = re.split(r"\s{2,}", line.strip())[0].split(", ")
        if not line.startswith(" "):
            folder = names[0] if names[0].endswith("/") else ""
            paths += names
        else:
            paths += [folder + name for name in names]
    return paths


def test_every_path_of_the_tree_is_there() -> None:
    assert [path for path in tree_paths() if not (ROOT / path).exists()] == []


def test_every_module_of_the_core_is_in_the_tree() -> None:
    listed = set(tree_paths())
    modules = {f"sedtf_core/{path.name}" for path in (ROOT / "sedtf_core").glob("*.py")}
    assert modules - listed == {"sedtf_core/__init__.py"}


def test_every_script_of_training_is_in_the_tree() -> None:
    listed = set(tree_paths())
    scripts = {
        f"train/{path.name}"
        for path in (ROOT / "train").glob("*.py")
        if "__main__" in path.read_text("utf-8")
    }
    assert scripts - listed == set()


def test_every_picture_and_link_into_the_repository_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def commands() -> list[tuple[str, str, frozenset[str]]]:
    """Every ``python -m train.…`` of the documents: where it stands, its module and its options."""
    found = []
    for document in ("README.md", "train/RECIPE.md", "assets/results/README.md"):
        for piece in (ROOT / document).read_text("utf-8").split("python -m ")[1:]:
            line = re.split(r"[`#]|\n\n", piece)[0]
            module = line.split()[0]
            if module.startswith("train."):
                options = frozenset(re.findall(r"(?<=\s)--[a-z][a-z-]*", line))
                found.append((document, module, options))
    return found


def test_every_option_of_a_training_command_exists(capsys: pytest.CaptureFixture[str]) -> None:
    helps: dict[str, str] = {}
    for document, module, options in commands():
        if module not in helps:
            with pytest.raises(SystemExit):
                import_module(module).main(["--help"])
            helps[module] = capsys.readouterr().out
        unknown = [o for o in options if not re.search(rf"{o}(?![a-z-])", helps[module])]
        assert not unknown, f"{document}: {module} has no {unknown}"
    assert len(helps) > 5


@pytest.mark.parametrize("command", ["info", "mix", "analyse"])
def test_the_commands_of_the_readme_exist(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"python -m sedtf_core {command}" in README
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    assert "usage" in capsys.readouterr().out


def results_row(system: str) -> str:
    """A line of the README's table: a shipped network's figures at 10 dB."""
    path = ROOT / "assets" / "results" / "laptop" / f"{system}_10dB.json"
    result = json.loads(path.read_text("utf-8"))
    tagging, frame, masks = result["tagging"], result["frame"], result.get("segmentation")
    cells = [
        SYSTEM_TITLES[system],
        str(result["trained_steps"]),
        f"{tagging['map']:.3f} / {tagging['auc']:.3f}",
        f"{frame['f1']:.3f} / {frame['map']:.3f}",
        f"{result['event']['f1']:.3f}",
        f"{masks['f1']:.3f} / {masks['auc']:.3f}" if masks else "– / –",
        f"{result['separation']['si_sdr_improvement_db']:.1f}" if masks else "–",
    ]
    return f"| {' | '.join(cells)} |"


@pytest.mark.parametrize("system", SYSTEM_TITLES)
def test_the_figures_of_the_readme_are_those_of_the_shipped_networks(system: str) -> None:
    assert results_row(system) in README.splitlines()
    assert load_checkpoint(system).metadata.trained_steps == int(
        results_row(system).split(" | ")[1]
    )
