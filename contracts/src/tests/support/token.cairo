//! Money for the tests.

pub const RICH: u256 = 1_000_000;

/// An ERC-20 that gives every account `RICH` until it first moves; `cursed` is sent nothing.
#[starknet::contract]
pub mod TestToken {
    use starknet::storage::{Map, StorageMapReadAccess, StorageMapWriteAccess};
    use starknet::{ContractAddress, get_caller_address};
    use crate::interfaces::token::IERC20;
    use crate::tests::support::accounts::account;
    use crate::tests::support::token::RICH;

    #[storage]
    struct Storage {
        moved: Map<ContractAddress, bool>,
        balances: Map<ContractAddress, u256>,
        allowances: Map<(ContractAddress, ContractAddress), u256>,
    }

    #[abi(embed_v0)]
    impl TokenImpl of IERC20<ContractState> {
        fn transfer(ref self: ContractState, recipient: ContractAddress, amount: u256) -> bool {
            assert(recipient != account('cursed'), 'no');
            self.shift(get_caller_address(), recipient, amount);
            true
        }

        fn transfer_from(
            ref self: ContractState,
            sender: ContractAddress,
            recipient: ContractAddress,
            amount: u256,
        ) -> bool {
            let key = (sender, get_caller_address());
            assert(self.allowances.read(key) >= amount, 'no allowance');
            self.allowances.write(key, self.allowances.read(key) - amount);
            self.shift(sender, recipient, amount);
            true
        }

        fn approve(ref self: ContractState, spender: ContractAddress, amount: u256) -> bool {
            self.allowances.write((get_caller_address(), spender), amount);
            true
        }

        fn balance_of(self: @ContractState, account: ContractAddress) -> u256 {
            if self.moved.read(account) {
                self.balances.read(account)
            } else {
                RICH
            }
        }
    }

    #[generate_trait]
    impl Internal of InternalTrait {
        fn shift(
            ref self: ContractState,
            sender: ContractAddress,
            recipient: ContractAddress,
            amount: u256,
        ) {
            let (from, to) = (self.balance_of(sender), self.balance_of(recipient));
            assert(from >= amount, 'no funds');
            self.moved.write(sender, true);
            self.moved.write(recipient, true);
            self.balances.write(sender, from - amount);
            self.balances.write(recipient, to + amount);
        }
    }
}
