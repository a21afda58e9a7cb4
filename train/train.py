"""Train one of the seven systems on a folder of sounds, with weak labels only.

    python -m train.train --sounds DIR --system gwrp --preset laptop --out runs/gwrp
    python -m train.train --sounds DIR --system gwrp --preset laptop --out runs/gwrp --resume

The run folder holds config.json (settings, package version, hash of the data, command), log.csv, the best
and the last checkpoint, snapshots over the run, and state.pt to resume from, exactly where it stopped.
"""

import argparse
import sys
import time
from pathlib import Path

import torch
from torch import nn
from tqdm import tqdm

from sedtf_core.checkpoints import Metadata, save_checkpoint
from sedtf_core.config import FeatureConfig, MixtureConfig, ModelConfig
from sedtf_core.datasets import SoundBank, data_hash, read_sounds, require_mixable
from sedtf_core.errors import InputError
from sedtf_core.features import log_mel
from sedtf_core.models import SYSTEMS, build_model
from train.batches import MixtureBatches
from train.run_folder import RunFolder
from train.settings import PRESETS, TrainSettings, preset_settings
from train.validation import Validation

# Keys that keep the random draws of training, statistics and gain apart.
TRAIN_KEY, STATISTICS_KEY = 1, 2
STATISTICS_BATCHES = 24


class Trainer:
    """A network, its optimiser and its data; ``run`` goes from the current step to the last."""

    def __init__(
        self, settings: TrainSettings, sounds: Path, folder: RunFolder, device: torch.device
    ) -> None:
        """Decode the sounds, build the network and measure the training set's statistics."""
        self.settings, self.folder, self.device = settings, folder, device
        rows = read_sounds(sounds)
        for split in ("train", "valid"):
            require_mixable(rows, split)
        self.labels = tuple(sorted({s.label for s in rows if s.kind == "event"}))
        self.training = {"data_hash": data_hash(rows), "sounds": len(rows)}
        self.features = FeatureConfig()
        torch.manual_seed(settings.seed)
        self.model_config = ModelConfig(
            settings.system,
            len(self.labels),
            self.features.n_mels,
            settings.channels,
            settings.decay,
        )
        model = build_model(self.model_config).to(device)
        self.model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=settings.peak_rate)
        self.batches = self._batches(sounds, "train")
        self.validation = Validation(self._batches(sounds, "valid"), settings, self.features)
        self.autocast = torch.autocast(
            device.type, torch.bfloat16, enabled=has_fast_bfloat16(device)
        )
        self.step = 0

    def _batches(self, sounds: Path, split: str) -> MixtureBatches:
        """Mixtures of one split."""
        bank = SoundBank.open(sounds, split=split)
        return MixtureBatches(bank, self.labels, MixtureConfig(), self.device)

    def set_statistics(self) -> None:
        """Measure mean and standard deviation a mel band over training mixtures at all SNRs."""
        frames = []
        for index in range(STATISTICS_BATCHES):
            key = (self.settings.seed, STATISTICS_KEY, index)
            recipes = self.batches.draw(self.settings.batch_size, key, self.settings.snr_db)
            waveforms, _ = self.batches.realise(recipes)
            frames.append(log_mel(waveforms, self.features).flatten(0, 1))
        values = torch.cat(frames)
        self.model.normalise.set_statistics(values.mean(dim=0), values.std(dim=0))

    def run(self) -> None:
        """Train to the last step; the state is kept when interrupted."""
        if self.step == 0:
            self.set_statistics()
        progress = tqdm(
            initial=self.step,
            total=self.settings.steps,
            unit="step",
            mininterval=0.5 if sys.stderr.isatty() else 30,
        )
        try:
            while self.step < self.settings.steps:
                started = time.perf_counter()
                loss = self.train_step()
                self.step += 1
                seconds = time.perf_counter() - started
                rate = self.settings.batch_size / seconds
                progress.update()
                progress.set_postfix(loss=f"{loss:.4f}", clips_per_s=f"{rate:.1f}", refresh=False)
                self.folder.log(step=self.step, loss=loss, seconds=seconds)
                self.after_step()
        finally:
            progress.close()
            self.save("last")
            self.folder.save_state(self.step, self.model, self.optimiser)

    def train_step(self) -> float:
        """One batch of fresh mixtures, one step of the optimiser; returns the loss."""
        settings, step = self.settings, self.step
        recipes = self.batches.draw(
            settings.batch_size, (settings.seed, TRAIN_KEY, step), settings.snr_range(step)
        )
        waveforms, weak_labels = self.batches.realise(recipes)
        # Dropout and gain depend on the step alone, so that a resumed run draws the same.
        torch.manual_seed(settings.seed * 1_000_003 + step)
        gain_db = torch.rand(len(recipes), 1, device=self.device) * -settings.gain_db
        features = log_mel(waveforms * 10 ** (gain_db / 20), self.features)
        self.model.train()
        for group in self.optimiser.param_groups:
            group["lr"] = settings.rate(step)
        with self.autocast:
            output = self.model(features)
        # Rounding may carry a weighted mean of ones past 1, where the loss is not defined.
        probs = output.clip_probs.float().clamp(0, 1)
        loss = nn.functional.binary_cross_entropy(probs, weak_labels)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def after_step(self) -> None:
        """Validate, and keep checkpoints, when their step has come."""
        settings, step = self.settings, self.step
        if step in settings.snapshot_steps():
            self.save(f"snapshots/step_{step:06d}")
        if step % settings.valid_every == 0 or step == settings.steps:
            figures = self.validation.measure(self.model, self.autocast)
            tqdm.write(f"step {step}: " + "  ".join(f"{k} {v:.4f}" for k, v in figures.items()))
            self.folder.log_validation(step, figures)
            self.save("last")
            if self.folder.is_best(figures["map"]):
                self.save("best")
            self.folder.save_state(step, self.model, self.optimiser)

    def save(self, name: str) -> None:
        """Write a checkpoint of the current weights into the run folder."""
        training = {**self.training, **self.folder.description(), "step": self.step}
        metadata = Metadata(self.model_config, self.features, self.labels, training)
        save_checkpoint(self.folder.path / name, self.model, metadata)

    def resume(self) -> None:
        """Take up weights, optimiser and step where the run folder left them."""
        self.step = self.folder.load_state(self.model, self.optimiser)


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether matrix units for bfloat16 make mixed precision the faster choice here."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    # torch has no public name for it; without these units bfloat16 is the slower choice.
    return device.type == "cpu" and bool(torch.cpu._is_amx_tile_supported())  # noqa: SLF001


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m train.train", description=__doc__)
    parser.add_argument("--sounds", type=Path, required=True, help="folder with sounds.csv")
    parser.add_argument("--system", choices=SYSTEMS, required=True)
    parser.add_argument("--preset", choices=sorted(PRESETS), default="laptop")
    parser.add_argument("--out", type=Path, required=True, help="run folder")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, …")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--snr-db", type=float, nargs=2, metavar=("LO", "HI"))
    parser.add_argument("--seed", type=int)
    parser.add_argument("--resume", action="store_true", help="go on where the run folder stopped")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Train as the command line says; returns the exit status."""
    options = parse_arguments(arguments)
    settings = preset_settings(
        options.preset,
        options.system,
        steps=options.steps,
        batch_size=options.batch_size,
        snr_db=tuple(options.snr_db) if options.snr_db else None,
        seed=options.seed,
    )
    name = options.device
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        folder = RunFolder(options.out, settings, resume=options.resume)
        trainer = Trainer(settings, options.sounds, folder, torch.device(name))
        if options.resume:
            trainer.resume()
        trainer.run()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"stopped; go on with --resume (kept in {options.out})", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
