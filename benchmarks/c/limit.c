/* The limit: what one core can do with the venue's work on plain limit orders and cancels, in C.
 *
 * In: connections that log on and send transactions. Out: the replies that the venue gives, byte for byte but for
 * keys; a journal. Never knows: other order types, replaces, questions; they are refused. docs/performance.md lists
 * the work. Announces its address as the servers do.
 *
 *     limit ACCOUNTS DIRECTORY commit|none spin|wait
 *
 * "commit" syncs the journal before a pass is answered; "spin" asks for readiness again and again. A pass: read all
 * that is ready, work on it, commit, one send per session.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "frame.h"
#include "journal.h"
#include "market.h"

#define LARGEST_EXACT 9007199254740992.0

struct session {
    int descriptor;
    uint32_t account, trading_session, key;         /* account 0: not logged on */
    char quiet[QUIET_BYTES];                        /* of the last order whose quiet fields were looked at */
    char received[RECEIVE_BYTES + T_SIZE];
    size_t received_bytes;
    char *unsent;
    size_t unsent_bytes, unsent_room;
    int is_touched, is_watched;
};

static struct session **by_account, **touched;
static size_t number_touched;
static uint32_t number_of_accounts, last_trading_session;
static int selector;
static const uint16_t quiet_runs[][2] = {QUIET_RUNS};
static const uint16_t result_runs[][2] = {RESULT_RUNS};
static const uint16_t quiet_doubles[] = {QUIET_DOUBLES};
static const uint16_t quiet_texts[][2] = {QUIET_TEXTS};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* -- what is said */

static char *room_for(struct session *one, size_t bytes)
{
    if (one->unsent_bytes + bytes > one->unsent_room) {
        if (!(one->unsent = realloc(one->unsent, one->unsent_room = 2 * (one->unsent_bytes + bytes)))) die("realloc");
    }
    if (!one->is_touched) {
        one->is_touched = 1;
        touched[number_touched++] = one;
    }
    char *place = one->unsent + one->unsent_bytes;
    one->unsent_bytes += bytes;
    return place;
}

static char *reply_to(struct session *one, const char *frame, uint16_t kind)
{
    char *reply = memcpy(room_for(one, T_SIZE), frame, T_SIZE);
    put_u16(reply + T_MessageType, kind);
    return reply;
}

static double price_of(int64_t ticks) { return ticks * TICK_NUMERATOR / TICK_DENOMINATOR; }
static double quantity_of(int64_t lots) { return lots * LOT_NUMERATOR / LOT_DENOMINATOR; }

static void refuse(struct session *one, const char *frame, uint16_t reason)
{
    put_u16(reply_to(one, frame, MSG_REJECT) + T_RejectReason, reason);
}

static void report_accepted(struct order *order)
{
    if (by_account[order->account]) reply_to(by_account[order->account], order->frame, MSG_ORDER_ACK);
}

static void report_fill(uint64_t exec_id, struct order *order, double shares, double price, uint16_t all, uint16_t part)
{
    struct session *owner = by_account[order->account];
    if (!owner) return;
    char *reply = reply_to(owner, order->frame, order->leaves_lots ? part : all);
    double leaves = quantity_of(order->leaves_lots);
    put_f64(reply + T_BOOrderQty, leaves);
    put_u64(reply + T_ExecID, exec_id);
    put_f64(reply + T_ExecShares, shares);
    put_f64(reply + T_RemainingQuantity, leaves);
    put_f64(reply + T_ExecFee, 0);
    put_f64(reply + T_ExecPrice, price);
    put_u16(reply + T_TriggerType, 0);
}

static void report_match(uint64_t exec_id, struct order *maker, struct order *taker, int64_t lots, int64_t ticks)
{
    double shares = quantity_of(lots), price = price_of(ticks);
    report_fill(exec_id, maker, shares, price, MSG_EXECUTION, MSG_EXECUTION_PARTIAL);
    report_fill(exec_id, taker, shares, price, MSG_QUOTE_FILL, MSG_QUOTE_FILL_PARTIAL);
}

/* -- what is asked */

static int64_t steps_of(double value, double numerator, double denominator)
{
    if (!(value >= 0 && value < LARGEST_EXACT * numerator / denominator)) return -1;
    double steps = rint(value * denominator / numerator);
    return steps * numerator / denominator == value && steps < LARGEST_EXACT ? (int64_t)steps : -1;
}

static int is_sane(double value) { return value >= 0 && value <= LARGEST_EXACT; }

static int is_ascii(const char *text, int length)
{
    for (; length; length--) if (*text++ & 0x80) return 0;
    return 1;
}

static void gather_quiet(const char *frame, char *quiet)
{
    for (size_t run = 0; run < LENGTH(quiet_runs); quiet += quiet_runs[run++][1])
        memcpy(quiet, frame + quiet_runs[run][0], quiet_runs[run][1]);
}

static int quiet_fields_are_sane(const char *frame)
{
    for (size_t place = 0; place < LENGTH(quiet_doubles); place++)
        if (!is_sane(get_f64(frame + quiet_doubles[place]))) return 0;
    for (size_t place = 0; place < LENGTH(quiet_texts); place++)
        if (!is_ascii(frame + quiet_texts[place][0], quiet_texts[place][1])) return 0;
    uint16_t reason = get_u16(frame + T_RejectReason);
    return (!reason || reason == REJECT_NONE || reason == REJECT_ACCEPTED) && get_u16(frame + T_TriggerType) <= 3;
}

static int has_results(const char *frame)
{
    static const char nothing[T_SIZE];
    for (size_t run = 0; run < LENGTH(result_runs); run++)
        if (memcmp(frame + result_runs[run][0], nothing, result_runs[run][1])) return 1;
    return 0;
}

/* The quiet fields are looked at only when they differ from those of the last order. */
static int is_quiet(struct session *one, const char *frame)
{
    char quiet[QUIET_BYTES];
    gather_quiet(frame, quiet);
    if (!memcmp(quiet, one->quiet, QUIET_BYTES)) return 1;
    if (memchr(frame + T_Attributes, 'Y', ATTRIBUTES_BYTES) || has_results(frame) || !quiet_fields_are_sane(frame))
        return 0;
    memcpy(one->quiet, quiet, QUIET_BYTES);
    return 1;
}

static int take_cancel(struct session *one, const char *frame)
{
    if (!is_sane(get_f64(frame + T_BOOrderQty))) return REJECT_SIZE_INVALID;
    if (!is_sane(get_f64(frame + T_BOPrice))) return REJECT_PRICE_INVALID;
    if (!is_quiet(one, frame)) return REJECT_INVALID_FIELD_VALUE;
    uint64_t original_id = get_u64(frame + T_OrigOrderID);
    if (!original_id) return REJECT_ORIG_ORDER_ID_INVALID;
    int64_t original_ticks = steps_of(get_f64(frame + T_BOOrigPrice), TICK_NUMERATOR, TICK_DENOMINATOR);
    note_request(one->account - 1, one->trading_session, frame);
    int64_t lots;
    int reason = cancel_order(one->account, original_id, original_ticks, &lots);
    if (!reason) put_f64(reply_to(one, frame, MSG_CANCELLED) + T_BOCancelShares, quantity_of(lots));
    return reason;
}

/* In the order of section 7.5 of the protocol. */
static int take(struct session *one, const char *frame)
{
    uint16_t kind = get_u16(frame + T_MessageType), side = get_u16(frame + T_BOSide);
    if (kind != MSG_ORDER_NEW && kind != MSG_ORDER_CANCEL) return REJECT_MSG_TYPE_INVALID;
    if (get_u16(frame + T_OrderType) != ORDER_TYPE_LIMIT) return REJECT_ORD_TYPE_INVALID;
    if (get_u32(frame + T_Key) != one->key) return REJECT_KEY_INVALID;
    if (get_u32(frame + T_TradingSessionID) != one->trading_session) return REJECT_TRADING_SESSION_INVALID;
    if (get_u16(frame + T_SymbolEnum) != INSTRUMENT) return REJECT_SYMBOL_ENUM_INVALID;
    if (get_u32(frame + T_Account) != one->account) return REJECT_ACCOUNT_INVALID;
    uint64_t id = get_u64(frame + T_OrderID);
    if (!id) return REJECT_ORDERID_INVALID;
    if (side < 1 || side > 3) return REJECT_ORDER_SIDE_INVALID;
    if (!get_u64(frame + T_SendingTime)) return REJECT_SENDING_TIME_INVALID;
    if (kind == MSG_ORDER_CANCEL) return take_cancel(one, frame);
    int64_t lots = steps_of(get_f64(frame + T_BOOrderQty), LOT_NUMERATOR, LOT_DENOMINATOR);
    if (lots < MIN_LOTS || lots > MAX_LOTS) return REJECT_SIZE_INVALID;
    int64_t ticks = steps_of(get_f64(frame + T_BOPrice), TICK_NUMERATOR, TICK_DENOMINATOR);
    if (!is_quiet(one, frame)) return REJECT_INVALID_FIELD_VALUE;
    if (ticks <= 0 || ticks >= LADDER_TICKS) return REJECT_PRICE_INVALID;
    uint16_t time_in_force = get_u16(frame + T_TIF);
    if (time_in_force != TIF_GTC && time_in_force != TIF_DAY) return REJECT_INVALID_FIELD_VALUE;
    if (!is_sane(get_f64(frame + T_BOOrigPrice))) return REJECT_INVALID_FIELD_VALUE;
    note_request(one->account - 1, one->trading_session, frame);
    return new_order(one->account, id, side == 1, ticks, lots, frame);
}

static void log_on(struct session *one, const char *frame)
{
    uint32_t account = get_u32(frame + H_Account);
    char *welcome = memcpy(room_for(one, H_SIZE), frame, H_SIZE);
    if (!account || account > number_of_accounts || by_account[account]) {
        put_u16(welcome + H_LoginStatus, LOGIN_FAILED);
        return;
    }
    one->account = account;
    by_account[account] = one;
    one->trading_session = ++last_trading_session;
    one->key = last_trading_session * 2654435761u & 0x7FFFFFFF;
    put_u32(welcome + H_TradingSessionID, one->trading_session);
    put_u32(welcome + H_Key, one->key);
    put_u16(welcome + H_LoginStatus, LOGIN_SUCCESS);
}

/* -- sockets */

static void forget(struct session *one)
{
    for (size_t place = 0; place < number_touched; place++)
        if (touched[place] == one) touched[place] = touched[--number_touched];
    if (one->account) by_account[one->account] = NULL;
    close(one->descriptor);
    free(one->unsent);
    free(one);
}

static void receive(struct session *one)
{
    ssize_t got = recv(one->descriptor, one->received + one->received_bytes, RECEIVE_BYTES, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        forget(one);
        return;
    }
    one->received_bytes += got;
    char *frame = one->received, *end = frame + one->received_bytes;
    while (end - frame >= HEADER_BYTES) {
        uint16_t length = get_u16(frame + T_MessageLen);
        int is_order = frame[0] == T_LETTER && length == T_SIZE && one->account;
        if (!is_order && !(frame[0] == H_LETTER && length == H_SIZE && !one->account)) {
            forget(one);
            return;
        }
        if (end - frame < length) break;
        int reason = is_order ? take(one, frame) : (log_on(one, frame), 0);
        if (reason) refuse(one, frame, reason);
        frame += length;
    }
    one->received_bytes = end - frame;
    memmove(one->received, frame, one->received_bytes);
}

static void flush(struct session *one)
{
    ssize_t sent = send(one->descriptor, one->unsent, one->unsent_bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) memmove(one->unsent, one->unsent + sent, one->unsent_bytes -= sent);
    if (one->unsent_bytes > SEND_BUFFER_BYTES) {
        forget(one);
        return;
    }
    int wants = one->unsent_bytes > 0;
    if (wants != one->is_watched) {
        struct epoll_event event = {.events = EPOLLIN | (wants ? EPOLLOUT : 0), .data.ptr = one};
        epoll_ctl(selector, EPOLL_CTL_MOD, one->descriptor, &event);
        one->is_watched = wants;
    }
}

static void welcome(int listener)
{
    struct session *one = allocated(1, sizeof *one);
    one->descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (one->descriptor < 0) die("accept");
    setsockopt(one->descriptor, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = one};
    if (epoll_ctl(selector, EPOLL_CTL_ADD, one->descriptor, &event)) die("epoll_ctl");
}

static int listening(void)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 1024)) die("listen");
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("listening on ('127.0.0.1', %d)\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(int count, char **arguments)
{
    if (count != 5) {
        fprintf(stderr, "limit ACCOUNTS DIRECTORY commit|none spin|wait\n");
        return 2;
    }
    number_of_accounts = atoi(arguments[1]);
    by_account = allocated(number_of_accounts + 1, sizeof *by_account);
    touched = allocated(number_of_accounts + 1024, sizeof *touched);
    open_market(number_of_accounts + 1);
    open_journal(arguments[2], !strcmp(arguments[3], "commit"));
    int timeout = strcmp(arguments[4], "spin") ? -1 : 0, listener = listening();
    selector = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event events[1024] = {{.events = EPOLLIN}};
    if (epoll_ctl(selector, EPOLL_CTL_ADD, listener, events)) die("epoll_ctl");
    for (;;) {
        int ready = epoll_wait(selector, events, 1024, timeout);
        int64_t now = now_ns(CLOCK_REALTIME);
        for (int place = 0; place < ready; place++) {
            struct session *one = events[place].data.ptr;
            if (!one) welcome(listener);
            else if (events[place].events & EPOLLOUT && !one->is_touched) one->is_touched = 1, touched[number_touched++] = one;
            if (one && events[place].events & ~EPOLLOUT) receive(one);
        }
        commit(now);
        while (number_touched) {
            struct session *one = touched[--number_touched];
            one->is_touched = 0;
            flush(one);
        }
    }
}
