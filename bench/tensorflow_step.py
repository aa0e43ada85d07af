"""Time one training step of the PGN as Python TensorFlow's own tf.function. Arguments as in pytorch_step.py."""

import json
import os
import resource
import sys
import time

c = json.loads(sys.argv[1])
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
if c["variant"] == "fast":
    os.environ["ONEDNN_DEFAULT_FPMATH_MODE"] = "BF16"
import numpy as np
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(c["threads"])
tf.config.threading.set_inter_op_parallelism_threads(c["threads"])

FILTERS = 32
SMALL = c["size"] // 4
FEATURES = FILTERS * SMALL * SMALL
UNITS = c["lstm"]
rng = np.random.default_rng(0)


def weight(*shape):
    return tf.Variable((rng.standard_normal(shape) * 0.02).astype(np.float32))


kernels = [weight(3, 3, 1, FILTERS), weight(3, 3, FILTERS, FILTERS), weight(3, 3, FILTERS, FILTERS), weight(3, 3, FILTERS, 1)]
biases = [weight(FILTERS), weight(FILTERS), weight(FILTERS), weight(1)]
w_input, w_recurrent, w_bias = weight(FEATURES, 4 * UNITS), weight(UNITS, 4 * UNITS), weight(4 * UNITS)
dense, dense_bias = weight(UNITS, FEATURES), weight(FEATURES)
variables = kernels + biases + [w_input, w_recurrent, w_bias, dense, dense_bias]
squares = [tf.Variable(tf.zeros_like(v)) for v in variables]
momenta = [tf.Variable(tf.zeros_like(v)) for v in variables]


def forward(frames):
    n = c["batch"] * c["steps"]
    x = tf.reshape(frames, [n, c["size"], c["size"], 1])
    for i in range(2):
        x = tf.nn.max_pool2d(tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, kernels[i], 1, "SAME"), biases[i])), 2, 2, "VALID")
    gates = tf.reshape(tf.matmul(tf.reshape(x, [n, FEATURES]), w_input) + w_bias, [c["batch"], c["steps"], 4 * UNITS])
    h = cell = tf.zeros([c["batch"], UNITS])
    hidden = []
    for gate in tf.unstack(gates, axis=1):
        i, f, g, o = tf.split(gate + tf.matmul(h, w_recurrent), 4, 1)
        cell = tf.sigmoid(f) * cell + tf.sigmoid(i) * tf.tanh(g)
        h = tf.sigmoid(o) * tf.tanh(cell)
        hidden.append(h)
    x = tf.nn.relu(tf.matmul(tf.reshape(tf.stack(hidden, 1), [n, UNITS]), dense) + dense_bias)
    x = tf.reshape(x, [n, SMALL, SMALL, FILTERS])
    x = tf.image.resize(x, [c["size"] // 2] * 2, "nearest")
    x = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, kernels[2], 1, "SAME"), biases[2]))
    x = tf.image.resize(x, [c["size"]] * 2, "nearest")
    return tf.reshape(tf.nn.bias_add(tf.nn.conv2d(x, kernels[3], 1, "SAME"), biases[3]), tf.shape(frames))


@tf.function
def step(clips):
    x = tf.cast(clips, tf.float32) / 255
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(forward(x[:, :-1]) - x[:, 1:]))
    for variable, gradient, square, momentum in zip(variables, tape.gradient(loss, variables), squares, momenta):
        tf.raw_ops.ResourceApplyRMSProp(
            var=variable.handle, ms=square.handle, mom=momentum.handle, lr=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, grad=gradient
        )
    return loss


clips = rng.integers(0, 255, (c["batch"], c["steps"] + 1, c["size"], c["size"], 1)).astype(np.uint8)
for _ in range(c["warmup"]):
    step(clips).numpy()
times = []
for _ in range(c["count"]):
    start = time.perf_counter()
    step(clips).numpy()
    times.append(time.perf_counter() - start)
print(json.dumps({"seconds": times, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
