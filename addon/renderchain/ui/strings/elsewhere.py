"""Sentences that the core and the use cases compose, in English, for shells and Blender alike.

What the languages have of them is here: what a scene lacks, how a job and the set-up stand, what goes on, and
what is refused often. A test looks for all of them where they are composed. ``PLAIN`` has the artist's words
for those that name things as the protocol does. ``{n}`` and ``{m}`` are numbers.
"""

from __future__ import annotations

from ...core.exactness import SENTENCES as OF_SCENES

# Values that are words themselves
PARTS = (
    "{n} frame",
    "{n} frames",
    "{n} batch",
    "{n} batches",
    "{n} sample",
    "{n} samples",
    "{n} worker",
    "{n} workers",
    "{n} file",
    "{n} files",
    "{n} leaf",
    "{n} leaves",
    "leaf {numbers}",
    "leaves {numbers}",
    "{n} seconds",
    "{n} minutes",
    "{n} hours",
    "{n} days",
    "{n} worker renders",
    "{n} workers render",
    "active",
    "completed",
    "canceled",
    "sending",
    "refused",
    "key",
    "node",
    "chain",
    "account",
    "the system's keyring",
    "there is no such drive",
    "{place} is a file",
    "{place} may not be written to",
    "at least 1 in {n} spot-checked",
    "all spot-checked",
    "No worker is registered on this network yet",
    "No worker is registered on this network yet: {reason}",
    "{n} of {workers} fits: {reason}",
    "{n} of {workers} fit: {reason}",
    "it could not render them",
    "it found the scene unfit for it",
    "its disk or its file store failed",
    "it could not pay its fees",
    "its graphics device or processor makes wrong pixels",
    "it could not render all of them",
    "the network refused its result",
    "it is not set up rightly",
    "it had no time for them",
    "it was switched off",
    "the verifiers accepted it",
    "the verifiers rejected it",
    "the verifiers came to no verdict",
    "Too few verifiers of {family} would look at this job",
    "Too few verify {family} for it to have verifiers yet",
    "{n} has Blender {versions}",
    "{n} have Blender {versions}",
    "{n} wants {m} STRK a frame",
    "{n} want {m} STRK a frame",
    "{n} has too little free deposit for these frames",
    "{n} have too little free deposit for these frames",
    "{n} renders on {devices}",
    "{n} render on {devices}",
    "{n} renders nothing",
    "{n} render nothing",
    "{n} of them is at work on other frames",
    "{n} of them are at work on other frames",
    "none has taken them yet; it may be switched off",
    "or look at the scene first",
    "those who check this kind of machine have their hands full: it goes on when others end",
    "{n} vote",
    "{n} votes",
    "the node",
    "the IPFS node",
)
BEFORE_SENDING = (
    *OF_SCENES.values(),
    "The engine is {engine}; the network renders Cycles.",
    "Choose Cycles.",
    "The scene {scene} has no camera.",
    "Add one, or make one active.",
    "Render Region is on; the network renders whole frames.",
    "Turn it off.",
    "Stereoscopy is on; the network renders one view.",
    "The video sequencer has strips and would replace the rendering.",
    "Turn Sequencer off.",
    "A frame has {n} tiles of 64x64 pixels, all view layers together, and a job can have {m}.",
    "Lower the resolution, or turn view layers off.",
    "No view layer is used for rendering.",
    "Enable one.",
    "A view layer has no Combined pass, by which renderings are checked.",
    "Turn it on.",
    "A view layer is named {name}, which Blender calls the compositor's image.",
    "Rename it.",
    "The scene {scene} is linked, and the file itself has one of that name.",
    "Rename one of them.",
    "A frame has {n} x {m} pixels, and a side can have 1 to {most}.",
    "A pixel has {n} samples, and a job can have {m}.",
    "The name {name} has signs that can't be shown.",
    "The scene is between two frames; workers render frame {n} itself.",
    "The network does not write the output format {format}; frames will be PNG files.",
    "Workers render without the texture cache; textures may look a little sharper or softer.",
    "Render Single Layer is on; workers render all view layers that are used for rendering.",
    "Image {image} was changed and not saved.",
    "Save or pack it, and submit again.",
    "{block} refers to {path}, which is missing.",
    "{block} refers to {path}, which is missing, as are {n} more.",
    "{block} refers to {path}, which matches no file.",
    "Find it or remove it.",
    "No frame shows it.",
    "Frames can't be written to {folder} ({reason}).",
    "Nothing was sent or paid; choose another folder.",
    "Nothing was sent or paid.",
)
OF_MONEY = (
    "Nobody renders frames that pay nothing; offer more.",
    "The job costs up to {most} STRK: {pay} for its frames, {pool} kept for spot checks, {fees} in network "
    "fees. The account holds {have}. Nothing was paid; add funds or offer less.",
    "The job would cost {cost} STRK by now, and at most {most} was agreed to: prices rose, or the scene is "
    "another one. Nothing was paid; submit it again to see the new price.",
    "This machine can't check the job's batches itself ({reason}).",
    "In the place of that, half of what verifiers accept is looked at by seven more, for which more is kept; "
    "most of it comes back.",
    "Second looks cost more than you have or agreed to, so the job has no second looks; choose stricter "
    'checking, or second_looks = "always", to have them.',
    "The job has second looks for that.",
    'The job has no second looks; choose stricter checking, or second_looks = "always", to have them.',
    "Too few verifiers of {family} would look at this job: nobody spot-checks its frames, they can't be "
    "challenged, and each batch is paid when its time for challenges is over. Only your own checks say what "
    "they are worth.",
    "A batch of frames pays {pay} STRK, less than {least}, which is 20 times what a spot check takes in fees "
    "today: workers may leave the job alone. Pay more a frame, let batches be longer, or wait for lower "
    "fees.",
    "A batch of frames pays {pay} STRK, and the deposits of {family}'s verifiers answer for {room} more now: "
    "workers wait until others end.",
    "{frames} for {pay} STRK, in batches of {n}, {rate}. {pool} STRK are kept for spot checks, of which "
    "about {back} usually come back; network fees are about {gas}: {most} STRK at most. Spot checks and "
    "everybody's fees are {m} % of the pay.",
    "{amount} STRK of that are set aside so that the scheduler can have {frames} of late workers rendered by "
    "others too; what is not needed comes back.",
    "The job is private: at most {workers} and the verifiers that are drawn see the scene, others its size. "
    "Each of them costs you about {cost} STRK in network fees, and can be given the key only while your "
    "client or a watchtower follows the job",
    "{frames} that nobody has taken: {back} STRK come back at once.",
    "No frame is left that nobody has taken, so no pay comes back at once.",
    "Workers have {frames}: they finish, and are paid {held} STRK if all is right.",
    "The {pool} STRK for spot checks come back when those are over, less what checks took.",
    "The {pool} STRK for spot checks come back with it, less what checks took.",
    "The network's fee is about {fee} STRK.",
    "It takes a deposit of {bond} STRK, and the network's fee. If you are right the deposit comes back, and "
    "these frames are rendered again or cost you nothing; if you are wrong it pays those who looked, and the "
    "worker.",
    "{text} is not an amount of STRK; write digits such as 0.25.",
    "{why}, so nobody could claim it. Wait until there are more, pay more, or set takes_unjudged = true in "
    "the settings to take frames that nobody spot-checks.",
)
ON_THE_WAY = (
    "Job {job} is on the network",
    "Packing {job}, frames {frames}",
    "Another Blender records what yours makes of the scene",
    "Proving the package: it is compared with your Blender, for at most {n} s",
    "The package is not proved: whether it is whole shows in the frames that come back.",
    "Probing the scene, for at most {n} s",
    "The probe: a frame takes {n} to about {m} s on this machine's CPU.",
    "The scene is not probed: whether others render the same frames is open, and workers that find they "
    "don't leave the job alone.",
    "Uploading {size} in {files}",
    "Paying {pay} STRK into the job's deposit",
    "{n} of {m} frames",
    "{n} of {m} frames recorded",
    "{n} of {m} pictures made",
    "{n} of {m} frames of the video written",
    "{n} of {m} frames compared",
    "{n} of {m} pictures compared",
    "{n} of {m} parts of the probe",
    "{n} of {size} uploaded",
    "{size} uploaded",
    "{n} of {size} fetched",
    "{size} fetched",
    "Packing was stopped; nothing was sent.",
    "Job {job} was paid when you stopped. It is on the network; cancel it there.",
    "The package was opened without your files: {n} of {m} frames compared with your Blender, {pictures} of "
    "them as pictures.",
    "Workers that have one of these in ipfs_peers fetch {package} without looking for it: {peers}",
    "The IPFS node has no connection to {peer}, and goes on without: {reason}",
    "Job {n} names where your IPFS node is, for everybody to read: {peers}",
    "Job {n} does not name your IPFS node, so workers look for its package: {reason}",
)
OF_JOBS = (
    "It is being sent; the network has not confirmed it yet.",
    "The network refused it, or it was never sent: nothing was paid.",
    "Done: {frames} for {paid} STRK.",
    "Canceled: {n} of {frames} came.",
    "Workers still finish {frames}.",
    "{n} of {frames} are done.",
    "{n} of {frames} are done; {who} {m} more.",
    "{n} of {frames} are done; about {time} are left.",
    "{n} of {frames} are done; {who} {m} more; about {time} are left.",
    "It waits: {why}.",
    "{paid} of {pay} STRK are paid to workers.",
    "{paid} of {pay} STRK are paid to workers, {back} came back.",
    "Missing: {numbers}",
    "Doubted: {numbers}",
    "{frames} were here already",
    "Frame {n} by {worker} is {path}",
    "Job {n} is {state}: {paid} STRK paid, {back} STRK refunded",
    "Job {n} is canceled; unclaimed frames were refunded",
    "The key of job {n} was given to {workers} more",
    "A worker did not deliver {frames} in time and lost a part of its deposit.",
    "A worker delivered {frames} wrong, as spot checks found, and lost its deposit.",
    "A worker gave {frames} back.",
    "A worker gave {frames} back, because {why}.",
    "Another worker takes it.",
    "Another worker takes them.",
    "The pay for it comes back.",
    "The pay for them comes back.",
    "The final image of frame {n} could not be made again here ({reason}); look at it yourself.",
    "The final images of frames {numbers} could not be made again here ({reason}); look at them yourself.",
    "The folder {folder} for the frames can't be made ({reason}). The job goes on without us; choose another "
    "folder for it, and its frames come there.",
    "{file} can't be written ({reason}). The job goes on without us; make room, or choose another folder for "
    "its frames, and they come there.",
    "Waiting for {what}: {reason}",
    "The refund had already been withdrawn",
    "What job {n} brought back could not be sent to your account: {reason} It comes with what your next job "
    "brings back.",
    "The receipt of job {n} is {file}",
    "The receipt of job {n} could not be written: {reason} Its frames are there; write it later with: "
    "renderchain_receipt {id}",
    "No longer waiting for {what}, after {n} s",
    "Worker {n} asked for the key of job {m} and does not get it: {reason}",
)
OF_SET_UP = (
    "there is no account yet; make one or import one.",
    "there is none yet; make one or import one.",
    "none is chosen; fill in the address (RPC) of a Starknet node.",
    "none is chosen; fill in the address that the network's people tell.",
    "it is in {place}",
    "it answers",
    "it is looked at once the {what} is right.",
    "block {n} at {index}",
    "The chain is asked instead.",
    "The chain is asked and not the index: {reason}",
    "The index {index} is {n} blocks behind.",
    "The index {index} can't be reached or broke off ({why}).",
    "newest block {n}, {m} s old by this machine's clock",
    "its newest block {n} is {m} minutes old: it is behind, or this machine's clock is ahead. Wait, use "
    "another node, or set the clock (NTP).",
    "{chain}, as chosen",
    "it leads to contracts that this version knows",
    "{account} has {have} STRK",
    "{account} has {have} STRK and is not deployed; deploy it (the button, or `account deploy`).",
    "{account} has {have} STRK and is not deployed; send STRK to it, then deploy it (the button, or `account "
    "deploy`).",
    "{account} has {have} STRK; send STRK to it, for every transaction has a fee.",
    "{account} has {have} STRK, which may soon be too little for fees; send more.",
    "OpenImageDenoise is there, by which final images are made again",
    "this Blender has no OpenImageDenoise: denoised final images are not made again here. Use a Blender from "
    "its makers to have them checked.",
    "{action} failed: the node can't be reached ({reason}). Check its address and your connection.",
    "{action} failed: the IPFS node at {node} can't be reached or broke off ({reason}). Start it, or "
    "correct its address in the settings.",
    "The node {node} serves {chain}, the settings say {wanted}. Nothing was sent; correct the node's "
    "address or the network.",
    "{file} can't be used ({reason}). Check the folder in the settings, the disk and its permissions.",
    "{action} failed: the node answers {answer}. Wait or use another node.",
    "{action} failed: the node answered nonsense ({reason}). Check its address or use another node.",
    "The key of {account} is locked. Unlock it in the add-on's preferences, once a session; where nobody "
    "can, name a password_file in the settings.",
    "The keyring can't be used ({reason}); unlock it, or import the account into a file.",
    "The keyring has no key for {account}; store it in the add-on's preferences or with `renderchain key`.",
    "The keyring took no key ({reason}); unlock it, or have the key in a file instead.",
    "The keystore {file} for {account} can't be opened ({reason}); check the file and its password.",
    "The keystore {file} of {account} is not there; put it back or import the account.",
    "Address and key are in each other's place; nothing was stored. Type them anew.",
    "That is no Stark private key, and nothing was stored; type or paste it again.",
    "This system has no keyring; nothing was stored. Give a passphrase for the key.",
    "Nothing was written; give a passphrase for the file.",
    "{file} is no keystore that names its account; nothing was stored.",
)
# The protocol's words, and the artist's
PLAIN = {
    "{n} leaf": "{n} spot",
    "{n} leaves": "{n} spots",
    "leaf {numbers}": "spot {numbers}",
    "leaves {numbers}": "spots {numbers}",
    "Checked {leaves} of lease {n} in {m} s": "Checked {leaves} of batch {n} in {m} s",
    "The results of lease {n} can't be fetched so far: {reason} It is tried again until the job is over. If "
    "its worker withholds them, challenge its delivery before its window closes.": (
        "The frames of batch {n} can't be fetched so far: {reason} It is tried again until the job is over. "
        "If its worker withholds them, challenge its delivery in time."
    ),
    "Lease {n} was not checked here ({reason}); it is not accepted early, unless verifiers clear it.": (
        "Batch {n} was not checked here ({reason}); it is not accepted early, unless verifiers clear it."
    ),
    "Nobody judges lease {n}, and no check here found it right: it is not accepted now, but anyone may have "
    "it paid when its window is over. Look at its frames.": (
        "Nobody judges batch {n}, and no check here found it right: it is not accepted now, but anyone may "
        "have it paid when its time for challenges is over. Look at its frames."
    ),
    "Lease {n}: {leaves} came out otherwise here than delivered, twice ({m} s); the lease is not accepted "
    "early, unless verifiers clear it.": (
        "Batch {n}: {leaves} came out otherwise here than delivered, twice ({m} s); the batch is not "
        "accepted early, unless verifiers clear it."
    ),
    "Lease {n}: {leaves} came out otherwise here than delivered, but a second rendering does not confirm it "
    "({reason}). Nothing was challenged, and the lease is not accepted early, unless verifiers clear it; "
    "look at its frames.": (
        "Batch {n}: {leaves} came out otherwise here than delivered, but a second rendering does not "
        "confirm it ({reason}). Nothing was challenged, and the batch is not accepted early, unless "
        "verifiers clear it; look at its frames."
    ),
    "Lease {n} was not challenged by itself: {reason} Challenge {leaves} before its window closes if you "
    "want your money back.": (
        "Batch {n} was not challenged by itself: {reason} Challenge {leaves} in time if you want your money "
        "back."
    ),
    "Lease {n} was accepted by verifiers although {leaves} came out otherwise here; that was not appealed: "
    "{reason}": (
        "Batch {n} was accepted by verifiers although {leaves} came out otherwise here; nobody was asked "
        "once more: {reason}"
    ),
    "Lease {n} is not what was paid for: {reason} Challenge its delivery before its window closes, unless "
    "it is being audited anyway.": (
        "Batch {n} is not what was paid for: {reason} Challenge it in time, unless it is being looked at "
        "anyway."
    ),
    "Lease {n}: the final images are not what their noisy passes make ({reason}). {m} of its {frames} were "
    "made again here and kept instead; the lease is not accepted early. Look at them: if a noisy pass is "
    "false too, challenge the lease's pixels (name leaves) before its window closes.": (
        "Batch {n}: the final images are not what their noisy passes make ({reason}). {m} of its {frames} "
        "were made again here and kept instead; the batch is not accepted early. Look at them: if a noisy "
        "pass is false too, challenge that region in time."
    ),
    "Lease {n} had already been settled": "Batch {n} had already been paid or refunded",
    "Lease {n} is being audited by {m} vote": "Batch {n} is being looked at by {m} verifier",
    "Lease {n} is being audited by {m} votes": "Batch {n} is being looked at by {m} verifiers",
    "Lease {n}: {found}, {m} for, {against} against": "Batch {n}: {found}, {m} for, {against} against",
    "Lease {n}: leaves {numbers} were challenged; verifiers will look at it": (
        "Batch {n}: spots {numbers} were challenged; verifiers will look at them"
    ),
    "Lease {n}: its delivery was challenged; verifiers will look at it": (
        "Batch {n}: whether its frames can be had was challenged; verifiers will look at it"
    ),
    "Lease {n}: its worker lost {lost} STRK of stake": "Batch {n}: its worker lost {lost} STRK of its "
    "deposit",
    "Lease {n}: too few wanted to vote; votes are looked for at {fee} STRK each": (
        "Batch {n}: too few wanted to look at it; verifiers are looked for at {fee} STRK each"
    ),
    "Lease {n}: the verdict was appealed with a bond of {bond} STRK": (
        "Batch {n}: more verifiers are asked, for a deposit of {bond} STRK"
    ),
    "Audit of lease {n}: {reason}": "Spot check of batch {n}: {reason}",
    "Job {job}: the pool holds {pool} STRK, an audit of the next lease takes {audit}. Until other leases end "
    "without an audit nobody can claim the open frames: add {missing} STRK or more with renderchain_top_up "
    "{id} --pool STRK, or cancel the job, which pays back what is not claimed.": (
        "Job {job}: the reserve for spot checks holds {pool} STRK, and one of the next batch takes {audit}. "
        "Until other batches end without one nobody can take the open frames: add {missing} STRK or more "
        "with the shell's renderchain_top_up {id}, or cancel the job, which pays back what nobody has taken."
    ),
    "Job {n}: new leases pay {reward} STRK a frame; {pool} STRK are there for audits": (
        "Job {n}: new batches pay {reward} STRK a frame; {pool} STRK are there for spot checks"
    ),
    "Verifiers get {n} STRK for a tile that costs {m}, as a vote may cost a fifteenth of what a batch of "
    "frames pays, and a sixtieth of a seat: they may stay away. Let batches be longer.": (
        "Verifiers get {n} STRK for a tile that costs {m}, as a spot check may cost only a small part of "
        "what a batch pays: they may stay away. Let batches be longer."
    ),
    "Lease {n}: an appeal costs {bond} STRK, the account holds {have}": (
        "Batch {n}: asking more verifiers takes a deposit of {bond} STRK, the account holds {have}"
    ),
    "Lease {n} is not appealed, which takes a bond of {bond} STRK: {reason}": (
        "No more verifiers are asked about batch {n}, which takes a deposit of {bond} STRK: {reason}"
    ),
    "Lease {n}: too few want to vote; a fee that finds some takes {price} STRK, more than a fifth of the "
    "pay or the account's balance, {most}": (
        "Batch {n}: too few want to look at it; a fee that finds some takes {price} STRK, more than a fifth "
        "of the pay or the account's balance, {most}"
    ),
    "Lease {n}: {votes} against it were shown to agree with each other": (
        "Batch {n}: {votes} against it were shown to agree with each other"
    ),
    "Lease {n}: the vote of seat {m} was struck; its prints contradict it": (
        "Batch {n}: verifier {m} said what its own rendering contradicts, and does not count"
    ),
    "No draw was due: {reason}": ("No spot check was due: {reason}"),
}
SENTENCES = (*BEFORE_SENDING, *OF_MONEY, *ON_THE_WAY, *OF_JOBS, *OF_SET_UP, *PLAIN)
