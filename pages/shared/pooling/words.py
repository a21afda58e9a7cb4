"""Each pooling in formulas: the probability, the gradient a unit receives, its source, its change of sign.

Conventions: y is a unit of the mask, N their number, p the pooled probability, w a weight; the gradient is
dp/dy, without the factor y(1 − y) of the sigmoid that made y, which is never negative. A present class moves
units along it, an absent class against it. tests/pages/test_pooling_page.py holds the claims about signs to
torch's gradients.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class PoolingWords:
    """Formulas in LaTeX, the source, and when the gradient changes its sign."""

    formula: str
    gradient: str
    source: str
    sign: str


_NEVER = "Never: no unit is pushed down when its class is present, or up when it is absent."

WORDS = {
    "gmp": PoolingWords(
        r"p = \max_j\, y_j",
        r"\frac{\partial p}{\partial y_j} = \begin{cases}1 & y_j = \max_i y_i\\0 & \text{else}\end{cases}",
        "Kong et al. 2019, §III-A.",
        f"{_NEVER} Only the largest unit learns; equal ones share.",
    ),
    "gap": PoolingWords(
        r"p = \frac{1}{N}\sum_j y_j",
        r"\frac{\partial p}{\partial y_j} = \frac{1}{N}",
        "Kong et al. 2019, §III-B.",
        f"{_NEVER} All units learn alike.",
    ),
    "gwrp": PoolingWords(
        r"\begin{gathered}p = \frac{\sum_{j=1}^{N} r^{\,j-1}\, y_{(j)}}{\sum_{j=1}^{N} r^{\,j-1}}\\"
        r"y_{(1)} \ge y_{(2)} \ge \dots \ge y_{(N)}\end{gathered}",
        r"\frac{\partial p}{\partial y_{(j)}} = \frac{r^{\,j-1}}{\sum_i r^{\,i-1}}",
        'Kong et al. 2019, §III-C; A. Kolesnikov and C. Lampert, "Seed, expand and constrain", ECCV 2016.',
        f"{_NEVER} High ranks learn most.",
    ),
    "linear_softmax": PoolingWords(
        r"p = \frac{\sum_j y_j^2}{\sum_j y_j}",
        r"\frac{\partial p}{\partial y_j} = \frac{2y_j - p}{\sum_i y_i}",
        'Y. Wang, J. Li and F. Metze, "A comparison of five multiple instance learning pooling functions '
        'for sound event detection with weak labeling", ICASSP 2019.',
        "At y = p/2. Present class: units below p/2 are pushed down, those above up. Absent class: the "
        "reverse, so low units are pushed up towards p/2.",
    ),
    "power": PoolingWords(
        r"p = \frac{\sum_j y_j^{\,n+1}}{\sum_j y_j^{\,n}}",
        r"\frac{\partial p}{\partial y_j} = "
        r"\frac{y_j^{\,n-1}\left((n+1)\,y_j - n\,p\right)}{\sum_i y_i^{\,n}}",
        'Y. Liu et al., "Power pooling: an adaptive pooling function for weakly labelled sound event '
        'detection", IJCNN 2021.',
        "At y = p·n/(n + 1), for n above 0. Present class: units below it are pushed down, those above up. "
        "Absent class: the reverse.",
    ),
    "auto": PoolingWords(
        r"p = \sum_j w_j\, y_j,\quad w_j = \frac{e^{\alpha y_j}}{\sum_i e^{\alpha y_i}}",
        r"\frac{\partial p}{\partial y_j} = w_j\left(1 + \alpha\,(y_j - p)\right)",
        'B. McFee, J. Salamon and J. Bello, "Adaptive pooling operators for weakly labeled sound event '
        'detection", IEEE/ACM TASLP 2018 (there α is learnt for each class).',
        "At y = p − 1/α, so only where α is above 1/p; with α up to 1 never. Present class: units below it "
        "are pushed down, those above up. Absent class: the reverse.",
    ),
    "top_k": PoolingWords(
        r"p = \frac{1}{k}\sum_{j=1}^{k} y_{(j)},\quad k = \lceil \text{share}\cdot N\rceil",
        r"\frac{\partial p}{\partial y_{(j)}} = \begin{cases}1/k & j \le k\\0 & \text{else}\end{cases}",
        'P. Pinheiro and R. Collobert, "From image-level to pixel-level labeling", CVPR 2015, discuss the '
        "family between max and mean of which this is the plainest member.",
        f"{_NEVER} The units that are not among the k largest learn nothing.",
    ),
    "attention": PoolingWords(
        r"\begin{gathered}p = \sum_j w_j\, y_j,\quad w_j = \frac{e^{a_j}}{\sum_i e^{a_i}}\\"
        r"a_j = s\,L_j\end{gathered}",
        r"\begin{gathered}\frac{\partial p}{\partial y_j} = w_j\\"
        r"\frac{\partial p}{\partial a_j} = w_j\,(y_j - p)\end{gathered}",
        'Q. Kong et al., "Audio Set classification with attention model: a probabilistic perspective", '
        "ICASSP 2018.",
        "In the mask never. In the attention a at y = p: a present class raises the attention of units above "
        "p and lowers it below; an absent class does the reverse.",
    ),
}  # fmt: skip
STAND_IN = (
    "Attention is learnt beside a mask, and a mask alone has none. Here the log mel level L of the mixture, "
    "in nepers, times the sharpness s stands in for it: loud units count more."
)
