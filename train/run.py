"""A training run: from its step to the last, with what it measures and keeps on the way."""

import math
import signal
import sys
import threading
import time
from types import FrameType

import torch
from torch import Tensor
from tqdm import tqdm

from sedtf_core.checkpoints import read_metadata, save_checkpoint
from sedtf_core.errors import InputError
from train.initial_weights import take_weights
from train.meter import summary_line
from train.run_folder import RunFolder, learning_curve
from train.trainer import Trainer

# Reading a loss waits for the device, so losses are read and logged together.
LOG_EVERY = {"cuda": 25}


class StopRequest:
    """While entered, Ctrl-C and SIGTERM only leave a note; a second one stops at once, as Ctrl-C does.

    Python lets the main thread alone handle signals, so elsewhere nothing is noted. A signal that the
    process was started to ignore, as in the background of a shell, stays ignored.
    """

    def __init__(self) -> None:
        """Begin unasked."""
        self.is_made = False
        self._before: dict[int, object] = {}

    def __enter__(self) -> "StopRequest":
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) not in (signal.SIG_IGN, None):
                    self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        """Handle a signal."""
        if self.is_made:
            raise KeyboardInterrupt
        self.is_made = True


class Run:
    """Takes a trainer from its step to the last, and keeps what is measured in the run folder."""

    def __init__(self, trainer: Trainer, folder: RunFolder) -> None:
        """Begin with nothing to log."""
        self.trainer, self.folder, self.group = trainer, folder, trainer.group
        self._unlogged: list[tuple[int, Tensor, float]] = []

    def start(self) -> None:
        """Begin a new run: write config.json, measure the training set's statistics or take weights."""
        trainer = self.trainer
        if trainer.settings.init is None:
            trainer.set_statistics()
        else:
            model, source = trainer.learner.model, trainer.settings.init
            trainer.before = take_weights(model, trainer.metadata(), source)
        if self.group.is_first:
            self.folder.keep_others_out()
            self._keep()  # before config.json, which says that there is a run to resume
            self.folder.write_config(trainer.data_hash)

    def resume(self) -> None:
        """Take up weights, optimiser and step where the run folder left them."""
        trainer = self.trainer
        self.folder.check_data(trainer.data_hash)
        trainer.before = read_metadata(self.folder.path / "last").training.get("before", {})
        trainer.step = self.folder.load_state(trainer.learner.model, trainer.learner.optimiser)
        if self.group.is_first:
            self.folder.drop_rows_after(trainer.step)

    def go(self) -> None:
        """Train to the last step, until there is no gain or until asked to stop, and keep the state.

        Whatever else ends training, an error or a second Ctrl-C, may have taken half a step: then the
        state is left as it was kept before.

        Raises
        ------
        KeyboardInterrupt
            If asked to stop.
        """
        trainer = self.trainer
        progress = tqdm(
            initial=trainer.step,
            total=trainer.settings.steps,
            unit="step",
            mininterval=0.5 if sys.stderr.isatty() else 30,
            disable=None if self.group.is_first else True,
        )
        with progress, StopRequest() as request:
            is_interrupted = self._train(progress, request)
            self._keep()
        if is_interrupted:
            raise KeyboardInterrupt
        self._finish()

    def _train(self, progress: "tqdm[None]", request: StopRequest) -> bool:
        """Take step after step, until there is no more to do or gain; returns whether asked to stop."""
        trainer = self.trainer
        is_stopped = self._has_stalled()
        while trainer.step < trainer.settings.steps and not is_stopped:
            with trainer.meter.step():
                self._step(progress)
            is_stopped = self._after_step()
            # To agree means to wait for the device, as reading a loss does.
            if (self._is_log_due() or self.group.size == 1) and self.group.agree(request.is_made):
                return True
        return False

    def _is_log_due(self) -> bool:
        """Whether losses are read after this step."""
        return self.trainer.step % LOG_EVERY.get(self.group.device.type, 1) == 0

    def _step(self, progress: "tqdm[None]") -> None:
        """Train one step, and log now and then."""
        trainer = self.trainer
        started = time.perf_counter()
        loss = trainer.train_step()
        trainer.step += 1
        seconds = time.perf_counter() - started
        self._unlogged.append((trainer.step, loss, seconds))
        progress.update()
        if self._is_log_due():
            loss_now = self._log()
            rate = trainer.settings.batch_size / seconds
            progress.set_postfix(loss=f"{loss_now:.4f}", clips_per_s=f"{rate:.1f}", refresh=False)

    def _log(self) -> float:
        """Write the steps not logged yet; returns the last loss, the mean of all processes."""
        if not self._unlogged:
            return 0.0
        losses = self.group.mean(torch.stack([loss for _, loss, _ in self._unlogged])).tolist()
        if not math.isfinite(losses[-1]):
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
            self.folder.log_validation(step, figures)
            if self.folder.measurements_since_best() == 0:
                self._save("best")
            self._keep()  # before what may fail: the reader of a pipe may be gone
            tqdm.write(f"step {step}: " + "  ".join(f"{k} {v:.4f}" for k, v in figures.items()))
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
        """Write the last checkpoint and all that resuming needs, after a whole step."""
        self._log()  # which refuses a loss that is no number: its weights are not kept
        if self.group.is_first:
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
    steps, losses = learning_curve(folder.path)
    figure = plot_learning_curve(steps, losses).figure.get_figure(root=True)
    if figure is not None:
        (folder.path / "learning_curve.png").write_bytes(figure_to_png(figure))
