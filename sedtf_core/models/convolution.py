"""The layer that three of the systems are stacked from: convolution, batch normalisation, rectifier."""

from torch import nn


def convolution(
    in_channels: int, out_channels: int, kernel_size: int | tuple[int, int] = 3, padding: int = 1
) -> list[nn.Module]:
    """Make the three modules; by default frames and bands stay as many as they were."""
    layer = nn.Conv2d(in_channels, out_channels, kernel_size, padding=padding, bias=False)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return [layer, nn.BatchNorm2d(out_channels), nn.ReLU(inplace=True)]
