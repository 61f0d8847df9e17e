//! One command, done.

use super::{Command, Event};
use crate::{
    problem::{Kind, Problem},
    run::RunStore,
    text::say,
    train::control::Control,
};

/// Does `command`, telling about it through `emit`.
///
/// # Errors
/// Whatever keeps the command from being done; [`Kind::Cancelled`] if the user stopped it.
pub(crate) fn perform(command: Command, store: &RunStore, control: &Control, emit: &mut dyn FnMut(Event)) -> Result<(), Problem> {
    match command {
        Command::ListRuns => {
            list(store, emit);
            Ok(())
        }
        Command::OpenRun(run) => {
            emit(Event::RunOpened(Box::new(store.find(&run)?.view()?)));
            Ok(())
        }
        Command::RenameRun { run, name, note } => {
            let mut run = store.find(&run)?;
            run.update(|info| (info.name, info.note) = (name, note))?;
            list(store, emit);
            Ok(())
        }
        Command::DeleteRun(run) => {
            store.delete(&run)?;
            list(store, emit);
            Ok(())
        }
        Command::RestoreRun(run) => {
            store.restore(&run)?;
            list(store, emit);
            Ok(())
        }
        Command::Open(_)
        | Command::Train(_)
        | Command::Resume { .. }
        | Command::Evaluate { .. }
        | Command::PredictFolder { .. }
        | Command::Export { .. }
        | Command::CopyFolders { .. } => {
            let _ = control;
            Err(Problem::new(Kind::Internal, say("Not there yet", "Pas encore là"), say("Come back later", "Revenez plus tard")))
        }
    }
}

fn list(store: &RunStore, emit: &mut dyn FnMut(Event)) {
    let (runs, problems) = store.list();
    problems.into_iter().for_each(|problem| emit(Event::Warned(problem)));
    emit(Event::Runs(runs));
}
