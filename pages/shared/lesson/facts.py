"""What the lesson says in numbers: measured on one example with the shipped checkpoints, never typed in.

Owns the choice of the example and of the event that the lesson follows. A retrained checkpoint changes the
numbers, and with them the words and the right answers that depend on them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray

from pages.shared.areas import EventAreas, lit_units
from pages.shared.cached import (
    mask_systems,
    mixture,
    mixture_analysis,
    mixture_estimates,
    snr_figures,
    stored_sweeps,
)
from pages.shared.clips import EXAMPLES
from pages.shared.listen import ClassLevels
from pages.shared.snr.stored import recipe_key
from pages.shared.state import recipe
from pages.shared.views import IDEAL
from sedtf_core.config import PAPER_DECAY
from sedtf_core.evaluation.separation import improvements, si_sdr
from sedtf_core.events import Event
from sedtf_core.features import log_mel, mel_centres_hz
from sedtf_core.inference import Analysis
from sedtf_core.labels import display_name
from sedtf_core.mixing import Mixture
from sedtf_core.pooling import global_weighted_rank_pool
from sedtf_core.separation import ideal_ratio_masks

EXAMPLE = "Bark, trumpet, cowbell in rain"
LABEL = "Bark"
BOX_BANDS = slice(8, 44)  # where most of a bark lies, as anyone would guess by eye


@dataclass(frozen=True, eq=False)
class MaskFacts:
    """One mask of the event's class.

    Attributes
    ----------
    mask
        Frames × mel bands, 0…1.
    lit
        Number of units above one half.
    clip_prob
        What the system's own pooling makes of the mask; None for the ideal mask, which no system made.
    si_sdr_improvement_db
        Of the sound that the mask lets through, over the mixture, on the whole clip.
    """

    mask: Float[np.ndarray, "frames mel_bins"]
    lit: int
    clip_prob: float | None
    si_sdr_improvement_db: float


@dataclass(frozen=True, eq=False)
class LessonFacts:
    """The lesson's mixture and event, the ideal mask and each system's.

    ``analyses`` holds all that each system says of the clip; ``ideal_scores`` the frame scores of each
    class's ideal mask; ``areas`` those of all events of the examples.
    """

    mixture: Mixture
    event: Event
    log_mel: Float[np.ndarray, "frames mel_bins"]
    mel_hz: Float[np.ndarray, " mel_bins"]
    ideal: MaskFacts
    ideal_scores: Mapping[str, NDArray[np.float32]]
    systems: Mapping[str, MaskFacts]
    analyses: Mapping[str, Analysis]
    areas: Sequence[EventAreas]

    @property
    def units(self) -> int:
        """Number of units of a mask."""
        return self.ideal.mask.size

    @property
    def name(self) -> str:
        """The event's class as a person reads it, within a sentence."""
        return display_name(self.event.label).lower()

    @property
    def row(self) -> int:
        """The class's row in the analyses."""
        return next(iter(self.analyses.values())).labels.index(self.event.label)

    @property
    def frame_hop_s(self) -> float:
        """Seconds from one frame to the next."""
        return next(iter(self.analyses.values())).features.frame_hop_s

    @property
    def source(self) -> NDArray[np.float32]:
        """The event's own sound."""
        return np.asarray(self.mixture.sources[self.mixture.events.index(self.event)])

    def simple_masks(self) -> dict[str, Float[np.ndarray, "frames mel_bins"]]:
        """Masks that need no network, by name."""
        shape = self.ideal.mask.shape
        box = np.zeros(shape, np.float32)
        hop_s = self.frame_hop_s
        frames = slice(round(self.event.onset / hop_s), round(self.event.offset / hop_s))
        box[frames, BOX_BANDS] = 1
        return {
            "Box": box,
            "All ones": np.ones(shape, np.float32),
            "All zeros": np.zeros(shape, np.float32),
            IDEAL: self.ideal.mask,
        }

    def levels(self) -> ClassLevels:
        """The event's levels as the Listen page shows them; what can be played is left out."""
        gained: dict[str | None, float] = {
            name: mask.si_sdr_improvement_db for name, mask in self.systems.items()
        }
        gained[None] = self.ideal.si_sdr_improvement_db
        return ClassLevels(
            self.event.label,
            (self.event,),
            si_sdr(self.mixture.mixture, self.source),
            gained,
            (),
        )

    def ideal_mean(self) -> float:
        """What GAP makes of the ideal mask."""
        return float(self.ideal.mask.mean())

    def ideal_rank_pooled(self) -> float:
        """What GWRP with the paper's r makes of the ideal mask."""
        return float(global_weighted_rank_pool(torch.from_numpy(self.ideal.mask), PAPER_DECAY))


def measure_lesson() -> LessonFacts:
    """Measure everything the lesson shows; takes as long as the networks take for one clip."""
    drawn = recipe(EXAMPLES[EXAMPLE])
    mixed = mixture(drawn)
    index = mixed.labels.index(LABEL)
    analyses = {name: mixture_analysis(drawn, name) for name in mask_systems()}
    row = next(iter(analyses.values())).labels.index(LABEL)
    features = next(iter(analyses.values())).features

    def facts(
        mask: Float[np.ndarray, "frames mel_bins"], system: str | None, prob: float | None
    ) -> MaskFacts:
        estimate = mixture_estimates(drawn, system)[index]
        gained = improvements(estimate, mixed.class_sources[index], mixed.mixture)
        return MaskFacts(mask, lit_units(mask), prob, gained["si_sdr_improvement_db"])

    systems = {}
    for name, analysis in analyses.items():
        assert analysis.masks is not None
        systems[name] = facts(analysis.masks[row], name, float(analysis.clip_probs[row]))
    ideals = ideal_ratio_masks(mixed.class_sources, mixed.scene).numpy()
    ideal_scores = dict(zip(mixed.labels, ideals.mean(axis=2), strict=True))
    return LessonFacts(
        mixture=mixed,
        event=mixed.events_of(LABEL)[0],
        log_mel=log_mel(torch.from_numpy(mixed.mixture), features).numpy(),
        mel_hz=mel_centres_hz(features).numpy(),
        ideal=facts(ideals[index], None, None),
        ideal_scores=ideal_scores,
        systems=systems,
        analyses=analyses,
        areas=example_areas() or snr_figures(drawn, mask_systems()).areas(),
    )


def example_areas() -> tuple[EventAreas, ...]:
    """The areas of the examples' events at their own SNRs; none if stored figures are of other networks."""
    found: list[EventAreas] = []
    for example in EXAMPLES.values():
        drawn = recipe(example)
        points = stored_sweeps().get(recipe_key(drawn), ())
        found += [a for p in points if p.snr_db == drawn.config.snr_db for a in p.areas()]
    return tuple(found)
