//! Losses of a value: Keras's `MeanSquaredError`, `MeanAbsoluteError` and `Huber`.

/// `(z - y)^2` and its gradient.
pub fn squared(z: f64, y: f64) -> (f64, f64) {
    let error = z - y;
    (error * error, 2.0 * error)
}

/// `|z - y|` and its gradient, which is 0 where both are equal.
pub fn absolute(z: f64, y: f64) -> (f64, f64) {
    let error = z - y;
    (error.abs(), if error == 0.0 { 0.0 } else { error.signum() })
}

/// Half the square of the error up to `delta`, beyond it a line of slope `delta` (Huber 1964).
pub fn huber(delta: f64, z: f64, y: f64) -> (f64, f64) {
    let error = z - y;
    if error.abs() <= delta {
        (0.5 * error * error, error)
    } else {
        (delta * error.abs() - 0.5 * delta * delta, delta * error.signum())
    }
}
