"""Train one of the seven systems on a folder of sounds, with weak labels only.

    python -m train.train --sounds DIR --system gwrp --preset laptop --out runs/gwrp
    python -m train.train --sounds DIR --system gwrp --preset laptop --out runs/gwrp --resume
    torchrun --nproc-per-node 4 -m train.train --sounds DIR --system gwrp --preset paper --out runs/gwrp
    python -m train.train --sounds DIR --system gwrp --preset paper --mixtures MIXTURES --out runs/gwrp

Every step has fresh mixtures; with --mixtures training goes over those of a folder again and again, which
``python -m train.make_mixtures --split train`` wrote (see ``train.fixed_mixtures``). Their SNR is the one
they were made at: --snr-db and the curriculum then say nothing but where the valid split is measured.

The run folder holds config.json (command, settings, package version, hash of the data), log.csv,
validation.csv, the best and the last checkpoint, snapshots over the run, state.pt to resume from, exactly
where it stopped, and at the end throughput.json and learning_curve.png.
"""

import argparse
import math
import sys
import time
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm import tqdm

from sedtf_core.checkpoints import Metadata, save_checkpoint
from sedtf_core.command_line import Parser, at_least, command, finite, given_path, not_negative
from sedtf_core.config import FeatureConfig, MixtureConfig, ModelConfig
from sedtf_core.datasets import Sound, SoundBank, data_hash
from sedtf_core.errors import InputError
from sedtf_core.features import log_mel
from sedtf_core.models import SYSTEMS
from train.augmentation import random_colours
from train.batches import MixtureBatches, to_device
from train.fixed_mixtures import FixedMixtures
from train.initial_weights import take_weights
from train.learner import Learner
from train.meter import Meter, summary_line
from train.parallel import Group, joined_group
from train.run_folder import RunFolder
from train.settings import PRESETS, TrainSettings, preset_settings
from train.sounds import read_training_sounds
from train.validation import Validation

# Keys that keep the random draws of training, statistics and gain apart.
TRAIN_KEY, STATISTICS_KEY = 1, 2
STATISTICS_BATCHES = 24
# Reading a loss waits for the device, so losses are read and logged together.
LOG_EVERY = {"cuda": 25}


class Trainer:
    """A learner and its data; ``train_step`` mixes a batch and learns from it.

    Parameters
    ----------
    settings
        All choices of the run.
    sounds
        Folder with the table; decoded here, and never again.
    group
        The device, and the processes that share each batch.
    is_compiled
        As ``Learner`` takes it.
    mixtures
        Folder of fixed mixtures to train on; None: fresh ones at every step.

    Raises
    ------
    InputError
        If the sounds or mixtures cannot be trained on, before any training starts.
    """

    def __init__(
        self,
        settings: TrainSettings,
        sounds: Path,
        group: Group,
        *,
        is_compiled: bool = False,
        mixtures: Path | None = None,
    ) -> None:
        """Check and decode the sounds, build the network."""
        self.settings, self.group = settings, group
        group.share(range(settings.batch_size))
        rows = read_training_sounds(sounds)
        self.labels = tuple(sorted({s.label for s in rows if s.kind == "event"}))
        self.data_hash, self.sound_count = data_hash(rows), len(rows)
        self.features = FeatureConfig()
        self.model_config = ModelConfig(
            settings.system,
            len(self.labels),
            self.features.n_mels,
            settings.channels,
            settings.decay,
        )
        self.batches: MixtureBatches | FixedMixtures
        if mixtures is None:
            config = MixtureConfig(seconds=settings.clip_s, n_events=settings.n_events)
            self.batches = self._batches(sounds, rows, "train", config)
        else:
            self.batches = self._fixed_mixtures(mixtures, rows)
        self.validation = (
            Validation(
                self._batches(sounds, rows, "valid", MixtureConfig()), settings, self.features
            )
            if group.is_first
            else None
        )
        torch.manual_seed(settings.seed)
        self.learner = Learner(
            self.model_config, group, settings.peak_rate, is_compiled=is_compiled
        )
        self.meter = Meter(group.device, settings.batch_size)
        self.step = 0

    def _batches(
        self, sounds: Path, rows: list[Sound], split: str, config: MixtureConfig
    ) -> MixtureBatches:
        """Mixtures of one split."""
        bank = SoundBank(sounds, [row for row in rows if row.split == split])
        return MixtureBatches(bank, self.labels, config, self.group.device)

    def _fixed_mixtures(self, folder: Path, rows: list[Sound]) -> FixedMixtures:
        """Mixtures of a folder; the run's hash of its data then says which they are."""
        seconds, rate = MixtureConfig().seconds, self.features.sample_rate
        mixtures = FixedMixtures(folder, rows, self.labels, seconds, rate, self.group.device)
        self.data_hash = f"{self.data_hash}-{mixtures.digest()}"
        return mixtures

    def metadata(self, **description: object) -> Metadata:
        """Return what the network is, and how it was trained so far."""
        training = {
            "data_hash": self.data_hash,
            "sounds": self.sound_count,
            **description,
            "step": self.step,
        }
        return Metadata(self.model_config, self.features, self.labels, training)

    def set_statistics(self) -> None:
        """Measure mean and standard deviation a mel band over training mixtures at all SNRs."""
        frames = []
        for index in range(STATISTICS_BATCHES):
            key = (self.settings.seed, STATISTICS_KEY, index)
            recipes = self.batches.draw(self.settings.batch_size, key, self.settings.snr_db)
            waveforms, _ = self.batches.realise(recipes)
            frames.append(log_mel(waveforms, self.features).flatten(0, 1))
        values = torch.cat(frames)
        self.learner.model.normalise.set_statistics(  # type: ignore[operator, union-attr]
            values.mean(dim=0), values.std(dim=0)
        )

    def synthesise(
        self, step: int
    ) -> tuple[Float[Tensor, "batch samples"], Float[Tensor, "batch classes"]]:
        """Return this process's share of a step's mixtures, and their weak labels."""
        settings, group = self.settings, self.group
        recipes = self.batches.draw(
            settings.batch_size, (settings.seed, TRAIN_KEY, step), settings.snr_range(step)
        )
        # Dropout and speeds depend on the step alone, so that a resumed run draws the same.
        step_seed = self._step_seed(step)
        torch.manual_seed(step_seed)
        octaves = (
            2 * torch.rand(settings.batch_size, settings.n_events) - 1
        ) * settings.speed_octaves
        if not group.is_first:
            torch.manual_seed(step_seed + group.rank * 1_000_000_007)  # other dropout for each
        speeds = 2 ** octaves[group.own] if settings.speed_octaves else None
        return self.batches.realise(group.share(recipes), speeds)

    def hear(
        self, waveforms: Float[Tensor, "batch samples"], step: int
    ) -> Float[Tensor, "batch frames mel_bins"]:
        """Return log mel of this process's share, at the levels and through the filters of a step."""
        features, settings = log_mel(waveforms, self.features), self.settings
        colours = random_colours(
            settings.batch_size,
            self.features.n_mels,
            settings.gain_db,
            settings.filter_db,
            torch.Generator().manual_seed(self._step_seed(step)),
        )
        return features.add_(to_device(colours[self.group.own], self.group.device))

    def _step_seed(self, step: int) -> int:
        """Seed of what is drawn anew at a step."""
        return self.settings.seed * 1_000_003 + step

    def train_step(self) -> Float[Tensor, ""]:
        """One batch of mixtures, one step of the optimiser; returns the loss, on the device."""
        with self.meter.part("synthesis"):
            waveforms, weak_labels = self.synthesise(self.step)
        with self.meter.part("features"):
            features = self.hear(waveforms, self.step)
        with self.meter.part("network"):
            self.learner.model.decay = self.settings.decay_at(self.step)  # type: ignore[assignment]
            return self.learner.learn(features, weak_labels, self.settings.rate(self.step))


class Run:
    """Takes a trainer from its step to the last, and keeps what is measured in the run folder."""

    def __init__(self, trainer: Trainer, folder: RunFolder) -> None:
        """Begin with nothing to log."""
        self.trainer, self.folder, self.group = trainer, folder, trainer.group
        self._unlogged: list[tuple[int, Tensor, float]] = []
        self._has_diverged = False

    def start(self) -> None:
        """Begin a new run: write config.json, measure the training set's statistics or take weights."""
        trainer = self.trainer
        if trainer.settings.init is None:
            trainer.set_statistics()
        else:
            take_weights(trainer.learner.model, trainer.metadata(), trainer.settings.init)
        if self.group.is_first:
            self.folder.start(trainer.data_hash)

    def resume(self) -> None:
        """Take up weights, optimiser and step where the run folder left them."""
        trainer = self.trainer
        self.folder.check_data(trainer.data_hash)
        trainer.step = self.folder.load_state(trainer.learner.model, trainer.learner.optimiser)
        if self.group.is_first:
            self.folder.drop_rows_after(trainer.step)

    def go(self) -> None:
        """Train to the last step, or until there is no gain; the state is kept when interrupted."""
        trainer, settings = self.trainer, self.trainer.settings
        progress = tqdm(
            initial=trainer.step,
            total=settings.steps,
            unit="step",
            mininterval=0.5 if sys.stderr.isatty() else 30,
            disable=None if self.group.is_first else True,
        )
        try:
            is_stopped = self._has_stalled()
            while trainer.step < settings.steps and not is_stopped:
                with trainer.meter.step():
                    self._step(progress)
                is_stopped = self._after_step()
        finally:
            progress.close()
            self._keep()
        self._finish()

    def _step(self, progress: "tqdm[None]") -> None:
        """Train one step, and log now and then."""
        trainer = self.trainer
        started = time.perf_counter()
        loss = trainer.train_step()
        trainer.step += 1
        seconds = time.perf_counter() - started
        self._unlogged.append((trainer.step, loss, seconds))
        progress.update()
        if trainer.step % LOG_EVERY.get(self.group.device.type, 1) == 0:
            loss_now = self._log()
            rate = trainer.settings.batch_size / seconds
            progress.set_postfix(loss=f"{loss_now:.4f}", clips_per_s=f"{rate:.1f}", refresh=False)

    def _log(self) -> float:
        """Write the steps not logged yet; returns the last loss, the mean of all processes."""
        if not self._unlogged:
            return 0.0
        losses = self.group.mean(torch.stack([loss for _, loss, _ in self._unlogged])).tolist()
        if not math.isfinite(losses[-1]):
            self._has_diverged = True
            raise InputError(
                f"the loss is no number at step {self.trainer.step}; start again with a lower --peak-rate"
            )
        if self.group.is_first:
            self.folder.log(
                [
                    {"step": step, "loss": loss, "seconds": seconds}
                    for (step, _, seconds), loss in zip(self._unlogged, losses, strict=True)
                ]
            )
        self._unlogged.clear()
        return float(losses[-1])

    def _after_step(self) -> bool:
        """Validate and keep checkpoints when their step has come; returns whether to stop."""
        settings, step = self.trainer.settings, self.trainer.step
        if step in settings.snapshot_steps():
            self._save(f"snapshots/step_{step:06d}")
        if step % settings.valid_every and step != settings.steps:
            return False
        self._log()
        if self.trainer.validation is not None:
            learner = self.trainer.learner
            figures = self.trainer.validation.measure(learner.model, learner.autocast())
            tqdm.write(f"step {step}: " + "  ".join(f"{k} {v:.4f}" for k, v in figures.items()))
            self.folder.log_validation(step, figures)
            if self.folder.measurements_since_best() == 0:
                self._save("best")
            self._keep()
        return self._has_stalled()

    def _has_stalled(self) -> bool:
        """Whether the measurements have not become better for as long as the settings allow."""
        patience, is_stalled = self.trainer.settings.patience, False
        if patience is None:
            return False
        if self.group.is_first:
            is_stalled = self.folder.measurements_since_best() >= patience
        return self.group.agree(is_stalled)

    def _keep(self) -> None:
        """Write the last checkpoint and all that resuming needs, unless the weights are lost."""
        if self.group.is_first and not self._has_diverged:
            if self.group.size == 1:
                self._log()  # of several, one that was interrupted must not wait for the others
            self._save("last")
            learner = self.trainer.learner
            self.folder.save_state(self.trainer.step, learner.model, learner.optimiser)

    def _save(self, name: str) -> None:
        """Write a checkpoint of the current weights into the run folder."""
        if not self.group.is_first:
            return
        metadata = self.trainer.metadata(**self.folder.description())
        save_checkpoint(self.folder.path / name, self.trainer.learner.model, metadata)

    def _finish(self) -> None:
        """Say what training cost, and draw the learning curve."""
        if not self.group.is_first:
            return
        trainer = self.trainer
        if trainer.step < trainer.settings.steps:
            print(
                f"stopped at step {trainer.step}: no better mAP in {trainer.settings.patience} "
                "measurements of the valid split"
            )
        figures = {**trainer.meter.summary(), "processes": self.group.size}
        self.folder.write_throughput(figures)
        print(summary_line(figures))
        draw_learning_curve(self.folder)


def draw_learning_curve(folder: RunFolder) -> None:
    """Write learning_curve.png into the run folder, or say that there is no matplotlib."""
    try:
        from sedtf_core.plotting import figure_to_png, plot_learning_curve
    except ImportError:
        print("no learning_curve.png: matplotlib is not installed", file=sys.stderr)
        return
    steps, losses = folder.learning_curve()
    figure = plot_learning_curve(steps, losses).figure.get_figure(root=True)
    if figure is not None:
        (folder.path / "learning_curve.png").write_bytes(figure_to_png(figure))


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(
        prog="python -m train.train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--sounds", type=given_path, required=True, help="folder with sounds.csv")
    parser.add_argument("--system", choices=SYSTEMS, required=True)
    parser.add_argument("--preset", choices=sorted(PRESETS), default="laptop")
    parser.add_argument("--out", type=given_path, required=True, help="run folder")
    parser.add_argument(
        "--init",
        metavar="CHECKPOINT",
        help="start from these weights: a shipped system's name, or the path of a checkpoint",
    )
    parser.add_argument(
        "--peak-rate",
        type=not_negative,
        metavar="R",
        help="highest learning rate, lower with --init",
    )
    parser.add_argument(
        "--mixtures",
        type=given_path,
        help="train on this folder of train.make_mixtures, not on fresh ones",
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, …")
    parser.add_argument("--steps", type=at_least(1))
    parser.add_argument("--batch-size", type=at_least(1), help="of all processes together")
    parser.add_argument(
        "--clip-s", type=finite, metavar="S", help="length of a training mixture, in seconds"
    )
    parser.add_argument("--events", type=at_least(1), metavar="N", help="in a training mixture")
    parser.add_argument("--snr-db", type=finite, nargs=2, metavar=("LO", "HI"))
    parser.add_argument("--seed", type=at_least(0))
    parser.add_argument(
        "--speed-octaves",
        type=not_negative,
        metavar="N",
        help="play events faster or slower by up to this",
    )
    parser.add_argument(
        "--filter-db",
        type=not_negative,
        metavar="DB",
        help="colour each mixture by a random filter of up to ± this",
    )
    parser.add_argument(
        "--first-decay", type=finite, metavar="R", help="anneal GWRP's r from here; 0.9998: keep it"
    )
    parser.add_argument(
        "--patience",
        type=at_least(1),
        metavar="N",
        help="stop after N validations without a better mAP",
    )
    parser.add_argument("--compile", action="store_true", help="let torch.compile fuse the network")
    parser.add_argument("--resume", action="store_true", help="go on where the run folder stopped")
    return parser.parse_args(arguments)


def settings_of(options: argparse.Namespace) -> TrainSettings:
    """Return the preset that the command line names, with its changes; fixed mixtures are as they are."""
    if options.mixtures:
        fixed = MixtureConfig()
        options.clip_s, options.events, options.speed_octaves = fixed.seconds, fixed.n_events, 0.0
    try:
        return preset_settings(
            options.preset,
            options.system,
            steps=options.steps,
            batch_size=options.batch_size,
            init=options.init,
            peak_rate=options.peak_rate,
            clip_s=options.clip_s,
            n_events=options.events,
            snr_db=tuple(options.snr_db) if options.snr_db else None,
            seed=options.seed,
            first_decay=options.first_decay,
            filter_db=options.filter_db,
            speed_octaves=options.speed_octaves,
            patience=options.patience,
        )
    except ValueError as error:
        raise InputError(f"{error}; see --help for the option of that name") from None


def train(options: argparse.Namespace, arguments: list[str], group: Group) -> None:
    """Start or resume the run that the command line describes."""
    settings = settings_of(options)
    folder = RunFolder(options.out, settings, arguments, group.size)
    if group.is_first:
        folder.check(resume=options.resume)
    trainer = Trainer(
        settings,
        options.sounds,
        group,
        is_compiled=options.compile,
        mixtures=options.mixtures,
    )
    run = Run(trainer, folder)
    if options.resume:
        run.resume()
    else:
        run.start()
    run.go()


@command
def main(arguments: list[str] | None = None) -> None:
    """Train as the command line says."""
    given = sys.argv[1:] if arguments is None else arguments
    options = parse_arguments(given)
    try:
        with joined_group(options.device) as group:
            train(options, given, group)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"stopped; go on with --resume (kept in {options.out})") from None


if __name__ == "__main__":
    sys.exit(main())
