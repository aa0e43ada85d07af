"""Time one training step of the PGN in PyTorch. Arguments: a JSON object (see trainBench.ts); prints a JSON object."""

import json
import resource
import sys
import time

import torch
from torch import nn
import torch.nn.functional as F


class Pgn(nn.Module):
    """The network of src/models/pgn.ts: two convolutions with ReLU and 2x2 max-pooling, LSTM, dense, two upsamplings."""

    def __init__(self, size, lstm, filters=32):
        super().__init__()
        self.filters, self.size, self.small = filters, size, size // 4
        features = filters * self.small * self.small
        self.encoder = nn.ModuleList([nn.Conv2d(1, filters, 3, padding=1), nn.Conv2d(filters, filters, 3, padding=1)])
        self.lstm = nn.LSTM(features, lstm, batch_first=True)
        self.dense = nn.Linear(lstm, features)
        self.decoder = nn.ModuleList([nn.Conv2d(filters, filters, 3, padding=1), nn.Conv2d(filters, 1, 3, padding=1)])

    def forward(self, frames):
        batch, time_, channels, height, width = frames.shape
        x = frames.reshape(batch * time_, channels, height, width)
        if self.channels_last:
            x = x.contiguous(memory_format=torch.channels_last)
        for layer in self.encoder:
            x = F.max_pool2d(F.relu(layer(x)), 2)
        hidden, _ = self.lstm(x.reshape(batch, time_, -1))
        x = F.relu(self.dense(hidden.reshape(batch * time_, -1)))
        x = x.reshape(batch * time_, self.filters, self.small, self.small)
        if self.channels_last:
            x = x.contiguous(memory_format=torch.channels_last)
        x = F.relu(self.decoder[0](F.interpolate(x, size=(self.size // 2,) * 2, mode="nearest")))
        x = self.decoder[1](F.interpolate(x, size=(self.size,) * 2, mode="nearest"))
        return x.reshape(frames.shape)


def main():
    c = json.loads(sys.argv[1])
    torch.manual_seed(0)
    torch.set_num_threads(c["threads"])
    if "bf16-math" in c["variant"]:
        torch.set_float32_matmul_precision("medium")
        torch.backends.mkldnn.fp32_precision = "bf16"
    model = Pgn(c["size"], c["lstm"])
    model.channels_last = "channels-last" in c["variant"]
    if model.channels_last:
        model = model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.001, alpha=0.9, eps=1e-7)
    forward = torch.compile(model) if "compile" in c["variant"] else model
    clips = torch.randint(0, 255, (c["batch"], c["steps"] + 1, 1, c["size"], c["size"]), dtype=torch.uint8)

    def step():
        x = clips.float() / 255
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled="autocast" in c["variant"]):
            loss = F.mse_loss(forward(x[:, :-1]).float(), x[:, 1:])
        loss.backward()
        optimizer.step()
        return loss.item()

    for _ in range(c["warmup"]):
        step()
    times = []
    for _ in range(c["count"]):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    print(json.dumps({"seconds": times, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


main()
