/* The market of the limit gateway: accounts, order ids, a ladder of ticks, matching and settling.
 *
 * In: plain limit orders and cancels, checked. Out: calls of the reports below. Never knows: sockets.
 * Ids stay known until 65,536 later ones of the account have ended, as at the venue; repeated ones are refused.
 */
#ifndef MARKET_H
#define MARKET_H

#include "frame.h"

#define RETIRED_ROOM (RETIRED_ORDER_IDS + OPEN_ORDERS + 2) /* ids are forgotten when the next order comes */
#define FRAME_ROOM 256

struct account {
    int64_t quote_atoms, base_atoms;             /* available */
    int64_t held_atoms, held_lots;               /* held back by open buys and sells */
    int64_t bought_lots, bought_atoms, sold_lots, sold_atoms;
    uint32_t open_orders;
    struct slot { uint64_t id; struct order *order; } *ids; /* open addressing; no order: an empty place */
    uint64_t ids_used, ids_room;
    struct order **retired;                      /* a ring, oldest first */
    uint32_t retired_first, retired_used;
};

struct order {
    uint64_t id, number;
    int64_t ticks, leaves_lots;
    struct order *previous, *next;
    char *frame;                                 /* as its owner sent it; reports are copies of it */
    uint32_t account;
    uint8_t buys;
};

struct level { struct order *first, *last; int64_t lots; };

static struct account *accounts;
static struct level ladder[LADDER_TICKS];
static struct side {
    uint64_t words[LADDER_TICKS / 64], summary[LADDER_TICKS / 64 / 64]; /* a bit per level that has orders */
    int64_t best;                                                      /* tick of the best level, -1: none */
} sides[2];                                                            /* 0 sells, 1 buys */
static uint64_t last_number, last_exec_id;

static struct order *free_orders;
static char *free_frames;
static struct { char *frames[FINISHED_ORDERS_KEPT]; uint32_t at; } finished;

/* What the sessions are told; defined by the program. */
static void report_accepted(struct order *order);
static void report_match(uint64_t exec_id, struct order *maker, struct order *taker, int64_t lots, int64_t ticks);

/* -- memory that is used again and again */

static struct order *take_order(void)
{
    if (!free_orders)
        for (struct order *block = allocated(4096, sizeof *block), *one = block; one < block + 4096; one++)
            one->next = free_orders, free_orders = one;
    struct order *order = free_orders;
    free_orders = order->next;
    return order;
}

static void give_frame(char *frame) /* a free one begins with the address of the next */
{
    memcpy(frame, &free_frames, sizeof frame);
    free_frames = frame;
}

static char *take_frame(const char *frame)
{
    if (!free_frames)
        for (char *block = allocated(4096, FRAME_ROOM), *one = block; one < block + 4096 * FRAME_ROOM; one += FRAME_ROOM)
            give_frame(one);
    char *copy = free_frames;
    memcpy(&free_frames, copy, sizeof copy);
    return memcpy(copy, frame, T_SIZE);
}

/* Keep the frame of an order that has ended, so that its last state could be told, until many others have ended. */
static void keep_finished(struct order *order)
{
    uint32_t at = finished.at;
    if (finished.frames[at]) give_frame(finished.frames[at]);
    finished.frames[at] = order->frame;
    finished.at = (at + 1) % FINISHED_ORDERS_KEPT;
}

/* -- ids */

static struct slot *place_of(struct account *one, uint64_t id)
{
    uint64_t at = id * 0x9E3779B97F4A7C15u >> 20;
    for (;; at++) {
        struct slot *slot = &one->ids[at & (one->ids_room - 1)];
        if (!slot->order || slot->id == id) return slot;
    }
}

static void insert_id(struct account *one, struct order *order)
{
    if (2 * (one->ids_used + 1) > one->ids_room) {
        struct slot *old = one->ids;
        uint64_t room = one->ids_room;
        one->ids = allocated(one->ids_room = 2 * room, sizeof *old);
        for (uint64_t at = 0; at < room; at++)
            if (old[at].order) *place_of(one, old[at].id) = old[at];
        free(old);
    }
    *place_of(one, order->id) = (struct slot){order->id, order};
    one->ids_used++;
}

/* Take an id out and close the gap, so that a search still meets those that were put behind it. */
static void remove_id(struct account *one, uint64_t id)
{
    uint64_t mask = one->ids_room - 1, gap = place_of(one, id) - one->ids;
    for (uint64_t at = (gap + 1) & mask; one->ids[at].order; at = (at + 1) & mask) {
        uint64_t home = one->ids[at].id * 0x9E3779B97F4A7C15u >> 20 & mask;
        if (((at - home) & mask) >= ((at - gap) & mask)) {
            one->ids[gap] = one->ids[at];
            gap = at;
        }
    }
    one->ids[gap].order = NULL;
    one->ids_used--;
}

/* An order ended: its id stays known until so many later ones of the account have ended. */
static void retire(struct order *order)
{
    struct account *one = &accounts[order->account];
    one->open_orders--;
    one->retired[(one->retired_first + one->retired_used++) % (RETIRED_ROOM)] = order;
    keep_finished(order);
}

static void forget_retired(struct account *one)
{
    while (one->retired_used > RETIRED_ORDER_IDS) {
        struct order *order = one->retired[one->retired_first];
        one->retired_first = (one->retired_first + 1) % (RETIRED_ROOM);
        one->retired_used--;
        remove_id(one, order->id);
        order->next = free_orders;
        free_orders = order;
    }
}

/* -- the ladder */

static void mark(struct side *side, int64_t tick)
{
    side->words[tick / 64] |= 1ull << tick % 64;
    side->summary[tick / 4096] |= 1ull << tick / 64 % 64;
}

static void unmark(struct side *side, int64_t tick)
{
    side->words[tick / 64] &= ~(1ull << tick % 64);
    if (!side->words[tick / 64]) side->summary[tick / 4096] &= ~(1ull << tick / 64 % 64);
}

/* The next level with orders at or below (buys) or above (sells) a tick; -1: none. */
static int64_t next_level(struct side *side, int64_t tick, int buys)
{
    if (tick < 0 || tick >= LADDER_TICKS) return -1;
    uint64_t here = side->words[tick / 64] & (buys ? ~0ull >> (63 - tick % 64) : ~0ull << tick % 64);
    if (here) return tick / 64 * 64 + (buys ? 63 - __builtin_clzll(here) : __builtin_ctzll(here));
    int64_t word = tick / 64;
    uint64_t bit = 1ull << word % 64, beyond = side->summary[word / 64] & (buys ? bit - 1 : ~(bit | (bit - 1)));
    for (int64_t group = word / 64; group >= 0 && group < LADDER_TICKS / 4096;) {
        if (beyond) {
            word = group * 64 + (buys ? 63 - __builtin_clzll(beyond) : __builtin_ctzll(beyond));
            here = side->words[word];
            return word * 64 + (buys ? 63 - __builtin_clzll(here) : __builtin_ctzll(here));
        }
        group += buys ? -1 : 1;
        if (group >= 0 && group < LADDER_TICKS / 4096) beyond = side->summary[group];
    }
    return -1;
}

static void rest(struct order *order)
{
    struct level *level = &ladder[order->ticks];
    struct side *side = &sides[order->buys];
    order->next = NULL;
    order->previous = level->last;
    if (level->last) level->last->next = order;
    else {
        level->first = order;
        mark(side, order->ticks);
        if (side->best < 0 || (order->buys ? order->ticks > side->best : order->ticks < side->best))
            side->best = order->ticks;
    }
    level->last = order;
    level->lots += order->leaves_lots;
}

static void leave(struct order *order)
{
    struct level *level = &ladder[order->ticks];
    struct side *side = &sides[order->buys];
    *(order->previous ? &order->previous->next : &level->first) = order->next;
    *(order->next ? &order->next->previous : &level->last) = order->previous;
    level->lots -= order->leaves_lots;
    if (level->first) return;
    unmark(side, order->ticks);
    if (side->best == order->ticks) side->best = next_level(side, order->ticks, order->buys);
}

/* -- money */

static int reserve(struct account *one, int buys, int64_t lots, int64_t ticks)
{
    if (buys) {
        __int128 atoms = (__int128)lots * ticks * TICK_LOT_ATOMS;
        if (atoms > one->quote_atoms) return 0;
        one->quote_atoms -= atoms;
        one->held_atoms += atoms;
    } else {
        __int128 atoms = (__int128)lots * LOT_ATOMS;
        if (atoms > one->base_atoms) return 0;
        one->base_atoms -= atoms;
        one->held_lots += lots;
    }
    return 1;
}

static void release(struct account *one, int buys, int64_t lots, int64_t ticks)
{
    if (buys) {
        one->quote_atoms += lots * ticks * TICK_LOT_ATOMS;
        one->held_atoms -= lots * ticks * TICK_LOT_ATOMS;
    } else {
        one->base_atoms += lots * LOT_ATOMS;
        one->held_lots -= lots;
    }
    if (one->held_atoms < 0 || one->held_lots < 0) abort();
}

static void settle(struct account *buyer, struct account *seller, int64_t lots, int64_t ticks, int64_t bid_ticks)
{
    int64_t atoms = lots * ticks * TICK_LOT_ATOMS, reserved = lots * bid_ticks * TICK_LOT_ATOMS;
    buyer->held_atoms -= reserved;
    buyer->quote_atoms += reserved - atoms;
    buyer->base_atoms += lots * LOT_ATOMS;
    buyer->bought_lots += lots;
    buyer->bought_atoms += atoms;
    seller->held_lots -= lots;
    seller->quote_atoms += atoms;
    seller->sold_lots += lots;
    seller->sold_atoms += atoms;
    if (buyer->held_atoms < 0 || seller->held_lots < 0) abort();
}

/* -- what clients ask; a REJECT_ code, or 0 when it was done */

static void match(struct order *taker)
{
    int buys = taker->buys;
    struct side *opposite = &sides[!buys];
    while (taker->leaves_lots && opposite->best >= 0) {
        int64_t ticks = opposite->best;
        if (buys ? ticks > taker->ticks : ticks < taker->ticks) return;
        struct order *maker = ladder[ticks].first;
        int64_t lots = maker->leaves_lots < taker->leaves_lots ? maker->leaves_lots : taker->leaves_lots;
        struct account *mine = &accounts[taker->account], *theirs = &accounts[maker->account];
        if (buys) settle(mine, theirs, lots, ticks, taker->ticks);
        else settle(theirs, mine, lots, ticks, ticks);
        if (lots == maker->leaves_lots) leave(maker);
        else ladder[ticks].lots -= lots;
        maker->leaves_lots -= lots;
        taker->leaves_lots -= lots;
        report_match(++last_exec_id, maker, taker, lots, ticks);
        if (!maker->leaves_lots) retire(maker);
    }
}

static int new_order(uint32_t account, uint64_t id, int buys, int64_t ticks, int64_t lots, const char *frame)
{
    struct account *one = &accounts[account];
    if (place_of(one, id)->order) return REJECT_DUPLICATE_ORDER_ID;
    if (!reserve(one, buys, lots, ticks)) return REJECT_NOT_ENOUGH_EQUITY_TO_COMPLETE;
    if (one->open_orders >= OPEN_ORDERS) {
        release(one, buys, lots, ticks);
        return REJECT_EXCEEDS_OPEN_ORDER_REQUESTS;
    }
    struct order *order = take_order();
    *order = (struct order){.id = id, .number = ++last_number, .ticks = ticks, .leaves_lots = lots, .account = account,
                            .buys = buys, .frame = take_frame(frame)};
    insert_id(one, order);
    forget_retired(one);
    one->open_orders++;
    match(order);
    if (!order->leaves_lots) {
        retire(order);
        return 0;
    }
    rest(order);
    if (order->leaves_lots == lots) report_accepted(order);
    return 0;
}

static int cancel_order(uint32_t account, uint64_t original_id, int64_t original_ticks, int64_t *cancelled_lots)
{
    struct order *order = place_of(&accounts[account], original_id)->order;
    if (!order || !order->leaves_lots) return REJECT_ORIG_ORDER_NOT_FOUND;
    if (original_ticks && original_ticks != order->ticks) return REJECT_ORIG_PRICE_INVALID;
    leave(order);
    release(&accounts[account], order->buys, order->leaves_lots, order->ticks);
    *cancelled_lots = order->leaves_lots;
    order->leaves_lots = 0;
    retire(order);
    return 0;
}

static void open_market(uint32_t number_of_accounts)
{
    accounts = allocated(number_of_accounts, sizeof *accounts);
    sides[0].best = sides[1].best = -1;
    for (struct account *one = accounts; one < accounts + number_of_accounts; one++) {
        one->quote_atoms = QUOTE_ATOMS;
        one->base_atoms = BASE_ATOMS;
        one->ids = allocated(one->ids_room = 1024, sizeof *one->ids);
        one->retired = allocated(RETIRED_ROOM, sizeof *one->retired);
    }
}

#endif
