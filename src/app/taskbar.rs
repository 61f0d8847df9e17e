//! How far the job is, on the program's entry in the dock or taskbar, where the system takes that without unsafe code: on
//! Linux by the signal of Unity's launcher, which Ubuntu's Dock, Dash to Dock, KDE's taskbar and Plank draw as a bar. On
//! Windows and macOS the title has to do, which both show.

use std::sync::Arc;
#[cfg(target_os = "linux")]
use std::sync::{Mutex, PoisonError};

/// What shows how far the job is, from 0 to 1, or that there is none any more; it does not wait.
pub type Taskbar = Arc<dyn Fn(Option<f64>) + Send + Sync>;

/// The system's dock or taskbar, told on a thread of its own: where there is none, the log says so.
#[cfg(target_os = "linux")]
pub(super) fn of_the_system() -> Taskbar {
    let newest = Arc::new(Mutex::new(None));
    // One word that there is something newer is enough.
    let (wake, woken) = crossbeam_channel::bounded(1);
    let shown = Arc::clone(&newest);
    let tell = move || {
        if let Err(error) = launcher::tell(&shown, &woken) {
            tracing::info!("no progress is shown in the dock: {error}");
        }
    };
    if let Err(error) = std::thread::Builder::new().name("taskbar".to_owned()).spawn(tell) {
        tracing::info!("no progress is shown in the dock: {error}");
    }
    Arc::new(move |share| {
        *newest.lock().unwrap_or_else(PoisonError::into_inner) = share;
        // Full, it is about to look; closed, there is no D-Bus.
        let _ = wake.try_send(());
    })
}

/// None is known.
#[cfg(not(target_os = "linux"))]
pub(super) fn of_the_system() -> Taskbar {
    Arc::new(|_| {})
}

/// The launcher's interface (<https://wiki.ubuntu.com/Unity/LauncherAPI>).
#[cfg(target_os = "linux")]
pub mod launcher {
    use std::{
        collections::HashMap,
        sync::{Mutex, PoisonError},
    };

    use crossbeam_channel::Receiver;
    use zbus::{Message, blocking::Connection, zvariant::Value};

    /// The entry: that of the desktop file that the program's packages install.
    pub const ENTRY: &str = "application://trombine.desktop";

    /// The signal that `ENTRY` is so far, or shows no bar.
    ///
    /// # Errors
    /// None that is known of: what it is made of is constant but for the number.
    pub fn update(share: Option<f64>) -> zbus::Result<Message> {
        let properties: HashMap<&str, Value<'_>> =
            [("progress", share.unwrap_or(0.0).into()), ("progress-visible", share.is_some().into())].into();
        Message::signal("/io/github/trombine", "com.canonical.Unity.LauncherEntry", "Update")?.build(&(ENTRY, properties))
    }

    /// Tells what is `newest` whenever it is woken, until nobody wakes it any more. The bus is asked for when there is a first.
    pub(super) fn tell(newest: &Mutex<Option<f64>>, woken: &Receiver<()>) -> zbus::Result<()> {
        if woken.recv().is_err() {
            return Ok(());
        }
        let bus = Connection::session()?;
        loop {
            let share = *newest.lock().unwrap_or_else(PoisonError::into_inner);
            bus.send(&update(share)?)?;
            if woken.recv().is_err() {
                return Ok(());
            }
        }
    }
}
