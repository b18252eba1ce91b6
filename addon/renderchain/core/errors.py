"""Every failure the user can meet, as one tree.

RenderChainError
 ├─ LocalError             something on our side: input, settings, machine
 │   ├─ SettingsError      a setting is missing or makes no sense
 │   ├─ FrameRangeError    a frame range can't be read
 │   ├─ SceneError         the scene can't be packed or rendered as it is
 │   ├─ KeyStoreError      no key, or a key store that can't be used
 │   │   └─ KeyStoreLocked  a keystore whose passphrase nobody gave yet
 │   ├─ WrongKey           results are sealed for another account's key
 │   ├─ JournalError       the journal can't be opened or is inconsistent
 │   ├─ RenderFailed       the render process crashed, hung or reported an error
 │   │   └─ ProcessKilled  it was killed, and not for a limit
 │   ├─ DeviceBroken       what this machine renders with makes other pixels than it should
 │   ├─ DiskFull           there is no room left for a file
 │   ├─ FolderUnusable     frames can't be written where they shall go
 │   ├─ AgentRunsAlready   another process works with the same folder or account
 │   ├─ ChangeRefused      what a provider asked for can't be done as things stand
 │   ├─ SandboxMissing     no sandbox to render other people's scenes in
 │   └─ Cancelled          the user stopped it
 └─ RemoteError            something on the other side
     ├─ StoreError         the content store has not what was asked for, or answered nonsense
     │   ├─ StoreAway      the content store can't be reached
 │   └─ KeyMissing     a private package is here, and nobody has given its key yet
     ├─ ContentError       content does not match its digest, or breaks a limit
     │   ├─ PackageUnfit   a package that is whole, but contradicts its job
     │   └─ PackageTooMuch a package that is over this machine's own limits
     ├─ ChainError         the node refused, or answered nonsense
     │   ├─ NodeAway       the node can't be reached, or is behind
     │   └─ StuckTransaction  sent, but neither in a block nor refused
     ├─ WrongNetwork       another chain, or no RenderChain directory at the address
     ├─ FeeTooHigh         the fee bound is over the user's limit
     ├─ InsufficientFunds  the account can't pay
     ├─ NoAllowance        a contract may not take what it needs from the account
     └─ ContractError      a contract refused; one subclass for each reason

Each message says what happened, to what, and what to do now.
"""

from __future__ import annotations


class RenderChainError(Exception):
    """Base of all our errors; ``str()`` is the sentence for the user."""


class LocalError(RenderChainError):
    """Something on our side."""


class SettingsError(LocalError):
    """A setting is missing or makes no sense."""


class FrameRangeError(LocalError):
    """A frame range can't be read."""


class SceneError(LocalError):
    """The scene can't be packed or rendered as it is."""


class KeyStoreError(LocalError):
    """No key, or a key store that can't be used."""


class KeyStoreLocked(KeyStoreError):
    """A keystore whose passphrase nobody has given to this process."""


class WrongKey(LocalError):
    """A job's results are sealed for another account's key."""


class JournalError(LocalError):
    """The journal can't be opened or is inconsistent."""


class RenderFailed(LocalError):
    """The render process crashed, hung or reported an error."""


class ProcessKilled(RenderFailed):
    """The render process was killed, and not for a limit: by the machine's user or its kernel."""


class DeviceBroken(LocalError):
    """What this machine renders with makes other pixels than it should."""


class DiskFull(LocalError):
    """There is no room left for a file."""


class FolderUnusable(LocalError):
    """Frames can't be written where they shall go."""


class AgentRunsAlready(LocalError):
    """Another process works with the same folder or account."""


class ChangeRefused(LocalError):
    """What a provider asked for can't be done as things stand."""


class SandboxMissing(LocalError):
    """No sandbox to render other people's scenes in."""


class Cancelled(LocalError):
    """The user stopped it."""


class RemoteError(RenderChainError):
    """Something on the other side."""


class StoreError(RemoteError):
    """The content store has not what was asked for, or answered nonsense."""


class StoreAway(StoreError):
    """The content store can't be reached, whatever it is asked for."""


class KeyMissing(StoreError):
    """A private package is here, and nobody has given its key to this worker yet."""


class ContentError(RemoteError):
    """Content does not match its digest, or breaks a limit."""


class PackageUnfit(ContentError):
    """A package that is whole, but contradicts its job: so does each copy of it, on every machine."""


class PackageTooMuch(ContentError):
    """A job or package that is over this machine's own limits; another machine may take it."""


class ChainError(RemoteError):
    """The node refused, or answered nonsense."""


class NodeAway(ChainError):
    """The node can't be reached, what answers there is no node, or it is behind."""


class IndexAway(RemoteError):
    """The index can't be reached, refuses, lags, or answers nonsense; the chain is there all the same."""


class StuckTransaction(ChainError):
    """A transaction was sent, but neither its receipt nor its refusal came; it may still happen."""


class WrongNetwork(RemoteError):
    """Another chain, or no RenderChain directory at the address."""


class FeeTooHigh(RemoteError):
    """The fee bound is over the user's limit."""


class InsufficientFunds(RemoteError):
    """The account can't pay."""


class NoAllowance(RemoteError):
    """A contract may not take from the account the STRK that it needs."""


class ContractError(RemoteError):
    """A contract refused. ``code`` is its reason as it stands on-chain, ``action`` what was tried."""

    code = ""
    advice = "Look at its present state before you try again."

    def __init__(self, action: str, code: str | None = None) -> None:
        self.code = code or type(self).code
        reason = self.code.removeprefix("RC: ")
        super().__init__(f"{action} was refused by the contract: {reason}. {self.advice}")
