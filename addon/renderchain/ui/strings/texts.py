"""What the interface draws, asks and reports itself, in English; the languages have it by these very words.

What Blender knows of classes and properties, their labels and descriptions, stands with these, as Blender has
it, and is in the languages too. ``{names}`` are values.
"""

from __future__ import annotations

from ...core.job import DEVICE_WORDS

# Of labels that Blender has a word of its own for, with another sense: its key is a keyframe.
CONTEXT = "RenderChain"
# Proper names: alike in every language.
NAMES = frozenset(
    {
        "API",
        "Directory",
        "IPFS",
        "Mainnet",
        "RPC",
        CONTEXT,
        "STRK",
        "Sepolia",
        "WebSocket",
        *DEVICE_WORDS.values(),
    }
)

# Before anything is sent
NOT_SET_UP = "Nothing can be rendered before a network and an account are chosen."
IS_LOCKED = "Your account's key is locked since Blender was started."
SEE_BELOW = "See below what has to be changed first."
NOTHING_AT_A_GLANCE = "Nothing is wrong at a glance."
CHANGED_SINCE = "The scene has changed since it was checked."
NOTHING_FOUND = "Checked: nothing is wrong."
MORE_ROWS = "And {count} more of that."
DO_NOT_SEND = "Do Not Send"
SEND_ANYWAY = "Send Anyway"
CHECKING_ELSEWHERE = "Checking the scene in another Blender"
NO_FOLDER = "No folder is chosen for the frames."
CHOOSE_ONE = "Choose one."
FOLDER_UNSAVED = "The folder for the frames lies beside the file, and the file is not saved."
SAVE_OR_CHOOSE = "Save it, or choose another folder."
OTHER_FOLDER = "Choose another folder."
FILE_UNSAVED = "The file has unsaved changes, and the package is compared with the file."
SAVE_OR_SKIP = "Save it, or set Comparison to 0 in the options."
NOTHING_PAID = "Nothing was paid."
NO_FRAMES = "The range {first} to {last} has no frames. Nothing was paid; put the lower number first."
TOO_MANY_FRAMES = "{first} to {last} are over {most} frames; split them into jobs."

# Buttons that mend a scene
SWITCH_TO_CYCLES = "Switch to Cycles"
CAMERA = "Choose or Add Camera"
REGION_OFF = "Turn Region Off"
STEREOSCOPY_OFF = "Turn Stereoscopy Off"
ENABLE_LAYER = "Enable View Layer"
COMBINED_ON = "Turn Combined On"
RENAME_LAYER = "Rename View Layer"
SEQUENCER_OFF = "Turn Sequencer Off"
PACK_IMAGE = "Pack Image"
GUIDING_OFF = "Turn Guiding Off"
SEED_ON = "Turn Animated Seed On"
PREVIEWS_OFF = "Turn Previews Off"
FIND_FILES = "Find Missing Files"
SAVE_FILE = "Save File"
CHOOSE_FOLDER = "Choose Folder"
BAKE = "Bake"
BAKE_ALL = "Bake All Physics"

# Sending a job
PRICING = "Asking the network for the price"
TRYING = "Another Blender tries a frame, small and with few samples"
COPYING = "Copying {job}; Blender may stand still for a moment"
BEING_PAID = "It is being paid, and can't be stopped now."
STOPPED = "Stopped. Nothing was paid."
SENT = "Job {job} is on the network"
NOT_SENT = "Blender ended before this was sent: {jobs}. Nothing was paid; submit it again."
NOT_SENT_KEPT = (
    "Blender ended before this was sent: {jobs}. Nothing was paid. Go On sends it without packing it anew."
)
KEPT = "{job} was packed ({time}) and not sent."
SAVED_SINCE = "The file has been saved since; what was changed is not in it."
NOT_HERE = "What was packed is not here any more, or another Blender goes on with it."
SENDING = "Sending {job}"
IS_SENDING = "RenderChain is sending {job}; closing Blender stops it"
KEPT_AT_QUIT = (
    "What is packed, compared and tried out by then is kept; the next start offers to go on with it."
)
SCENE_CHANGED = (
    "The scene {scene} is not any more what the price was asked for. Nothing was paid; submit it again to "
    "see what it costs now."
)

# The dialog with the price
PAY_AND_RENDER = "Pay and Render"
JOB = "Job"
FRAMES = "Frames"
SIZE = "Size"
RENDERED_ON = "Rendered on"
FRAMES_GO_TO = "Frames go to"
TO_UPLOAD = "To upload"
NETWORK = "Network"
NO_DIRECTORY = "No Directory is known there yet: fill in the one that your network's people gave you."
DIRECTORY_KNOWN = "This network's Directory comes from its record."
FRAME_TAKES = "A frame takes"
ALL_TAKE = "All frames take"
ON_THIS_CPU = "about {time} on this machine's CPU"
ON_ONE_MACHINE = "about {time} on one such machine"
FRAMES_NAMED = "{frames} ({numbers})"
FIRST_TO_LAST = "{first} to {last}"
ABOUT = "about {amount}"
NOT_SAVED = "the file is not saved yet"
SIZE_AND_SAMPLES = "{width} x {height} pixels, {samples}"
PAY = "Pay for frames"
RESERVE = "Reserve for spot checks"
FOR_LATE = "Set aside for late workers' frames"
FEES = "Network fees"
AT_MOST = "At most"
COMES_BACK = "Usually comes back"
PAY_EACH = "{pay} STRK ({each} each)"
FEES_FOR = "{fees} STRK (sending, and accepting {batches})"
MOST_OF = "{most} of {have} STRK"

# Jobs
NO_JOBS = "No jobs yet"
FETCHED_ELSEWHERE = "Another Blender or shell here fetches its frames."
TRIED_AGAIN = "{failure} It is tried again by itself."
NOTHING_READ = "Nothing was read."
NOTHING_FETCHED = "Nothing more is fetched: {reason}"
CHALLENGE = "Challenge…"
JOB_STANDS = "Job {job} is {state}, {frames} are on disk"
CANCEL_JOB = "Cancel Job"
NOTHING_TO_CANCEL = "There is nothing left to cancel"
CANCELING = "Canceling"
CANCELED = "The job is canceled: what nobody had taken is paid back"
COPIED = "Copied"
COPIED_ID = "Copied {id}"
NO_JOB_ID = (
    "{id} is no job's id; nothing was done. Ids are whole numbers, as Copy Id and renderchain_jobs give them."
)
NOTHING = "Nothing"
ORDERING = "Ordering frames again"
PAY_AND_ORDER = "Pay and Order"
WHAT_COST = "What Does It Cost?"
FRAMES_COST = "Frames {frames}: {cost}"
ORDERED = "Job {job} renders frames {frames} once more"

# Pictures of frames
OPEN_IN_SEQUENCER = "Open in Sequencer"
OPEN_IN_COMPOSITOR = "Open in Compositor"
FRAMES_BEFORE = "and {count} before"
NOT_ON_DISK = "Frame {frame} is not on this disk"
NONE_ON_DISK = "No frame is on this disk yet"
IN_SCENE = "{frames} are in the scene {scene}"
MAKING_VIDEO = "Another Blender makes the video"
VIDEO_WRITTEN = "The video is {file}"
JOB_AND_FRAME = "Job {job}, frame {frame}"
PICTURE_OF = "Job {job}"

# Frames that look wrong
CHALLENGING = "Challenging"
PAY_DEPOSIT = "Pay the Deposit"
WHAT_TAKES = "What Does It Take?"
LOOKED_WHETHER = "It is looked at whether the frames can be had."
LOOKED_AT = "{count} spots of them are looked at."
CHALLENGED = "The frames are challenged: verifiers look at them, and you are told what they find"
NO_SUCH_BATCH = (
    "A batch is a number as messages say it, spots are up to 8 numbers with spaces between; nothing was "
    "paid. Type them again."
)
OF_NO_JOB = "Frame {frame} is of no job that was submitted from here; nothing was paid."
OUTSIDE = "Nothing of the picture is in that region; drag over what looks wrong."
DRAG = "Drag over what looks wrong, Esc to leave it"
JOB_IS_GONE = "The job of this picture is not in the list any more."

# Preferences: how all stands
CHECKING = "Checking…"
STATUS = "Status"
KEY = "Key"
NODE = "Node"
CHAIN = "Chain"
DIRECTORY = "Directory"
INDEX = "Index"
ACCOUNT = "Account"
IPFS = "IPFS"
DENOISER = "Denoiser"
SETTINGS = "Settings"
ROW = "{what}: {found}"
DOING = "{what}…"
NOTHING_CHOSEN = "Nothing is set up yet; choose network and account in the add-on's preferences."
OFFLINE = (
    "Blender is offline, and {address} is not on this machine. Allow online access in Preferences > System > "
    "Network."
)
OFFLINE_NOW = "Blender is offline; allow online access in Preferences > System > Network."
FROM_VARIABLE = "The settings are those of $RENDERCHAIN_CONFIG, {file}; change them there."
FROM_FILE = "The settings are those of the file below; change them there."

# Preferences: the account
ONLY_WHAT_YOU_SPEND = (
    "Use an account that holds only what you mean to spend, and keep a copy of its key elsewhere."
)
IN_KEYRING = "The key is kept in this system's keyring."
IN_FILE = "The key is kept in a file that a passphrase seals. There is no way to it without."
NO_KEYRING = "This system has no keyring."
KEY_STAYS = "The present account's key stays where it is."
FUND = "Send STRK to its address, then deploy it."
MADE = "The account {account} is made; its key is in {place}."
STORED = "The key of {account} is stored in {place}."
SEALED = "The key of {account} is sealed in {file}; keep that on another disk."
UNLOCKED = "The key of {account} is unlocked until Blender is closed."
TWO_PASSPHRASES = "These were two passphrases; nothing was stored. Type the same one twice."
NO_KEY = "That is no hexadecimal key; nothing was stored."
NO_ADDRESS = "The address is no hexadecimal number; nothing was stored. Type it as 0x…"

# Preferences: IPFS
ENDS_WITH_BLENDER = (
    "It ends with Blender: leave Blender open until workers have fetched what you submitted, and your frames "
    "have come."
)
ADD_HEADER = "Add What Lets Us In"
CHANGE_HEADER = "Change What Lets Us In"
KEEP = "Keep"
HEADER_NEEDS_ACCOUNT = "Headers are sealed with the account's key; make or import an account first."
NO_HEADER = "That is no header; nothing was kept. Its name is like Authorization."
HEADER_KEPT = "{name} is sealed with the account's key."
HEADER_FORGOTTEN = "What was kept is forgotten."
KUBO_IS_IN = "Kubo is in {program}, and is started when it is needed."

# A provider's worker
PAUSE = "Pause"
RESUME = "Resume"
SIGN_AND_SEND = "Sign and Send"
STEP_DONE = "{step}: done"
PAUSED = "The worker claims nothing until it is resumed ({file})"
RESUMED = "The worker works as usual ({file})"
RENDERS_NOTHING = "This machine renders nothing that others compare; see `doctor provider`."

# What nobody foresaw
UNEXPECTED = "Unexpected {name}: this is a fault of RenderChain. Report the details."
