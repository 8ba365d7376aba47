//! What holds for any batch, whatever becomes of its records.
//!
//! What a case has to fulfil is read from an account that the functions give of what happened to
//! them. `PROPTEST_CASES=20000` runs more cases: see `stream_handler_tests::cases`.

mod functions;
mod model;
mod plan;

use proptest::prelude::*;
use stream_handler_tests::cases;

use self::{
    functions::run,
    plan::{Options, Plan, plans},
};

proptest! {
    #![proptest_config(cases::config())]

    #[test]
    fn nothing_is_lost(plan in plans()) {
        run(&plan).loses_nothing(&plan);
    }

    #[test]
    fn identifiers_are_those_of_records(plan in plans()) {
        run(&plan).identifies_records(&plan);
    }

    #[test]
    fn lanes_keep_their_order_and_stop_at_a_failure(plan in plans()) {
        run(&plan).keeps_order(&plan);
    }

    #[test]
    fn streams_start_nothing_later_than_a_failure(plan in plans()) {
        run(&plan).stops_streams(&plan);
    }

    #[test]
    fn no_more_run_at_once_than_allowed(plan in plans()) {
        run(&plan).keeps_to_the_concurrency(&plan);
    }

    #[test]
    fn functions_are_called_once(plan in plans()) {
        run(&plan).calls_once(&plan);
    }

    #[test]
    fn the_deadline_is_kept(plan in plans()) {
        run(&plan).keeps_the_deadline(&plan);
    }

    /// What is done is not delivered again but for a stream's checkpoint, and the invocation
    /// doesn't fail without need.
    #[test]
    fn only_what_is_not_done_is_reported(plan in plans()) {
        let run = run(&plan);
        prop_assert_eq!(run.reported(), plan.response(&run.done(&plan)));
    }

    /// Without a deadline the response is the same whatever the concurrency: that of one record
    /// after another.
    ///
    /// With one exception, that changes nothing of what comes back: a stream's first record has
    /// failed, and others were done at the same time. Then not all has failed, so that
    /// `on_full_failure = "error"` doesn't apply, and the checkpoint is the first record.
    #[test]
    fn the_response_does_not_depend_on_the_concurrency(plan in plans()) {
        let plan = Plan { left: None, ..plan };
        let (run, alone) = (run(&plan), plan.one_by_one());
        let none_and_some = !alone.contains(&true) && run.done(&plan).contains(&true);
        if none_and_some && plan.kind.is_stream() && plan.options == Options::Strict {
            prop_assert_eq!(run.reported(), plan.response_for([0]));
        } else {
            prop_assert_eq!(run.reported(), plan.response(&alone));
        }
    }

    /// With a deadline it does: what one record after another gets done by then is done with any
    /// concurrency, and perhaps more. So queues never report more records, and the checkpoint of a
    /// stream is never an earlier one.
    #[test]
    fn more_at_once_never_get_less_done_by_the_deadline(plan in plans()) {
        let alone = plan.one_by_one();
        let done = run(&plan).done(&plan);
        if plan.concurrency == 1 {
            prop_assert_eq!(done, alone);
        } else {
            prop_assert!(alone.iter().zip(&done).all(|(alone, done)| done >= alone));
        }
    }
}
