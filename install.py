"""Make .venv and install a requirements file into it, after saying what pip will download.

    python3 install.py requirements.txt [--torch-index URL]

The largest part by far is PyTorch: about 200 MB for the processor alone, 3 GB with CUDA. pip decides which
build it takes, since it alone knows where it may look: of one release, a build for the processor (2.13.0+cpu)
counts as newer than the standard one, so pip takes it wherever it finds both. ``--torch-index`` shows it
one more place to look. Runs on the Python that makes the environment, so it needs the standard library alone.
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

VENV = Path(__file__).resolve().parent / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

# Megabytes of the larger downloads on Linux; the others come to 0.4 each on average.
SIZES_MB = {
    "av": 36, "llvmlite": 60, "matplotlib": 10, "mypy": 15, "numpy": 17, "pandas": 12,
    "pillow": 7, "playwright": 54, "plotly": 10, "pyarrow": 55, "pydeck": 11, "ruff": 11, "scikit-learn": 9,
    "scipy": 35, "streamlit": 11, "sympy": 6, "uv": 18,
}  # fmt: skip
SMALL_MB = 0.4
TORCH_CPU_MB = 190
TORCH_CUDA_MB = 3000


def main() -> None:
    """Make the environment, announce the downloads, install."""
    parser = argparse.ArgumentParser(description="Make .venv and install a requirements file.")
    parser.add_argument("requirements", type=Path)
    parser.add_argument("--torch-index", default="", metavar="URL", help="PyTorch's CPU packages")
    options = parser.parse_args()
    sources = ["--extra-index-url", options.torch_index] if options.torch_index else []
    _make_venv()
    print(f"Installing {options.requirements} into {VENV}. To download:")
    has_gpu = shutil.which("nvidia-smi") is not None
    for line in about_torch(_look_up_torch(options.requirements, sources), has_gpu=has_gpu):
        print(f"  {line}")
    print(f"  {about_others(options.requirements.read_text('utf-8'))}", flush=True)
    _run([str(PYTHON), "-m", "pip", "install", "-r", str(options.requirements), *sources])


def about_torch(found: dict[str, Any] | None, *, has_gpu: bool) -> list[str]:
    """Say which build of torch comes, how large it is, and what to do if another would fit better.

    Parameters
    ----------
    found
        The entry for torch in pip's report; None if torch is installed.
    has_gpu
        Whether this machine has an NVIDIA GPU.

    Returns
    -------
    Lines for the terminal.
    """
    if found is None:
        return ["torch: nothing, it is installed"]
    about, url = found["metadata"], found["download_info"]["url"]
    is_cuda = platform.system() == "Linux" and any(
        requirement.startswith("nvidia-") for requirement in about["requires_dist"]
    )
    build = "the large build for NVIDIA GPUs" if is_cuda else "the small build, without CUDA"
    size = f"about {TORCH_CUDA_MB if is_cuda else TORCH_CPU_MB} MB"
    if url.startswith("file:"):
        size = "on this disk already"
    lines = [f"torch {about['version']}: {build}, {size}"]
    if is_cuda and not has_gpu:
        lines += [
            "  No NVIDIA GPU was found: the small build would do, but pip knows no place to get it.",
            "  To use it, press Ctrl-C and add TORCH_INDEX=URL to your make command; PyTorch's page",
            "  on installation shows that URL for the compute platform CPU.",
        ]
    if has_gpu and about["version"].endswith("+cpu"):
        lines.append("  This machine has an NVIDIA GPU, which this build will not use.")
    return lines


def about_others(requirements: str) -> str:
    """Say how many packages come with torch, and about how large they are together."""
    names = set(re.findall(r"^([\w.-]+)==", requirements, re.MULTILINE)) - {"torch"}
    megabytes = sum(SIZES_MB.get(name, SMALL_MB) for name in names)
    return f"up to {len(names)} other packages: about {megabytes:.0f} MB, less what is here already"


def _make_venv() -> None:
    """Make the environment unless a working one is there."""
    works = PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0
    if not works:
        print(f"Making {VENV} with Python {platform.python_version()}", flush=True)
        _run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    # Older ones load the whole package in order to report on it.
    _run([str(PYTHON), "-m", "pip", "install", "--quiet", "pip>=24.1"])


def _look_up_torch(requirements: Path, sources: list[str]) -> dict[str, Any] | None:
    """Ask pip which torch it would install; it reads the package's description, not the package."""
    dry_run = ["install", "--quiet", "--dry-run", "--report", "-", "--no-deps"]
    report = _run(
        [str(PYTHON), "-m", "pip", *dry_run, "--constraint", str(requirements), *sources, "torch"],
        stdout=subprocess.PIPE,
    )
    found: list[dict[str, Any]] = json.loads(report)["install"]
    return found[0] if found else None


def _run(command: list[str], stdout: int | None = None) -> str:
    """Run a command and return what it printed, if asked for; end with one line if it fails."""
    done = subprocess.run(command, stdout=stdout, text=True, check=False)
    if done.returncode:
        sys.exit(f"error: this command failed: {' '.join(command)}")
    return done.stdout or ""


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("stopped; the same command goes on from here")
