/* A load client: so many sessions, each with so many messages in flight, and how long each answer took.
 *
 * In: connected and logged-on sockets (inherited, by number), a file with the ring of frames of each, and lines
 * "run SECONDS" on the standard input. Out: one line per run: messages answered, seconds measured; of all runs and what
 * was around them, messages answered, messages refused, reports received; then the histogram of latencies of this run
 * as UPPER_NS:COUNT. Never knows: who answers, how a logon works.
 *
 *     load RINGS WINDOW spin|wait DESCRIPTOR...
 *
 * "spin" asks for readiness again and again instead of sleeping until there is some.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "frame.h"

#define WARM_UP_NS 200000000LL
#define PATIENCE_NS 60000000000LL
#define READ_BYTES (1 << 18)
#define STEPS 32 /* of the histogram within one doubling: a figure is right within 3 % */
#define BUCKETS (64 * STEPS)

struct session {
    int descriptor;
    char *ring;                     /* SLOTS frames, renumbered on each turn */
    uint32_t turn, slot;
    char *unsent;                   /* what the kernel did not take yet */
    size_t unsent_bytes, unsent_room;
    char *received;
    size_t received_bytes;
    int64_t *sent_ns;               /* when each message in flight was sent, a queue */
    uint32_t first, in_flight;
};

static struct session *sessions;
static int number_of_sessions, selector, spins;
static uint32_t window;
static uint64_t answered, refused, reports, total_in_flight, histogram[BUCKETS];
static int measures;

/* An OrderID is turn * 256 + slot: the lowest byte stays, the four above it are the turn. */
static void renumber(struct session *one)
{
    one->turn++;
    one->slot = 0;
    for (char *frame = one->ring; frame < one->ring + SLOTS * T_SIZE; frame += T_SIZE) {
        put_u32(frame + T_OrderID + 1, one->turn);
        if (get_u16(frame + T_MessageType) == MSG_ORDER_CANCEL) put_u32(frame + T_OrigOrderID + 1, one->turn);
    }
}

static void watch(struct session *one, int operation)
{
    struct epoll_event event = {.events = EPOLLIN | (one->unsent_bytes ? EPOLLOUT : 0), .data.ptr = one};
    if (epoll_ctl(selector, operation, one->descriptor, &event)) die("epoll_ctl");
}

static void flush(struct session *one)
{
    size_t had = one->unsent_bytes;
    ssize_t sent = send(one->descriptor, one->unsent, had, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) die("send");
    if (sent > 0) {
        one->unsent_bytes -= sent;
        memmove(one->unsent, one->unsent + sent, one->unsent_bytes);
    }
}

static void send_messages(struct session *one, uint32_t number)
{
    if (!number && !one->unsent_bytes) return;
    int was_full = one->unsent_bytes > 0;
    size_t needed = one->unsent_bytes + (size_t)number * T_SIZE;
    if (needed > one->unsent_room && !(one->unsent = realloc(one->unsent, one->unsent_room = 2 * needed))) die("realloc");
    int64_t now = now_ns(CLOCK_MONOTONIC);
    for (; number; number--) {
        if (one->slot == SLOTS) renumber(one);
        memcpy(one->unsent + one->unsent_bytes, one->ring + one->slot++ * T_SIZE, T_SIZE);
        one->unsent_bytes += T_SIZE;
        one->sent_ns[(one->first + one->in_flight++) % window] = now;
        total_in_flight++;
    }
    flush(one);
    if (was_full != (one->unsent_bytes > 0)) watch(one, EPOLL_CTL_MOD);
}

static void note_latency(int64_t ns)
{
    int doubling = 63 - __builtin_clzll((uint64_t)ns | STEPS);
    histogram[(doubling - 4) * STEPS + (ns >> (doubling - 5)) % STEPS]++;
}

static int64_t upper_ns(int bucket)
{
    int shift = bucket / STEPS - 1;
    return ((int64_t)(STEPS + bucket % STEPS + 1) << shift) - 1;
}

/* Reports to the owner of a resting order are no answers; everything else answers the oldest message in flight. */
static uint32_t count_answers(struct session *one)
{
    uint32_t answers = 0;
    char *frame = one->received, *end = one->received + one->received_bytes;
    int64_t now = now_ns(CLOCK_MONOTONIC);
    for (; end - frame >= T_SIZE; frame += T_SIZE) {
        uint16_t kind = get_u16(frame + T_MessageType);
        if (kind == MSG_EXECUTION || kind == MSG_EXECUTION_PARTIAL) {
            reports++;
            continue;
        }
        refused += kind == MSG_REJECT;
        if (!one->in_flight) {
            fprintf(stderr, "an answer to nothing\n");
            exit(1);
        }
        if (measures) note_latency(now - one->sent_ns[one->first]);
        one->first = (one->first + 1) % window;
        one->in_flight--;
        answers++;
    }
    one->received_bytes = end - frame;
    memmove(one->received, frame, one->received_bytes);
    answered += answers;
    total_in_flight -= answers;
    return answers;
}

static uint32_t receive(struct session *one)
{
    ssize_t got = recv(one->descriptor, one->received + one->received_bytes, READ_BYTES, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return 0;
    if (got <= 0) {
        fprintf(stderr, "the server closed a session of the load client\n");
        exit(1);
    }
    one->received_bytes += got;
    return count_answers(one);
}

/* Serve what is ready until then and a first answer, or until nothing is in flight; each answer makes room for one more message. */
static void turn_until(int64_t end_ns, int goes_on)
{
    struct epoll_event events[64];
    int64_t last_ns = now_ns(CLOCK_MONOTONIC);
    uint64_t before = answered;
    while (goes_on || total_in_flight) {
        int ready = epoll_wait(selector, events, 64, spins ? 0 : 100);
        int64_t now = now_ns(CLOCK_MONOTONIC);
        if (goes_on && now >= end_ns && answered > before) return;
        if (ready > 0) last_ns = now;
        if (now - last_ns > PATIENCE_NS) {
            fprintf(stderr, "no answer for %lld seconds\n", PATIENCE_NS / 1000000000LL);
            exit(1);
        }
        for (int place = 0; place < ready; place++) {
            struct session *one = events[place].data.ptr;
            uint32_t answers = receive(one);
            send_messages(one, goes_on ? answers : 0);
        }
    }
}

static void run(double seconds)
{
    int64_t length_ns = seconds * 1e9;
    for (int place = 0; place < number_of_sessions; place++) send_messages(&sessions[place], window);
    turn_until(now_ns(CLOCK_MONOTONIC) + (length_ns < WARM_UP_NS ? length_ns : WARM_UP_NS), 1);
    memset(histogram, 0, sizeof histogram);
    measures = 1;
    int64_t start_ns = now_ns(CLOCK_MONOTONIC);
    uint64_t before = answered;
    turn_until(start_ns + length_ns, 1);
    double measured_s = (now_ns(CLOCK_MONOTONIC) - start_ns) / 1e9;
    uint64_t number = answered - before;
    measures = 0;
    turn_until(0, 0);
    printf("%llu %.9f %llu %llu %llu", (unsigned long long)number, measured_s, (unsigned long long)answered,
           (unsigned long long)refused, (unsigned long long)reports);
    for (int bucket = 0; bucket < BUCKETS; bucket++)
        if (histogram[bucket]) printf(" %lld:%llu", (long long)upper_ns(bucket), (unsigned long long)histogram[bucket]);
    printf("\n");
    fflush(stdout);
}

int main(int count, char **arguments)
{
    if (count < 5) {
        fprintf(stderr, "load RINGS WINDOW spin|wait DESCRIPTOR...\n");
        return 2;
    }
    FILE *rings = fopen(arguments[1], "rb");
    if (!rings) die(arguments[1]);
    window = atoi(arguments[2]);
    spins = !strcmp(arguments[3], "spin");
    number_of_sessions = count - 4;
    sessions = allocated(number_of_sessions, sizeof *sessions);
    selector = epoll_create1(0);
    for (int place = 0; place < number_of_sessions; place++) {
        struct session *one = &sessions[place];
        one->descriptor = atoi(arguments[4 + place]);
        one->ring = allocated(SLOTS, T_SIZE);
        one->received = allocated(1, READ_BYTES + T_SIZE);
        one->sent_ns = allocated(window, sizeof *one->sent_ns);
        if (fread(one->ring, T_SIZE, SLOTS, rings) != SLOTS) die("the file of rings is too short");
        renumber(one);
        watch(one, EPOLL_CTL_ADD);
    }
    double seconds;
    while (scanf(" run %lf", &seconds) == 1) run(seconds);
    return 0;
}
