//! Money that a board owes; anyone may have it sent to whom it belongs.
#[starknet::component]
pub mod PayoutsComponent {
    use starknet::storage::{
        Map, StorageMapReadAccess, StorageMapWriteAccess, StoragePointerReadAccess,
        StoragePointerWriteAccess,
    };
    use starknet::syscalls::call_contract_syscall;
    use starknet::{ContractAddress, get_contract_address};
    use crate::events::board::Withdrawn;
    use crate::interfaces::board::IPayouts;
    use crate::interfaces::token::{IERC20Dispatcher, IERC20DispatcherTrait};

    pub mod Errors {
        pub const NO_BALANCE: felt252 = 'RC: nothing to withdraw';
        pub const TRANSFER_FAILED: felt252 = 'RC: escrow transfer failed';
    }

    /// | payouts_token | 1 | address | the STRK contract, set once |
    /// | payouts_balances | 1 an account | fri | that the board owes it |
    /// | payouts_burned_fri | 1 | fri | that stays here for good |
    #[storage]
    pub struct Storage {
        payouts_token: ContractAddress,
        payouts_balances: Map<ContractAddress, u128>,
        payouts_burned_fri: u128,
    }

    #[event]
    #[derive(Drop, starknet::Event)]
    pub enum Event {
        Withdrawn: Withdrawn,
    }

    #[embeddable_as(PayoutsImpl)]
    impl Payouts<
        TContractState, +HasComponent<TContractState>,
    > of IPayouts<ComponentState<TContractState>> {
        /// Caller: anyone; each account gets its own whole balance. Empty ones are passed over.
        fn withdraw(ref self: ComponentState<TContractState>, accounts: Array<ContractAddress>) {
            let mut sent = false;
            for account in accounts {
                let amount_fri = self.owed_to(account);
                if amount_fri != 0 {
                    self.payouts_balances.write(account, 1);
                    self.emit(Withdrawn { account, amount_fri });
                    let token = IERC20Dispatcher { contract_address: self.payouts_token.read() };
                    let done = token.transfer(account, amount_fri.into());
                    assert(done, Errors::TRANSFER_FAILED);
                    sent = true;
                }
            }
            assert(sent, Errors::NO_BALANCE);
        }

        fn balance_of(self: @ComponentState<TContractState>, account: ContractAddress) -> u128 {
            self.owed_to(account)
        }

        fn burned_fri(self: @ComponentState<TContractState>) -> u128 {
            self.payouts_burned_fri.read()
        }
    }

    #[generate_trait]
    pub impl InternalImpl<
        TContractState, +HasComponent<TContractState>,
    > of InternalTrait<TContractState> {
        fn initialize(ref self: ComponentState<TContractState>, token: ContractAddress) {
            self.payouts_token.write(token);
        }

        fn credit(
            ref self: ComponentState<TContractState>, account: ContractAddress, amount_fri: u128,
        ) {
            if amount_fri != 0 {
                let balance_fri = self.owed_to(account);
                self.payouts_balances.write(account, balance_fri + amount_fri + 1);
            }
        }

        /// What nobody gets stays here.
        fn burn(ref self: ComponentState<TContractState>, amount_fri: u128) {
            if amount_fri != 0 {
                self.payouts_burned_fri.write(self.payouts_burned_fri.read() + amount_fri);
            }
        }

        fn token(self: @ComponentState<TContractState>) -> ContractAddress {
            self.payouts_token.read()
        }

        /// Sends it at once; what the token refuses is kept for the account, so that one bad
        /// account does not stop a batch. Call it last: the token is somebody else's contract.
        fn pay(
            ref self: ComponentState<TContractState>,
            token: ContractAddress,
            account: ContractAddress,
            amount_fri: u128,
        ) {
            if amount_fri == 0 {
                return;
            }
            let calldata = array![account.into(), amount_fri.into(), 0];
            let answer = call_contract_syscall(token, selector!("transfer"), calldata.span());
            let sent = match answer {
                Ok(said) => said.len() == 1 && *said[0] == 1,
                Err(_) => false,
            };
            if !sent {
                self.credit(account, amount_fri);
            }
        }

        fn owed_to(self: @ComponentState<TContractState>, account: ContractAddress) -> u128 {
            let kept = self.payouts_balances.read(account);
            if kept == 0 {
                0
            } else {
                kept - 1
            }
        }

        /// Takes money in; the payer must have approved it.
        fn collect(
            ref self: ComponentState<TContractState>, from: ContractAddress, amount_fri: u128,
        ) {
            let token = IERC20Dispatcher { contract_address: self.payouts_token.read() };
            let done = token.transfer_from(from, get_contract_address(), amount_fri.into());
            assert(done, Errors::TRANSFER_FAILED);
        }
    }
}
