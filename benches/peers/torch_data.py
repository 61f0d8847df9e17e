"""PyTorch and torchvision on a folder of UTKFace: torch_data.py ingest|epoch FOLDER [SIZE]. Prints pictures/s.

ingest: ImageFolder with as many workers as cores: list, decode, resize to 128x128, kept as bytes. epoch: the second of two epochs of the
reference network (channels_last) from ImageFolder with workers, random crop and flip, training and validation."""
import os, sys, tempfile, time
from pathlib import Path

import torch, torch.nn as nn
from torchvision import datasets, transforms

task, folder = sys.argv[1], Path(sys.argv[2]).resolve()
size = int(sys.argv[3]) if len(sys.argv) > 3 else 112
cores = len(os.sched_getaffinity(0))
torch.set_num_threads(cores)


def tree(files):
    """ImageFolder wants a folder for each class: links."""
    root = Path(tempfile.mkdtemp())
    for label in ("female", "male"):
        (root / label).mkdir()
    for file in files:
        (root / ("male", "female")[int(file.split("_")[1])] / file).symlink_to(folder / file)
    return root


files = sorted(f for f in os.listdir(folder) if f.endswith(".jpg") and f.count("_") >= 2 and f.split("_")[1] in "01")
if task == "ingest":
    root = tree(files)
    start = time.perf_counter()
    look = transforms.Compose([transforms.Resize((128, 128)), transforms.PILToTensor()])
    kept = [x for x, _ in torch.utils.data.DataLoader(datasets.ImageFolder(root, look), 256, num_workers=cores)]
    print(f"{len(files) / (time.perf_counter() - start):.1f} pictures/s")
    sys.exit()

small = transforms.Resize((128, 128))
augment = transforms.Compose([small, transforms.RandomCrop(size), transforms.RandomHorizontalFlip(), transforms.ToTensor()])
center = transforms.Compose([small, transforms.CenterCrop(size), transforms.ToTensor()])
train, validation = files[: len(files) * 3 // 5], files[len(files) * 3 // 5 : len(files) * 4 // 5]
load = lambda names, look, mixed: torch.utils.data.DataLoader(
    datasets.ImageFolder(tree(names), look), 32, shuffle=mixed, num_workers=cores, persistent_workers=True
)
training, checking = load(train, augment, True), load(validation, center, False)
channels = [3, 32, 64, 128, 256]
blocks = sum([[nn.Conv2d(channels[i], channels[i + 1], 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)] for i in range(4)], [])
dense = [nn.Linear((size // 16) ** 2 * 256, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU()]
model = nn.Sequential(*blocks, nn.Flatten(), *dense, nn.Dropout(0.5), nn.Linear(64, 1)).to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(model.parameters(), 1e-4, weight_decay=1e-4)
loss = nn.BCEWithLogitsLoss()
seconds = []
for _ in range(2):
    start = time.perf_counter()
    model.train()
    for x, y in training:
        optimizer.zero_grad()
        loss(model(x.contiguous(memory_format=torch.channels_last)), y.float()[:, None]).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        for x, y in checking:
            model(x.contiguous(memory_format=torch.channels_last))
    seconds.append(time.perf_counter() - start)
# The first starts the workers.
print(f"{(len(train) + len(validation)) / seconds[-1]:.1f} pictures/s")
