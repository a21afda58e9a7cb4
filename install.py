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
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

VENV = Path(__file__).resolve().parent / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

# Megabytes of the large downloads on Linux, to the nearest ten; a package that is not here counts as 1.
SIZES_MB = {
    "av": 40, "grpcio": 10, "llvmlite": 60, "matplotlib": 10, "mypy": 20, "numpy": 20, "pandas": 10,
    "pillow": 10, "playwright": 50, "plotly": 10, "pyarrow": 50, "ruff": 10, "scikit-learn": 10, "scipy": 40,
    "streamlit": 10, "uv": 20,
}  # fmt: skip
TORCH_CPU_MB = 190
TORCH_CUDA_MB = 3000


def main() -> None:
    """Make the environment, announce the downloads, install."""
    parser = argparse.ArgumentParser(description="Make .venv and install a requirements file into it.")
    parser.add_argument("requirements", type=Path)
    parser.add_argument("--torch-index", default="", metavar="URL", help="PyTorch's packages for CPU")
    options = parser.parse_args()
    if sys.version_info < (3, 10):
        sys.exit(f"error: Python 3.10 or newer is needed, this is {sys.version.split()[0]}")
    sources = ["-r", str(options.requirements)]
    if options.torch_index:
        sources += ["--extra-index-url", options.torch_index]
    _make_venv()
    print(f"Looking up what {options.requirements} needs …", flush=True)
    packages = _resolve(sources)
    print(announcement(packages, has_gpu=shutil.which("nvidia-smi") is not None), flush=True)
    if packages:
        _run([str(PYTHON), "-m", "pip", "install", *sources])


def announcement(packages: list[dict[str, Any]], *, has_gpu: bool) -> str:
    """Say in plain words what pip is about to download.

    Parameters
    ----------
    packages
        The entries ``install`` of pip's report.
    has_gpu
        Whether this machine has an NVIDIA GPU.

    Returns
    -------
    A few lines for the terminal.
    """
    if not packages:
        return "Everything is installed already."
    versions = {package["metadata"]["name"]: package["metadata"]["version"] for package in packages}
    on_disk = {
        package["metadata"]["name"]
        for package in packages
        if package["download_info"]["url"].startswith("file:")
    }
    cuda = {name for name in versions if name.startswith(("cuda-", "nvidia-")) or name == "triton"}
    others_mb = sum(SIZES_MB.get(name, 1) for name in versions.keys() - on_disk - cuda - {"torch"})
    lines = [f"Installing {len(versions)} packages into {VENV}:"]
    if "torch" in versions:
        lines += _about_torch(versions["torch"], "torch" in on_disk, bool(cuda), has_gpu)
    lines.append(f"  the others: about {others_mb} MB to download")
    if on_disk:
        lines.append(f"  {len(on_disk)} of all these lie on this disk already")
    return "\n".join(lines)


def _about_torch(version: str, on_disk: bool, cuda: bool, has_gpu: bool) -> list[str]:
    """Say which build of torch comes, and how to get the other one where it would fit better."""
    megabytes = TORCH_CUDA_MB if cuda else TORCH_CPU_MB
    where = "on this disk already" if on_disk else f"about {megabytes} MB to download"
    build = "the large build for NVIDIA GPUs" if cuda else "the small build, without CUDA"
    lines = [f"  torch {version}: {build}, {where}"]
    if cuda and not has_gpu:
        lines.append(
            "    No NVIDIA GPU was found, so the small build would do, but pip knows no place that has it.\n"
            "    To use it, press Ctrl-C and run again with TORCH_INDEX=URL after `make app` or `make test`;\n"
            "    PyTorch's page on installation shows the URL for Compute Platform: CPU."
        )
    if has_gpu and version.endswith("+cpu"):
        lines.append("    This machine has an NVIDIA GPU; this build will not use it.")
    return lines


def _make_venv() -> None:
    """Make the environment unless a working one is there, with a pip that reports without downloading."""
    works = PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0
    if not works:
        print(f"Making {VENV} with Python {sys.version.split()[0]}", flush=True)
        _run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    _run([str(PYTHON), "-m", "pip", "install", "--quiet", "pip>=24.1"])


def _resolve(sources: list[str]) -> list[dict[str, Any]]:
    """Ask pip what it would install; it reads descriptions of packages, not the packages."""
    report = _run(
        [str(PYTHON), "-m", "pip", "install", "--quiet", "--dry-run", "--report", "-", *sources],
        stdout=subprocess.PIPE,
    )
    packages: list[dict[str, Any]] = json.loads(report)["install"]
    return packages


def _run(command: list[str], stdout: int | None = None) -> str:
    """Run a command and return what it printed, if asked for; end with its status if it fails."""
    done = subprocess.run(command, stdout=stdout, text=True, check=False)
    if done.returncode:
        sys.exit(f"error: this command failed: {' '.join(command)}")
    return done.stdout or ""


if __name__ == "__main__":
    main()
