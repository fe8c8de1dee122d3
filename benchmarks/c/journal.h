/* The journal of the limit gateway: one checksummed record per pass, one write, and one sync if it is durable.
 *
 * In: the frames of a pass. Out: records as docs/journal.md describes them, in segments made ahead, behind the same
 * look at the fence with which the venue makes sure that nobody has taken over.
 */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frame.h"

static struct {
    int directory, epoch, segment, reserve, is_durable;
    uint64_t number, offset, sequence;
    uint32_t crc;
    char *record;
    size_t bytes, room;
    uint32_t entries;
    uint32_t table[16][256];
} journal;

static void make_crc_tables(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
        journal.table[0][byte] = crc;
    }
    for (int slice = 1; slice < 16; slice++)
        for (int byte = 0; byte < 256; byte++) {
            uint32_t crc = journal.table[slice - 1][byte];
            journal.table[slice][byte] = crc >> 8 ^ journal.table[0][crc & 255];
        }
}

static uint32_t crc32_of(const char *place, size_t length, uint32_t crc)
{
    crc = ~crc;
    for (; length >= 16; length -= 16, place += 16) {
        unsigned char block[16];
        memcpy(block, place, 16);
        for (int byte = 0; byte < 4; byte++) block[byte] ^= crc >> 8 * byte;
        crc = 0;
#pragma GCC unroll 16
        for (int byte = 0; byte < 16; byte++) crc ^= journal.table[15 - byte][block[byte]];
    }
    for (; length; length--) crc = crc >> 8 ^ journal.table[0][(crc ^ (unsigned char)*place++) & 255];
    return ~crc;
}

static int new_segment(void)
{
    char name[32];
    snprintf(name, sizeof name, "%08llu.journal", (unsigned long long)++journal.number);
    int descriptor = openat(journal.directory, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0 || posix_fallocate(descriptor, 0, JOURNAL_SEGMENT_BYTES)) die(name);
    if (fsync(descriptor) || fsync(journal.directory)) die(name);
    return descriptor;
}

static void begin_record(void)
{
    journal.bytes = JOURNAL_HEADER_BYTES;
    journal.entries = 0;
}

static void open_journal(const char *directory, int is_durable)
{
    make_crc_tables();
    journal.is_durable = is_durable;
    journal.directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    journal.epoch = openat(journal.directory, "epoch", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (journal.directory < 0 || journal.epoch < 0) die(directory);
    if (pwrite(journal.epoch, "1", 1, 0) != 1) die("epoch");
    journal.segment = new_segment();
    journal.reserve = new_segment();
    journal.offset = JOURNAL_SEGMENT_HEADER_BYTES;
    journal.record = allocated(1, journal.room = 1 << 20);
    begin_record();
}

static void note_request(uint32_t participant, uint32_t trading_session, const char *frame)
{
    size_t needed = journal.bytes + JOURNAL_ENTRY_BYTES + T_SIZE;
    if (needed > journal.room && !(journal.record = realloc(journal.record, journal.room *= 2))) die("realloc");
    char *entry = journal.record + journal.bytes;
    entry[ENTRY_kind] = JOURNAL_REQUEST;
    entry[ENTRY_flags] = 0;
    put_u32(entry + ENTRY_participant, participant);
    put_u32(entry + ENTRY_trading_session, trading_session);
    put_u32(entry + ENTRY_body_length, T_SIZE);
    memcpy(entry + JOURNAL_ENTRY_BYTES, frame, T_SIZE);
    journal.bytes = needed;
    journal.entries++;
}

static void refuse_when_fenced(void)
{
    struct stat status;
    char epoch;
    if (fstat(journal.epoch, &status) || !status.st_nlink || pread(journal.epoch, &epoch, 1, 0) != 1 || epoch != '1') {
        fprintf(stderr, "another process has taken the journal over\n");
        exit(1);
    }
}

static void commit(int64_t time_ns)
{
    if (!journal.entries) return;
    char *head = journal.record;
    memcpy(head + RECORD_magic, JOURNAL_MAGIC, 4);
    put_u32(head + RECORD_length, journal.bytes);
    put_u16(head + RECORD_type, JOURNAL_COMMIT);
    put_u16(head + RECORD_version, JOURNAL_VERSION);
    put_u32(head + RECORD_epoch, 1);
    put_u64(head + RECORD_first_sequence, journal.sequence + 1);
    put_u64(head + RECORD_time_ns, time_ns);
    put_u32(head + RECORD_previous_crc, journal.crc);
    journal.crc = crc32_of(head, RECORD_crc, 0);
    journal.crc = crc32_of(head + JOURNAL_HEADER_BYTES, journal.bytes - JOURNAL_HEADER_BYTES, journal.crc);
    put_u32(head + RECORD_crc, journal.crc);
    refuse_when_fenced();
    if (journal.offset + journal.bytes > JOURNAL_SEGMENT_BYTES) {
        close(journal.segment);
        journal.segment = journal.reserve;
        journal.reserve = -1;
        journal.offset = JOURNAL_SEGMENT_HEADER_BYTES;
    }
    if (pwrite(journal.segment, head, journal.bytes, journal.offset) != (ssize_t)journal.bytes) die("pwrite");
    if (journal.is_durable && fdatasync(journal.segment)) die("fdatasync");
    if (journal.reserve < 0) journal.reserve = new_segment();
    journal.offset += journal.bytes;
    journal.sequence += journal.entries;
    begin_record();
}

#endif
