"""Every bound of the library in one place, each with its unit and its reason.

In: nothing. Out: integers. Never knows: who obeys them.
Follows decision 7: "everything has a bound"; a test stands at each bound and one past it.
Sorted by room, outermost first.
"""

# -- socket_controller
RECEIVE_BYTES = 65_536
"""Bytes that a client reads at once: the answers to 262 orders."""

DISCARD_READS = 16
"""Reads (1 MiB in all) that throw input away before a close, so that a reset does not overtake the last message."""

SEND_BUFFER_BYTES = 4 * 1024 * 1024
"""Bytes that may wait for a peer that does not read: 16,000 replies; a slower reader is closed."""

# -- client
CLIENT_OPEN_REQUESTS = 100
"""Order requests without an answer; above it the owner's library stops sending."""

CLIENT_UNREAD_MESSAGES = 10_000
"""Messages that a Trader keeps for a user who does not read them; the oldest are dropped first."""

CLIENT_REMEMBERED_ORDERS = 10_000
"""Orders sent whose terms a Trader keeps for replaces and cancels; the oldest are forgotten first."""

CLIENT_OES_ATTEMPTS = 4
"""Order-entry servers tried in one logon: a primary and a spare, named twice by the AES."""

CLIENT_RESUME_PAUSE_NS = 250_000_000
"""Nanoseconds between two tries elsewhere; a spare takes over within seconds. Below ``REGRANTS_PER_WINDOW``."""

CLIENT_RESUME_STEP_NS = 3 * 1_000_000_000
"""Nanoseconds that an order-entry server may take in a resumption: one that was stopped accepts and stays silent."""

CLIENT_ASK_AGAIN_NS = 1_000_000_000
"""Nanoseconds after which a question about an order that was one too many is asked again: a venue counts per second."""

CLIENT_LOGOUT_NS = 2 * 1_000_000_000
"""Nanoseconds that a client waits for the servers to close after its logout, then it closes itself."""

CLIENT_INPUT_BYTES = 4_096
"""Bytes of one line of input; a terminal gives no longer ones, and no answer needs one."""

# -- network
SLOW_READER_BYTES = 1024 * 1024
"""Bytes that may wait for a peer longer than ``SLOW_READER_NS``; a reader that stays behind is closed."""

SLOW_READER_NS = 10 * 1_000_000_000
"""Nanoseconds that a peer may stay behind: a pause of a whole garbage collection or a short network loss."""

SESSIONS = 15_000
"""Connections of one server: below the 20,000 files that one process commonly may open."""

SESSIONS_PER_ADDRESS = 2_000
"""Connections from one address: a loaded trading firm behind one router, and no more than an eighth of all."""

SPARE_FILES = 32
"""Files that connections may not use up: logs, access tables and their journals, the selector."""

BACKLOG_CONNECTIONS = 1_024
"""Connections that the kernel holds while a pass is at work; a burst larger than that is delayed, not lost."""

PASS_BYTES = 16_384
"""Bytes that a server reads from a connection per pass: 65 orders, half a millisecond for which the others wait."""

ACCEPTS_PER_PASS = 64
"""Connections accepted in one pass, so that a flood of them does not stop the sessions that trade."""

ACCEPT_PAUSE_NS = 100_000_000
"""Nanoseconds without accepting after the process ran out of files: at most ten failed attempts per second."""

KEEP_ALIVE_IDLE_S = 5
"""Seconds of silence before TCP asks whether the peer lives."""

KEEP_ALIVE_INTERVAL_S = 3
"""Seconds between two such questions."""

KEEP_ALIVE_PROBES = 3
"""Unanswered questions until the peer counts as dead: 5 + 3 x 3 = 14 seconds, inside the promised 15."""

UNACKNOWLEDGED_MS = 15_000
"""Milliseconds that sent bytes may stay unacknowledged by the peer's machine; keep-alive is silent meanwhile."""

SHUT_DOWN_NS = 3 * 1_000_000_000
"""Nanoseconds for the last messages of an orderly shutdown; a peer that does not take them is cut."""

DEADLINE_PAUSE_NS = 100_000_000
"""Nanoseconds until a deadline whose handling failed is tried again, so that a fault cannot spin."""

NOTICE_NS = 1_000_000_000
"""Nanoseconds between two log lines about refused connections; those between are counted."""

LOCAL_CALLERS = 8
"""Programs of this machine that may ask at once; each is answered in its pass, so only idle ones fill the room."""

LOCAL_LINE_BYTES = 64 * 1024
"""Bytes of one line of such a program: the names of all instruments of a venue fit."""

LOCAL_ANSWER_S = 10.0
"""Seconds that such a program waits for its answer: a pass takes milliseconds, a machine out of memory seconds."""

LOCAL_PATH_BYTES = 100
"""Bytes of a socket's path that every system takes; a longer one is named by way of its directory."""

# -- servers
COLLECT_NS = 1_000_000_000
"""Nanoseconds between two questions whether the moment is quiet enough to look for cycles among new objects."""

QUIET_PASSES = 20
"""Passes of the loop in ``COLLECT_NS`` up to which it counts as quiet: timers and a few messages."""

MARK_EVERY = 10_000
"""Records between two state hashes in the journal: replay then knows within so many where it went wrong."""

PICTURE_EVERY = 1_000_000
"""Records between two pictures of a busy venue: seconds of a start. In a quiet moment a tenth of it will do."""

REPLACEMENTS = 10
"""Times within ``REPLACEMENTS_NS`` that ``serve`` replaces a server that ended by itself: more needs a person."""

REPLACEMENTS_NS = 60 * 1_000_000_000
"""Nanoseconds in which they are counted."""

MDS_LOOK_NS = 5_000_000
"""Nanoseconds between two looks of an MDS at the journal, each a send per session; a quarter of a longer interval."""

MDS_TURN_NS = 25_000_000
"""Nanoseconds that an MDS which is behind follows the journal before it sends: some thousand trades close nobody."""

SPARE_LOOK_NS = 100_000_000
"""Nanoseconds between two looks of a spare at the journal: it is that far behind at most when it takes over."""

PROGRESS_NS = 1_000_000_000
"""Nanoseconds between two lines about a recovery that is under way."""

ROOM_NS = 1_000_000_000
"""Nanoseconds between two looks whether a full disk has room again, and the moment is a quiet one."""

SETTINGS_BYTES = 8 * 1024 * 1024
"""Bytes of a settings file: ``ACCOUNTS`` fit, with 400 bytes each; anything larger is the wrong file."""

ACCOUNTS = 20_000
"""Users of all accounts together: more than the ``SESSIONS`` that one server takes, because a user has one."""

MDS_NICE = 10
"""How far the process of an MDS stands back unless the settings say otherwise: a tenth of a core that it must share."""

BOOK_INTERVAL_MS = 60_000
"""Largest interval between two book messages in milliseconds: who wants less than one a minute wants no market data."""

FEE_PPM = 100_000
"""Largest fee in millionths of a match's value: a tenth; whoever writes more meant percent."""

LEVERAGE = 100
"""Largest leverage of an account: a margin of one hundredth; a smaller one is gone with the next trade."""

MESSAGES_PER_SECOND = 1_000_000
"""Largest budget of messages per second: more than a venue of one process takes, so a larger one bounds nothing."""

INSTRUMENTS = 1_000
"""Instruments of a venue: the protocol numbers them with 16 bits; each costs a book."""

SERVER_START_NS = 180 * 1_000_000_000
"""Nanoseconds until a server that we started must accept: it takes half a second, on an overloaded machine a minute."""

RECOVERY_NS = 900 * 1_000_000_000
"""Nanoseconds until one with a past must: a hundred million records are carried out again in that time."""

SERVER_STOP_S = 20.0
"""Seconds until a server that we asked to stop is killed: its own shutdown takes three at most, on a machine that lets
it wait for its processor several times as many."""

# -- gateway: logons
LOGON_TRIES_PER_SOURCE = 5
"""Wrong one-time codes that one address may try on one account within ``LOGON_TRIES_WINDOW_NS``: a person mistypes
twice; a guesser gets 300 of 1,000,000 codes an hour, of which two are right at a time."""

LOGON_TRIES_WINDOW_NS = 60 * 1_000_000_000
"""Nanoseconds until an address that used up its tries has all of them again: short, because friends share addresses."""

LOGON_TRIES_PER_ACCOUNT = 100
"""Wrong codes of all strange addresses together on one account within ``LOGON_TRIES_ACCOUNT_WINDOW_NS``: whoever owns
a thousand addresses still guesses right with a chance of 2 in 10,000 at most. Addresses from which the account has
logged on, or that its settings list, are not stopped by it, so it locks no regular user out."""

LOGON_TRIES_ACCOUNT_WINDOW_NS = 600 * 1_000_000_000
"""Nanoseconds that the stop of an account lasts at most: the length of the attack that the bound above is made for."""

LOGON_SOURCES = 16_384
"""Pairs of address and account whose wrong tries are remembered: 3 MiB; the oldest goes, the account's bound holds."""

KNOWN_SOURCES_PER_ACCOUNT = 16
"""Addresses remembered as good for one account: a desk, its spare, people at home; the oldest is forgotten first."""

REGRANTS_PER_WINDOW = 1_000
"""Further grants on live AES connections that one user gets within ``REGRANTS_WINDOW_NS``: each costs a disk write; a
client that falls back to a spare needs one."""

REGRANTS_WINDOW_NS = 60 * 1_000_000_000
"""Nanoseconds after which a user has all of its further grants again."""

# -- access
TOTP_KEY_BITS = 128
"""Bits that a key for one-time codes has at least: one observed code lets anybody search a shorter one offline."""

NEW_KEY_BYTES = 20
"""Random bytes of a key that we make: 160 bits, the length that RFC 4226 recommends."""

KEY_CHARACTERS = 64
"""Characters of a key: the block of HMAC-SHA-1; 256 bits in hexadecimal fit, and more adds nothing."""

KEY_DISTINCT_CHARACTERS = 8
"""Different characters that a key for one-time codes has at least: a random one has 14 and more, "aaaa..." has one."""

GRANT_LIFE_NS = 10 * 1_000_000_000
"""Nanoseconds in which a grant may be redeemed: a client connects at once; a stolen key is soon worth nothing."""

GRANT_TRIES = 5
"""Wrong tries until a grant is burnt: with a 32-bit key a chance of 1.2 in 1,000,000,000."""

TRADING_SESSION_MAX = 2**31 - 1
"""Largest TradingSessionID: some messages carry it with a sign, some without; after it the count starts at 1 again."""

LEASE_RENEW_NS = 1_000_000_000
"""Nanoseconds between two signs of life of a server that others name."""

LEASE_STALE_NS = 3 * 1_000_000_000
"""Nanoseconds without a sign of life until a server is no longer named: two renewals may be lost."""

REDIRECT_BYTES = 24
"""Bytes of an address field in a logon reply; what is longer cannot be sent."""

STATE_BUSY_MS = 1_000
"""Milliseconds that a logon waits for other processes' writes to the access tables: a write takes milliseconds, a
hundred clients that log on at once queue up for a second."""

LEASE_BUSY_MS = 100
"""Milliseconds that the renewal of a lease waits for them: trading goes on, and the next second brings another try."""

# -- journal
JOURNAL_SEGMENT_BYTES = 16 * 1024 * 1024
"""Bytes of one file of the journal: 60,000 orders; read at once in milliseconds, and the room kept in reserve for
cancels on a full disk."""

JOURNAL_RECORD_BYTES = 2**31 - 1
"""Bytes of one commit: what all ``SESSIONS`` together can send in one pass, twice over; its length is a u32."""

JOURNAL_OPEN_FILES = 8
"""Files of a journal kept open: the one in use, the reserve, the epoch, and a few for readers; others are reopened."""

JOURNAL_FOLLOWED_BYTES = 64 * 1024
"""Bytes that a follower reads at a time: some hundred orders, of which one that keeps up finds a few."""

HELD_RECORDS = 64
"""Records of a pass from which on its answers may be held while the disk writes: for fewer a thread does not pay."""

JOURNAL_LOOKS = 5
"""Looks at the end of a growing journal until it counts as damaged: a record is half visible for microseconds."""

SNAPSHOTS_KEPT = 2
"""Snapshots in a journal's directory: the newest, and one in case that it is damaged."""

# -- exchange
OPEN_ORDERS_PER_PARTICIPANT = 10_000
"""Orders that one user may have resting: the answer to an open-order request (250 bytes each) fits a send buffer."""

SETTLING_STEPS = 10_000
"""Steps and moves that may follow one command in a book before it counts as never coming to rest."""

SETTLING_STEPS_PER_ORDER = 10
"""Further ones for each order there that waits or follows: a price may set all of them free at once."""

BREAKABLE_TRADES = 65_536
"""Newest trades of the session that the operator may break: 16 MiB of 250 bytes; older ones stand."""

# -- matching
RETIRED_ORDER_IDS_PER_ACCOUNT = 65_536
"""Ids of finished or replaced orders remembered per account, for queries and against repetition: about 30 MB."""

EMPTY_LEVELS_KEPT = 64
"""Price levels of a book side that may stay without an order before the side looks for them."""

# -- publish
DAY_NS = 24 * 3600 * 1_000_000_000
"""Nanoseconds for which a trade counts in volume, high and low."""

DAY_BUCKET_NS = 60 * 1_000_000_000
"""Nanoseconds of trades that are forgotten together: a minute, 1,441 sums per instrument however much is traded."""

DROP_COPIES_KEPT = 65_536
"""Reports that one supervisor can ask for again: 16 MiB of 250 bytes; older ones are gone and the numbers say so."""

# -- wire
HEADER_BYTES = 4
"""Bytes of a message header; nothing can be said about a message before they are there."""

MESSAGE_BYTES = 1058
"""Bytes of the longest message of the protocol, the 30-level picture; no reader waits for more."""

SOUP_PAYLOAD_BYTES = 65_534
"""Bytes of a SoupBinTCP payload: with the type all that its two bytes of length can say."""

DEFINITION_BYTES = 1024 * 1024
"""Characters of a message definition in XML: thousands of messages fit; anything larger is the wrong file."""

DEFINITION_DEPTH = 8
"""Elements inside each other in a definition: the format needs five."""

# -- gateway
RETURN_NS = 10 * 1_000_000_000
"""Time in which a client that a restart or a takeover cut off may come back before its orders count as left alone."""

FINISHED_ORDERS_KEPT = 65_536
"""Finished orders whose last report can be asked for again, of all clients: 30 MiB at 450 bytes each."""

REMEMBERED_CONVERSIONS = 16_384
"""Doubles per scale whose ticks or lots are remembered: the prices in use of a lively instrument, 2 MiB."""

FOREIGN_REQUESTS = 3
"""Requests with another account's Account or a wrong Key until a session is closed: a slip, not a search."""

OPEN_ORDER_REQUESTS = 1_000
"""Unanswered order requests that N and h announce as allowed; the venue answers each within its pass."""

REPEATED_LINES_PER_SECOND = 50
"""Log lines in one second about what peers can repeat at will; more are counted per reason and logged as counts."""

ANSWERS_PER_PASS = 16
"""Answers to inquiries that one session gets in a pass: a millisecond; further ones have their turn in the next."""

WAITING_FRAMES = 4_096
"""Frames that may wait for a client when it asks for more: 1 MiB, below what closes a slow reader."""

BOOK_WAITING_FRAMES = 256
"""Frames of one pass from which on a session gets no further book message in it, only the newest one later."""

BOOK_WAITING_BYTES = 64 * 1024
"""Unsent bytes of a session from which on its books are held back: a minute of old pictures helps nobody."""

BOOK_RETRY_NS = 100_000_000
"""Nanoseconds until a session whose books are held back is looked at again: a blink."""

TRADES_WAITING_BYTES = 1024 * 1024
"""Unsent bytes above which a market-data session is closed: 19,000 trades; below it none is lost."""

COPIES_WAITING_FRAMES = 1_024
"""Copies that one pass has for a supervisor at most, so that a late one does not stop those who trade."""

COPIES_WAITING_BYTES = 256 * 1024
"""Unsent bytes of a supervisor from which on it is sent no further copies until it took some."""

COPIES_RETRY_NS = 10_000_000
"""Nanoseconds until a supervisor that is behind is sent more: 100,000 copies a second."""

SUBSCRIPTIONS = 1_000
"""Subscriptions of one session: every picture of 55 instruments; each is looked at when its market moves."""

OPERATOR_NAMES_LISTED = 20
"""Names or outcomes that one line to the operator or about him lists: what people still read; more are counted."""

OPERATOR_QUOTED_CHARACTERS = 40
"""Characters of a wrong word of the operator that its refusal repeats: enough to see the mistake."""

OUCH_DAY_MESSAGES = 2_000_000
"""Numbered messages of a member's day from which on it may only cancel: 120 MB, and with 4.2 200 MB for its tokens."""

ICE_LAYERS = 10
"""Layers of one ICE order, as the protocol says (section 4.5)."""

# -- session
LOGON_DEADLINE_NS = 5 * 1_000_000_000
"""Nanoseconds from the connection to a complete logon: a slow line's round trip many times over."""

SOUP_LOGIN_NS = 30 * 1_000_000_000
"""Nanoseconds in which a SoupBinTCP login has to come, and to be answered: what its text says."""

SOUP_HEARTBEAT_NS = 1_000_000_000
"""Nanoseconds without sending anything after which a SoupBinTCP side sends a heartbeat: what its text says."""

SOUP_SILENCE_NS = 15 * 1_000_000_000
"""Nanoseconds without hearing anything after which the peer counts as gone: fifteen lost heartbeats, as is usual."""

SOUP_SHORTEST_SILENCE_NS = 2 * SOUP_HEARTBEAT_NS
"""What a login of 4.10 that asks for less gets: with heartbeats every second, less would cut healthy links."""

BOOK_LOOK_NS = 1_000_000_000
"""Nanoseconds between two looks at the book on the terminal of an OUCH server: what people can follow."""

SOUP_PACE_NS = 5_000_000
"""Nanoseconds after which a peer that had not read its last piece of a stream is looked after again."""

OUCH_PASS_BYTES = 4_096
"""Bytes that a server reads from one connection of OUCH per pass: about 80 orders, whose messages are shorter."""

SOUP_PIECE_BYTES = 256 * 1024
"""Bytes of a numbered stream that one connection takes at a time, so that a replay of a whole day delays nobody."""
