"""Keras and tf.data on a folder of UTKFace: keras_data.py ingest|epoch FOLDER [SIZE]. Prints pictures/s.

ingest: list, decode, resize to 128x128, into tf.data's cache on disk. epoch: the second of two epochs from that cache, with random
crop and flip, training and validation, of the reference network."""
import os, sys, tempfile, time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf, keras
from keras import layers, regularizers

task, folder = sys.argv[1:3]
size = int(sys.argv[3]) if len(sys.argv) > 3 else 112
auto = tf.data.AUTOTUNE
cache = tempfile.TemporaryDirectory()


def data(files, name):
    labels = [1.0 - int(f.split("_")[1]) for f in files]

    def load(path, label):
        picture = tf.io.decode_jpeg(tf.io.read_file(tf.strings.join([folder + "/", path])), channels=3)
        return tf.cast(tf.image.resize(picture, (128, 128)), tf.uint8), label

    return tf.data.Dataset.from_tensor_slices((files, labels)).map(load, auto).cache(f"{cache.name}/{name}")


def listed():
    return sorted(f for f in os.listdir(folder) if f.endswith(".jpg") and f.count("_") >= 2 and f.split("_")[1] in "01")


if task == "ingest":
    start = time.perf_counter()
    files = listed()
    for _ in data(files, "all").batch(256).prefetch(auto):
        pass
    print(f"{len(files) / (time.perf_counter() - start):.1f} pictures/s")
    sys.exit()

files = listed()
train, validation = files[: len(files) * 3 // 5], files[len(files) * 3 // 5 : len(files) * 4 // 5]
crop = lambda x, y: (tf.cast(tf.image.random_flip_left_right(tf.image.random_crop(x, (size, size, 3))), tf.float32) / 255, y)
center = lambda x, y: (tf.cast(tf.image.resize_with_crop_or_pad(x, size, size), tf.float32) / 255, y)
training = data(train, "train").shuffle(2048).map(crop, auto).batch(32).prefetch(auto)
checking = data(validation, "validation").map(center, auto).batch(32).prefetch(auto)
l2 = regularizers.l2(1e-4)
blocks = [
    [layers.Conv2D(c, 3, padding="same", activation="relu", kernel_regularizer=l2), layers.MaxPooling2D()]
    for c in (32, 64, 128, 256)
]
dense = [layers.Dense(u, activation="relu", kernel_regularizer=l2) for u in (256, 128, 64)]
model = keras.Sequential(
    [layers.Input((size, size, 3)), *sum(blocks, []), layers.Flatten(), *dense, layers.Dropout(0.5),
     layers.Dense(1, activation="sigmoid")]
)
model.compile(optimizer=keras.optimizers.Adam(1e-4), loss="binary_crossentropy", metrics=["accuracy"])
seconds = []
for _ in range(3):
    start = time.perf_counter()
    model.fit(training, validation_data=checking, epochs=1, verbose=0)
    seconds.append(time.perf_counter() - start)
# The first fills the cache.
print(f"{(len(train) + len(validation)) / min(seconds[1:]):.1f} pictures/s")
