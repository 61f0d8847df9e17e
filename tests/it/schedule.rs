//! Learning rates against PyTorch's and Keras's schedules.
//!
//! PyTorch 2.15 (`S = torch.optim.lr_scheduler`), Keras 3.15 in f32:
//! ```python
//! def run(make, n, at):
//!     o = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1); s = make(o); out = []
//!     for t in range(n):
//!         out.append(o.param_groups[0]["lr"]); o.step(); s.step()
//!     print([float(f"{out[t]:.9g}") for t in at])
//! run(lambda o: S.OneCycleLR(o, 0.1, total_steps=200, pct_start=0.3, div_factor=25, final_div_factor=4), 200, [0, 1, 30, 59, 60, 100, 150, 199])
//! run(lambda o: S.StepLR(o, 10, 0.5), 40, [0, 9, 10, 19, 20, 39])
//! run(lambda o: S.ExponentialLR(o, 0.9), 40, [0, 1, 10, 39])
//! run(lambda o: S.LinearLR(o, 1 / 8, 1.0, 7), 10, [0, 1, 6, 7, 8, 9])   # steps (t + 1) / 8
//! s = keras.optimizers.schedules.CosineDecay(0.1, 200, alpha=0.01)
//! print([float(f"{float(s(t)):.9g}") for t in [0, 1, 50, 100, 150, 199, 200]])
//! ```

use trombine::{
    schedule::{ScheduleKind, ScheduleSettings, rate},
    setting_def::{SettingDefs, Value},
};

fn of(kind: ScheduleKind) -> ScheduleSettings {
    ScheduleSettings { kind, ..Default::default() }
}

#[track_caller]
fn equal(settings: &ScheduleSettings, per_epoch: u32, epochs: u32, expected: &[(u64, f64)], tolerance: f64) {
    for (step, expected) in expected {
        let got = rate(settings, 0.1, *step, per_epoch, epochs);
        assert!((got - expected).abs() <= tolerance * expected, "step {step}: {got} instead of {expected}");
    }
}

#[test]
fn one_cycle_is_pytorchs() {
    let expected = [
        (0, 0.004),
        (1, 0.00406803061),
        (30, 0.053277785),
        (59, 0.1),
        (60, 0.0999875376),
        (100, 0.0804866072),
        (150, 0.0280274703),
        (199, 0.001),
    ];
    equal(&of(ScheduleKind::OneCycle), 20, 10, &expected, 1e-8);
    // Warm-up is its own.
    let warmed = ScheduleSettings { warmup_epochs: 3.0, ..of(ScheduleKind::OneCycle) };
    equal(&warmed, 20, 10, &expected, 1e-8);
}

#[test]
fn steps_and_exponential_are_pytorchs() {
    let expected = [(0, 0.1), (9, 0.1), (10, 0.05), (19, 0.05), (20, 0.025), (39, 0.0125)];
    equal(&of(ScheduleKind::Step), 1, 40, &expected, 1e-9);
    let by_batch = expected.map(|(epoch, rate)| (epoch * 7 + 6, rate));
    equal(&of(ScheduleKind::Step), 7, 40, &by_batch, 1e-9);
    let settings = ScheduleSettings { factor: 0.9, ..of(ScheduleKind::Exponential) };
    let expected = [(0, 0.1), (1, 0.09), (10, 0.034867844), (39, 0.00164232033)];
    equal(&settings, 1, 40, &expected, 1e-8);
    equal(&settings, 7, 40, &expected.map(|(epoch, rate)| (epoch * 7, rate)), 1e-8);
}

#[test]
fn cosine_is_keras_s() {
    let expected = [
        (0, 0.100000001),
        (1, 0.099993892),
        (50, 0.08550179),
        (100, 0.0505000018),
        (150, 0.0154982153),
        (199, 0.00100610743),
        (200, 0.00100000005),
    ];
    // Keras computes it in f32.
    equal(&of(ScheduleKind::Cosine), 20, 10, &expected, 1e-6);
    let warmed = ScheduleSettings { warmup_epochs: 2.0, ..of(ScheduleKind::Cosine) };
    equal(&warmed, 20, 12, &expected.map(|(step, rate)| (step + 40, rate)), 1e-6);
}

#[test]
fn warm_up_is_pytorchs_linear() {
    let settings = ScheduleSettings { warmup_epochs: 2.0, ..of(ScheduleKind::Constant) };
    equal(&settings, 4, 10, &[(0, 0.0125), (1, 0.025), (6, 0.0875), (7, 0.1), (8, 0.1), (9, 0.1)], 1e-9);
}

#[test]
fn by_hand_takes_the_row_that_has_begun() {
    let table = vec![(4, 1e-3), (2, 1e-2)];
    let settings = ScheduleSettings { table, ..of(ScheduleKind::ByHand) };
    equal(&settings, 5, 10, &[(0, 0.1), (4, 0.1), (5, 1e-2), (14, 1e-2), (15, 1e-3), (49, 1e-3)], 1e-12);
    let empty = ScheduleSettings { table: Vec::new(), ..of(ScheduleKind::ByHand) };
    equal(&empty, 5, 10, &[(0, 0.1), (49, 0.1)], 1e-12);
}

const KINDS: [ScheduleKind; 6] = [
    ScheduleKind::Constant,
    ScheduleKind::Step,
    ScheduleKind::Exponential,
    ScheduleKind::Cosine,
    ScheduleKind::OneCycle,
    ScheduleKind::ByHand,
];

#[test]
fn rates_stay_finite_and_not_negative_at_any_length() {
    for kind in KINDS {
        for (per_epoch, epochs) in [(0, 0), (1, 1), (1, 2), (2, 1), (3, 50)] {
            for warmup_epochs in [0.0, 0.4, 60.0] {
                let settings = ScheduleSettings { warmup_epochs, ..of(kind) };
                for step in 0..160 {
                    let rate = rate(&settings, 0.1, step, per_epoch, epochs);
                    assert!(rate.is_finite() && (0.0..=0.1001).contains(&rate), "{settings:?} at {step}: {rate}");
                }
            }
        }
    }
}

#[test]
fn an_active_setting_bends_the_line_and_an_inactive_one_does_not() {
    for kind in KINDS {
        let base = ScheduleSettings { warmup_epochs: 1.0, ..of(kind) };
        let see = |s: &ScheduleSettings| (0..200).map(|step| rate(s, 0.1, step, 4, 50)).collect::<Vec<_>>();
        for index in 1..base.clone().setting_defs().len() {
            let mut changed = base.clone();
            let (key, active) = {
                let mut defs = changed.setting_defs();
                let def = &mut defs[index];
                match &mut def.value {
                    Value::Whole { value, .. } => **value += 1,
                    Value::Number { value, .. } => **value *= 0.7,
                    Value::Table(table) => table.push((30, 1e-7)),
                    _ => unreachable!("schedules have no other settings"),
                }
                (def.key.clone(), def.active)
            };
            assert_eq!(see(&changed) != see(&base), active, "{key} with {kind:?}");
        }
    }
}
