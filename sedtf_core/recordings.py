"""From an audio file to a folder with all that an analysis gives, at constant memory whatever its length.

Owns the layout of these folders (and of a mixture's): names are made of labels, never of what a user typed,
but for the folder that takes the file's stem. A folder is filled beside its place and moved there when it is
complete. The analysis itself is left to ``inference``, the formats to ``exports``.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

import numpy as np
from tqdm import tqdm

from sedtf_core import audio, exports, mask_files
from sedtf_core.config import FeatureConfig
from sedtf_core.errors import InputError, writing
from sedtf_core.features import mel_centres_hz
from sedtf_core.inference import Analyser, Analysis
from sedtf_core.mixing import Mixture
from sedtf_core.separation import SeparatedBlock, StreamSeparator, background

# Shorter recordings are done before a progress bar could be read.
PROGRESS_FROM_S = 60.0
# A spectrum a class is held for this long a stretch; with 26 classes, ten seconds take 200 MB.
SEPARATION_BLOCK_S = 2.0
OF_MASKS = ("masks.npz", "stems")  # what a system without masks does not write


def analysis_folders(out: Path, recordings: Sequence[str]) -> dict[str, Path]:
    """Recording → its folder inside ``out``, named by the file's stem; checked before any is analysed.

    Raises
    ------
    InputError
        If two recordings have the same stem, one has none, or ``out`` cannot be written.
    """
    stems = [Path(recording).stem for recording in recordings]
    for recording, stem in zip(recordings, stems, strict=True):
        if stem in ("", ".", ".."):  # "...wav" would be written beside ``out``
            raise InputError(f"{recording!r} has no name that a folder could take; rename it")
    twice = sorted({stem for stem in stems if stems.count(stem) > 1})
    if twice:
        raise InputError(
            f"two recordings are named {twice[0]} and would share a folder; rename one or "
            "analyse them with different --out"
        )
    with writing(out, "--out"):
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    return {recording: out / stem for recording, stem in zip(recordings, stems, strict=True)}


def analyse_recording(
    path: str, analyser: Analyser, target: Path | None = None
) -> tuple[Analysis, str]:
    """Analyse an audio file of any length, and write its folder if asked to.

    Parameters
    ----------
    path
        Audio or video file.
    analyser
        System and thresholds.
    target
        Folder to write tags.tsv, events.tsv, frame_scores.tsv, analysis.json and, for systems with masks,
        masks.npz and stems/ into; None to write nothing.

    Returns
    -------
    The analysis without masks, and its JSON.

    Raises
    ------
    InputError
        If the file cannot be read or the folder not written; nothing is left behind.
    """
    if target is None:
        analysis = _stream(path, analyser, None)
        return analysis, report(analysis, Path(path).name, analyser.checkpoint.name)
    with staged_folder(target, made_with="analysis.json", optional=OF_MASKS) as folder:
        labels = analyser.checkpoint.metadata.labels
        mel_hz = mel_centres_hz(analyser.features).numpy()
        spool = (
            mask_files.MaskSpool(
                folder / "masks.npz", labels, analyser.features.frame_hop_s, mel_hz
            )
            if analyser.has_masks
            else nullcontext()
        )
        with spool as masks:
            analysis = _stream(path, analyser, masks)
        report_text = report(analysis, Path(path).name, analyser.checkpoint.name)
        _write_tables(folder, analysis, report_text)
        if analyser.has_masks:
            _write_stems(folder, path, analysis)
    return analysis, report_text


def report(analysis: Analysis, file_name: str, checkpoint: str) -> str:
    """All numbers of an analysis as JSON.

    Parameters
    ----------
    analysis
        Of the recording.
    file_name, checkpoint
        Names of the recording and of the weights, kept as data only.
    """
    return exports.analysis_to_json(
        file_name=file_name,
        duration_s=analysis.duration_s,
        system=analysis.system,
        checkpoint=checkpoint,
        detection=analysis.detection,
        labels=analysis.labels,
        clip_probs=analysis.clip_probs,
        events=analysis.events,
    )


def save_mixture(mixture: Mixture, out: Path) -> None:
    """Write mixture.wav, sources/NN_<label>.wav, scene.wav, events.tsv and recipe.json into ``out``."""
    with staged_folder(out, made_with="recipe.json") as folder:
        (folder / "sources").mkdir()
        rate = mixture.sample_rate
        audio.save_wav(folder / "mixture.wav", mixture.mixture, rate)
        audio.save_wav(folder / "scene.wav", mixture.scene, rate)
        for number, (event, source) in enumerate(
            zip(mixture.events, mixture.sources, strict=True), start=1
        ):
            name = f"{number:02d}_{exports.safe_name(event.label)}.wav"
            audio.save_wav(folder / "sources" / name, source, rate)
        events = sorted(mixture.events, key=lambda event: event.onset)
        (folder / "events.tsv").write_text(exports.events_to_tsv(events), "utf-8", newline="\n")
        recipe = {**mixture.recipe.to_dict(), "gain": mixture.gain, "sample_rate": rate}
        (folder / "recipe.json").write_text(
            json.dumps(recipe, indent=2) + "\n", "utf-8", newline="\n"
        )


@contextmanager
def staged_folder(target: Path, *, made_with: str, optional: Sequence[str] = ()) -> Iterator[Path]:
    """A folder to fill; its contents are moved into ``target`` on success, and removed on failure.

    A folder inside ``target`` is replaced only where the file ``made_with`` says that it was written here:
    ``sources`` or ``stems`` may be a user's own. There, too, what was written before under the names
    ``optional`` goes: it would stand beside an analysis that it is not of.
    """
    with writing(target, "--out"):
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".partial-", dir=target.parent))
    try:
        with writing(target, "--out"):
            yield staging
            target.mkdir(exist_ok=True)
            entries = sorted(staging.iterdir())
            made_here = (target / made_with).is_file()
            for entry in entries:
                if (target / entry.name).is_dir() and not made_here:
                    raise InputError(
                        f"{target} has a folder {entry.name} that was not made here; "
                        "choose another --out"
                    )
            for name in optional if made_here else ():
                _remove(target / name)
            for entry in entries:
                place = target / entry.name
                if place.is_dir():
                    shutil.rmtree(place)  # stems of an earlier analysis may have other names
                os.replace(entry, place)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _remove(place: Path) -> None:
    """Remove a file, or a folder with all that is in it, if it is there."""
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def _stream(path: str, analyser: Analyser, masks: mask_files.MaskSpool | None) -> Analysis:
    """Analyse a file block by block, with a progress bar where it takes a while."""
    blocks = audio.stream(path, analyser.features.sample_rate)
    total = audio.duration_s(path) or 0.0
    hidden = total < PROGRESS_FROM_S or not sys.stderr.isatty()
    with tqdm(total=round(total), desc=Path(path).name, unit="s", disable=hidden) as bar:
        return analyser.stream(
            blocks,
            masks.append if masks is not None else None,
            lambda done_s: _advance(bar, done_s),
        )


def _advance(bar: "tqdm[None]", done_s: float) -> None:
    """Move the bar to ``done_s``."""
    bar.update(int(done_s) - bar.n)


def _write_tables(folder: Path, analysis: Analysis, report_text: str) -> None:
    """Write tags, events, frame scores and the report."""
    texts = {
        "tags.tsv": exports.tags_to_tsv(analysis.clip_probs, analysis.labels),
        "events.tsv": exports.events_to_tsv(analysis.events),
        "frame_scores.tsv": exports.frame_scores_to_tsv(
            analysis.frame_scores, analysis.labels, analysis.features.frame_hop_s
        ),
        "analysis.json": report_text,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8", newline="\n")


def _write_stems(folder: Path, path: str, analysis: Analysis) -> None:
    """Read the recording a second time and write the separated events and what they leave."""
    (folder / "stems").mkdir()
    detected = analysis.detected_labels()
    rows = [analysis.labels.index(label) for label in detected]
    config = analysis.features
    with ExitStack() as stack:
        writers = [
            stack.enter_context(
                audio.WavWriter(folder / "stems" / f"{name}.wav", config.sample_rate)
            )
            for name in [*map(exports.safe_name, detected), "background"]
        ]
        for mixture, estimates in _separated(path, folder / "masks.npz", rows, config):
            stems = [*estimates, background(mixture, estimates)]
            for writer, stem in zip(writers, stems, strict=True):
                writer.write(stem.numpy())


def _separated(
    path: str, masks: Path, rows: Sequence[int], config: FeatureConfig
) -> Iterator[SeparatedBlock]:
    """Mixture and estimates of some classes, as they become complete."""
    separator = StreamSeparator(config)
    samples = frame = 0
    for block in audio.stream(path, config.sample_rate, SEPARATION_BLOCK_S):
        samples += len(block)
        stop = samples // config.hop_length
        # Mapped anew for each block: pages of one mapping would stay in memory to the end.
        yield separator.push(block, mask_files.open_masks(masks)[rows, frame:stop])
        frame = stop
    yield separator.push(np.zeros(0, np.float32), mask_files.open_masks(masks)[rows, frame:])
    yield separator.finish()
