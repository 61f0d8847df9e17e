"""The reference network in Keras on TensorFlow: keras_step.py BATCH [forward] [SIZE]. Prints pictures/s, the best of its epochs."""
import os, sys, time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np, tensorflow as tf, keras
from keras import layers, regularizers

numbers = [int(a) for a in sys.argv[1:] if a.isdigit()]
batch, size, steps = numbers[0], (numbers[1:] + [128])[0], 12
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
x = np.random.rand(batch * steps, size, size, 3).astype("float32")
y = (np.random.rand(batch * steps, 1) > 0.5).astype("float32")
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(batch).cache().prefetch(2)
work = (lambda: model.predict(data, verbose=0)) if "forward" in sys.argv else (lambda: model.fit(data, epochs=1, verbose=0))
work()
seconds = []
for _ in range(5):
    start = time.perf_counter()
    work()
    seconds.append((time.perf_counter() - start) / steps)
# The best, not the median: some epochs wait for five seconds without working.
print(f"{batch / min(seconds):.1f} pictures/s")
