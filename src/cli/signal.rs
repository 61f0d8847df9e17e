//! Ctrl+C, and the signal with which a system or a cluster asks a program to end.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

use crate::control::{Control, Signal};

/// What a shell says of a program that Ctrl+C ended.
const INTERRUPTED: i32 = 130;
/// Between two looks whether it was asked.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Lets a training save itself when it is asked to end; asked once more, the program ends at once. Where the system does not
/// tell, all that is lost is what came since the last epoch's end.
pub fn leave_on(control: &Control) {
    let asked = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // In this order: the first time only the flag is set.
        let heard = flag::register_conditional_shutdown(signal, INTERRUPTED, asked.clone())
            .and_then(|_| flag::register(signal, asked.clone()));
        if let Err(error) = heard {
            tracing::warn!("signal {signal} is not heard: {error}");
        }
    }
    let control = control.clone();
    // It ends with the program.
    thread::spawn(move || {
        while !asked.load(Ordering::Acquire) {
            thread::sleep(BETWEEN_LOOKS);
        }
        control.set(Signal::Leave);
    });
}

/// The same when standard input ends: what was begun by another program and is to end with it, however that ends.
pub fn leave_with_input(control: &Control) {
    let control = control.clone();
    thread::spawn(move || {
        // Whatever comes is of no interest.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        control.set(Signal::Leave);
    });
}
