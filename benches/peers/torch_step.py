"""The reference network in PyTorch, channels_last: torch_step.py BATCH [forward] [SIZE] [kernel=5]
[filters=32,64] [norm]. Prints pictures/s, the median."""
import os, sys, time

import torch, torch.nn as nn

numbers = [int(a) for a in sys.argv[1:] if a.isdigit()]
batch, size = numbers[0], (numbers[1:] + [128])[0]
torch.set_num_threads(len(os.sched_getaffinity(0)))
option = dict(a.split("=") for a in sys.argv if "=" in a)
kernel = int(option.get("kernel", 3))
channels = [3, *map(int, option.get("filters", "32,64,128,256").split(","))]
norm = lambda c: [nn.BatchNorm2d(c)] if "norm" in sys.argv else []
pairs = list(zip(channels, channels[1:]))
blocks = sum(
    [[nn.Conv2d(a, b, kernel, padding=kernel // 2), *norm(b), nn.ReLU(), nn.MaxPool2d(2)] for a, b in pairs], []
)
dense = [nn.Linear((size >> len(pairs)) ** 2 * channels[-1], 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU()]
model = nn.Sequential(*blocks, nn.Flatten(), *dense, nn.Dropout(0.5), nn.Linear(64, 1)).to(memory_format=torch.channels_last)
x = torch.rand(batch, 3, size, size).contiguous(memory_format=torch.channels_last)
y = (torch.rand(batch, 1) > 0.5).float()
optimizer = torch.optim.Adam(model.parameters(), 1e-4, weight_decay=1e-4)
loss = nn.BCEWithLogitsLoss()


def train():
    optimizer.zero_grad()
    loss(model(x), y).backward()
    optimizer.step()


@torch.no_grad()
def forward():
    model(x)


work = forward if "forward" in sys.argv else train
if work is forward:
    model.eval()
seconds = []
for _ in range(14):
    start = time.perf_counter()
    work()
    seconds.append(time.perf_counter() - start)
seconds = sorted(seconds[4:])
print(f"{batch / seconds[len(seconds) // 2]:.1f} pictures/s")
