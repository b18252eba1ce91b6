//! Leases with real leaves, submitted and drawn.
use crate::interfaces::board::IJobBoardDispatcherTrait;
use crate::rules::draw::{is_audited, seed_of};
use crate::tests::support::audit::TestAudit;
use crate::tests::support::jobs::{claim, create, terms};
use crate::tests::support::leaves::{TASKS, result_of};
use crate::tests::support::network::Network;
use crate::tests::support::steps::draw;
use crate::tests::support::verifiers::{give_record, network_with};
use crate::types::audit::DrawOutcome;
use crate::types::board::JobTerms;

/// Two tasks of 100 fri as one lease, a pool of 400: fees of 2 fri, of 3 on appeal; the lock is 66.
pub fn audit_terms() -> JobTerms {
    JobTerms {
        tasks: TASKS,
        audit_pool_fri: 400,
        tiles: 4,
        window_s: 500,
        lease_timeout_s: 1_000,
        ..terms(),
    }
}

/// The lease of a new job, submitted.
pub fn submitted_lease(net: Network) -> TestAudit {
    submitted_at(net, audit_terms())
}

pub fn submitted_at(net: Network, terms: JobTerms) -> TestAudit {
    let job_id = create(net, terms);
    let lease_id = claim(net, job_id, 0);
    let audit = TestAudit { net, job_id, lease_id };
    net.board.submit(lease_id, 2, result_of(audit));
    audit
}

/// The same, and it is drawn: with verifiers it is audited.
pub fn drawn_lease(verifiers: u32) -> TestAudit {
    let audit = submitted_lease(network_with(verifiers));
    draw(audit, 'hash');
    audit
}

/// A lease at p = 1/2, by ten audited ones, that chance spared: its lock is 400.
pub fn spared_lease(verifiers: u32) -> TestAudit {
    let net = network_with(verifiers);
    give_record(net, 10);
    let audit = submitted_at(net, JobTerms { audit_floor_exp: 1, ..audit_terms() });
    draw(audit, sparing(audit));
    assert_eq!(net.board.lease(audit.lease_id).draw_outcome, DrawOutcome::PASSED);
    audit
}

/// A block hash upon which the lease is not audited.
pub fn sparing(audit: TestAudit) -> felt252 {
    let lease = audit.net.board.lease(audit.lease_id);
    let board = audit.net.board.contract_address.into();
    let mut hash = 1;
    while is_audited(seed_of(hash, board, audit.lease_id, lease.attempt, 0), lease.audit_exp) {
        hash += 1;
    }
    hash
}
