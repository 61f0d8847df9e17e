"""Training steps of the reference network on 112x112 in PyTorch on a graphics card: torch_card.py BATCH MODE [DEVICE].
MODE is eager (f32 as it comes, without TF32), tf32, or bf16 (channels_last, bf16 autocast, torch.compile). Prints
pictures/s, the median. The pictures lie on the card as floats; nothing is loaded while it is measured."""
import sys, time

import torch, torch.nn as nn

batch, mode = int(sys.argv[1]), sys.argv[2]
device = sys.argv[3] if len(sys.argv) > 3 else "cuda"
on_card = device.startswith("cuda")
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = mode == "tf32"
torch.backends.cudnn.benchmark = True
channels = [3, 32, 64, 128, 256]
blocks = sum([[nn.Conv2d(a, b, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)] for a, b in zip(channels, channels[1:])], [])
dense = [nn.Linear(7 * 7 * 256, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU()]
model = nn.Sequential(*blocks, nn.Flatten(), *dense, nn.Dropout(0.5), nn.Linear(64, 1)).to(device)
x, y = torch.rand(batch, 3, 112, 112, device=device), (torch.rand(batch, 1, device=device) > 0.5).float()
forward = model
if mode == "bf16":
    model.to(memory_format=torch.channels_last)
    x = x.contiguous(memory_format=torch.channels_last)
    forward = torch.compile(model)
optimizer = torch.optim.Adam(model.parameters(), 1e-4, weight_decay=1e-4, fused=on_card)
loss = nn.BCEWithLogitsLoss()


def step():
    optimizer.zero_grad()
    with torch.autocast(device.split(":")[0], torch.bfloat16, enabled=mode == "bf16"):
        value = loss(forward(x), y)
    value.backward()
    optimizer.step()


def steps(count):
    """Seconds of one of `count` steps that are handed over without waiting."""
    start = time.perf_counter()
    for _ in range(count):
        step()
    if on_card:
        torch.cuda.synchronize()
    return (time.perf_counter() - start) / count


steps(5)
count = max(1, min(500, int(0.3 / steps(3))))
seconds = sorted(steps(count) for _ in range(5))
print(f"{batch / seconds[2]:.1f} pictures/s")
