//! Keeps the machine from falling asleep while it trains: a small program of the system's own is asked to, which ends
//! when this one does, however it ends. Where there is none, or it refuses, the machine does as it is set.

use std::process::{Child, Command, Stdio};

use crate::train::event::TrainEvent;

/// Seconds of training before the system is asked: no machine falls asleep sooner, and short trainings are left in peace.
pub const AFTER: f64 = 30.0;

/// Holds the machine awake from [`AFTER`] on, except while the training is paused.
pub struct Awake {
    /// The program that is asked, if this system has one.
    program: fn() -> Option<Command>,
    helper: Option<Child>,
    asked: bool,
}

impl Default for Awake {
    fn default() -> Self {
        Self::with(helper)
    }
}

impl Awake {
    /// With another program than the system's own.
    pub fn with(program: fn() -> Option<Command>) -> Self {
        Self { program, helper: None, asked: false }
    }

    /// The process that holds the machine awake now.
    pub fn process(&self) -> Option<u32> {
        self.helper.as_ref().map(Child::id)
    }

    /// Takes in what a training tells.
    pub fn hear(&mut self, event: &TrainEvent) {
        match event {
            TrainEvent::Batch(record) if record.elapsed >= AFTER && !self.asked => {
                self.asked = true;
                self.helper = (self.program)().and_then(start);
            }
            TrainEvent::Paused | TrainEvent::Stopped { .. } => self.release(),
            _ => {}
        }
    }

    fn release(&mut self) {
        self.asked = false;
        if let Some(mut helper) = self.helper.take() {
            // It may have ended by itself; either way nothing is left of it.
            let _ = helper.kill();
            let _ = helper.wait();
        }
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        self.release();
    }
}

/// The helper holds the machine until its input ends, which it does with this process.
fn start(mut command: Command) -> Option<Child> {
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt as _;
        // No console flashes up beside the window.
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        command.creation_flags(CREATE_NO_WINDOW);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
}

fn helper() -> Option<Command> {
    let with = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments);
        command
    };
    if cfg!(target_os = "linux") {
        let why = "--why=Training a model";
        Some(with("systemd-inhibit", &["--what=idle:sleep", "--who=Trombine", why, "--mode=block", "cat"]))
    } else if cfg!(target_os = "macos") {
        Some(with("caffeinate", &["-i", "-w", &std::process::id().to_string()]))
    } else if cfg!(windows) {
        Some(with("powershell", &["-NoProfile", "-NonInteractive", "-WindowStyle", "Hidden", "-Command", WINDOWS]))
    } else {
        None
    }
}

/// What Windows' own shell is asked: `SetThreadExecutionState` with `ES_CONTINUOUS | ES_SYSTEM_REQUIRED`, which holds as
/// long as the thread that said it, and that waits for the end of its input.
const WINDOWS: &str = "$system = Add-Type -PassThru -Namespace Trombine -Name Awake -MemberDefinition \
    '[DllImport(\"kernel32.dll\")] public static extern uint SetThreadExecutionState(uint flags);'; \
    [void]$system::SetThreadExecutionState([uint32]2147483649); [void][Console]::In.ReadToEnd()";
