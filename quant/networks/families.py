"""Three small networks for 1 x 28 x 56 inputs and 100 classes, one of each family of the paper.

All of them end alike: the mean over the left half and over the right half, and one gemm over both.
A mean over the whole picture would forget which half is which.
"""
import torch
from torch import nn

CLASSES = 100


def conv_bn(inputs, outputs, kernel=3, stride=1, groups=1, act=None):
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, *([act(inplace=True)] if act else []))


class Residual(nn.Module):
    """ResNet's basic block."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            conv_bn(inputs, outputs, stride=stride, act=nn.ReLU), conv_bn(outputs, outputs))
        same = stride == 1 and inputs == outputs
        self.skip = nn.Identity() if same else conv_bn(inputs, outputs, 1, stride)

    def forward(self, x):
        return torch.relu(self.body(x) + self.skip(x))


class Inverted(nn.Module):
    """MobileNetV2's inverted residual: widen, depthwise, narrow without an activation."""

    def __init__(self, inputs, outputs, stride, factor):
        super().__init__()
        wide = inputs * factor
        self.same = stride == 1 and inputs == outputs
        self.body = nn.Sequential(
            *([conv_bn(inputs, wide, 1, act=nn.ReLU6)] if factor > 1 else []),
            conv_bn(wide, wide, stride=stride, groups=wide, act=nn.ReLU6),
            conv_bn(wide, outputs, 1))

    def forward(self, x):
        return x + self.body(x) if self.same else self.body(x)


def head(channels):
    """4 x 7 features to 4 x 4 windows at the left and at the right, and the gemm over the two."""
    # There is no padding to count; without the word the exporter adds a Pad node of zeros.
    means = nn.AvgPool2d((4, 4), stride=(1, 3), count_include_pad=False)
    return [means, nn.Flatten(), nn.Linear(2 * channels, CLASSES)]


def resnet():
    return nn.Sequential(
        conv_bn(1, 16, stride=2, act=nn.ReLU),
        Residual(16, 16, 1),
        Residual(16, 32, 2), Residual(32, 32, 1),
        Residual(32, 64, 2),
        *head(64))


def mobilenet():
    return nn.Sequential(
        conv_bn(1, 16, stride=2, act=nn.ReLU6),
        Inverted(16, 16, 1, 1),
        Inverted(16, 24, 2, 4), Inverted(24, 24, 1, 4),
        Inverted(24, 40, 2, 4), Inverted(40, 40, 1, 4), Inverted(40, 40, 1, 4),
        conv_bn(40, 160, 1, act=nn.ReLU6),
        *head(160))


class Attention(nn.Module):
    """Multi-head self-attention, written out so that its two products are nodes of the graph."""

    def __init__(self, width, heads, tokens):
        super().__init__()
        self.heads, self.tokens, self.depth = heads, tokens, width // heads
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.out = nn.Linear(width, width)

    def forward(self, x):
        def split(y, order):
            return y.reshape(-1, self.tokens, self.heads, self.depth).permute(*order)

        query = split(self.query(x) * self.depth**-0.5, (0, 2, 1, 3))
        weights = torch.softmax(query @ split(self.key(x), (0, 2, 3, 1)), -1)
        mixed = (weights @ split(self.value(x), (0, 2, 1, 3))).permute(0, 2, 1, 3)
        return self.out(mixed.reshape(-1, self.tokens, self.heads * self.depth))


class Encoder(nn.Module):
    """A transformer's block, norms first."""

    def __init__(self, width, heads, tokens, factor):
        super().__init__()
        self.attention = nn.Sequential(nn.LayerNorm(width), Attention(width, heads, tokens))
        self.mlp = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, factor * width), nn.GELU(),
            nn.Linear(factor * width, width))

    def forward(self, x):
        x = x + self.attention(x)
        return x + self.mlp(x)


class Vit(nn.Module):
    PATCH, ROWS, COLUMNS = 7, 4, 8

    def __init__(self, width=64, layers=4, heads=4, factor=2):
        super().__init__()
        # Reshapes name every size but the batch's, so that none is computed in the graph.
        self.width, self.tokens = width, self.ROWS * self.COLUMNS
        self.patches = nn.Conv2d(1, width, self.PATCH, self.PATCH)
        self.position = nn.Parameter(torch.empty(1, self.tokens, width))
        nn.init.trunc_normal_(self.position, std=0.02)
        self.body = nn.Sequential(
            *[Encoder(width, heads, self.tokens, factor) for _ in range(layers)], nn.LayerNorm(width))
        self.head = nn.Linear(2 * width, CLASSES)

    def forward(self, x):
        tokens = self.patches(x).reshape(-1, self.width, self.tokens).transpose(1, 2)
        x = self.body(tokens + self.position)
        halves = x.reshape(-1, self.ROWS, 2, self.COLUMNS // 2, self.width).mean((1, 3))
        return self.head(halves.reshape(-1, 2 * self.width))


FAMILIES = {"resnet": resnet, "mobilenet": mobilenet, "vit": Vit}
