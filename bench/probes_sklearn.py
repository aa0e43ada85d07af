"""Time one fit of scikit-learn. Argument: a JSON object (see probes.ts); prints a JSON object."""

import json
import sys
import time
import warnings

c = json.loads(sys.argv[1])
import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge, RidgeCV
from sklearn.svm import LinearSVC

warnings.filterwarnings("ignore")
n, d = c["rows"], c["columns"]
x = np.fromfile(c["folder"] + "/x.f32", np.float32).reshape(n, d)
y = np.fromfile(c["folder"] + "/y.f64").reshape(n, -1)
labels = np.fromfile(c["folder"] + "/labels.i32", np.int32)
penalties = np.array(c["penalties"])


def svm_objective(model):
    """Sum over classes of what LinearSVC minimises: the proof that both stopped at the same place."""
    signs = np.where(labels[:, None] == model.classes_, 1.0, -1.0)
    margins = signs * (x.astype(float) @ model.coef_.T + model.intercept_)
    return 0.5 * ((model.coef_**2).sum() + (model.intercept_**2).sum()) + c["C"] * (np.maximum(0, 1 - margins) ** 2).sum()


def logistic_objective(model):
    z = x.astype(float) @ model.coef_.T.astype(float) + model.intercept_
    z -= z.max(1, keepdims=True)
    own = z[np.arange(n), np.searchsorted(model.classes_, labels)]
    return 0.5 * (model.coef_.astype(float) ** 2).sum() + c["C"] * (np.log(np.exp(z).sum(1)) - own).sum()


def ridge_objective(model):
    left = y - x.astype(float) @ model.coef_.T.astype(float) - model.intercept_
    return (left**2).sum() + c["penalty"] * (model.coef_.astype(float) ** 2).sum()


METHODS = {
    "ridge": (lambda: Ridge(alpha=c["penalty"]).fit(x, y.astype(np.float32)), ridge_objective),
    "ridgeCV": (lambda: RidgeCV(alphas=penalties).fit(x, y), lambda model: float(model.alpha_)),
    "svm": (lambda: LinearSVC(C=c["C"], dual=False).fit(x, labels), svm_objective),
    "logistic": (lambda: LogisticRegression(C=c["C"], max_iter=10000).fit(x, labels), logistic_objective),
}
fit, objective = METHODS[c["method"]]
start, cpu = time.perf_counter(), time.process_time()
model = fit()
seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
print(json.dumps({"seconds": seconds, "cpu": cpu, "objective": float(objective(model))}))
