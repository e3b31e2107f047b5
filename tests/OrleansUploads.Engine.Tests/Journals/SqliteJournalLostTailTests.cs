namespace OrleansUploads.Engine.Tests.Journals;

/// <summary>SQLite silently drops the end of a write-ahead log that is damaged. Acknowledged records must not be lost with
/// it.</summary>
public sealed class SqliteJournalLostTailTests : IAsyncLifetime
{
    private readonly JournalFolder _folder = new();
    private SqliteJournal _journal = null!;

    public async ValueTask InitializeAsync()
    {
        _journal = _folder.Open();
        await JournalFolder.AppendAsync(_journal, JournalFolder.Upload(1), 0, "a", "b", "c");
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(100, 0)]
    [InlineData(4096, 0)]
    [InlineData(4119, 0)]
    [InlineData(9000, 0)]
    [InlineData(0, 1)]
    [InlineData(0, 4120)]
    [InlineData(0, 10_000)]
    [InlineData(0, 1_000_000)]
    [Promise("operations.md", "the end of the journal is lost or damaged, or journal.mark is damaged")]
    public void A_bit_flipped_near_the_end_of_the_log_or_a_log_that_is_cut_short_refuses_the_journal(int flippedBeforeEnd, int cutBytes)
    {
        using JournalFolder killed = _folder.CopyAsAfterKill();
        if (flippedBeforeEnd > 0)
            FileDamage.Flip(killed.WriteAheadLog, -flippedBeforeEnd);
        FileDamage.Cut(killed.WriteAheadLog, cutBytes);
        byte[][] before = [File.ReadAllBytes(killed.Database), File.ReadAllBytes(killed.WriteAheadLog)];

        var refused = Assert.Throws<JournalDamagedException>(() => killed.Open());

        Assert.Contains("3 changes were acknowledged", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Restore the whole folder from a backup", refused.Message, StringComparison.Ordinal);
        Assert.Contains("delete journal.mark", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before[0], File.ReadAllBytes(killed.Database));
        Assert.Equal(before[1], File.ReadAllBytes(killed.WriteAheadLog));
    }

    [Fact]
    public void A_lost_log_refuses_the_journal()
    {
        using JournalFolder killed = _folder.CopyAsAfterKill();
        File.Delete(killed.WriteAheadLog);

        Assert.Throws<JournalDamagedException>(() => killed.Open());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Promise("operations.md", "journal.db is missing, but there are bytes")]
    public void A_lost_or_empty_database_refuses_the_journal_and_is_not_recreated(bool empty)
    {
        using JournalFolder killed = _folder.CopyAsAfterKill();
        File.Delete(killed.Database);
        if (empty)
            File.Create(killed.Database).Dispose();

        Assert.Throws<JournalDamagedException>(() => killed.Open());

        Assert.Equal(empty, File.Exists(killed.Database));
        Assert.True(File.Exists(killed.WriteAheadLog));
    }

    [Fact]
    [Promise("operations.md", "the end of the journal is lost or damaged, or journal.mark is damaged")]
    public async Task The_loss_can_be_accepted_by_deleting_the_mark()
    {
        using JournalFolder killed = _folder.CopyAsAfterKill();
        FileDamage.Cut(killed.WriteAheadLog, 1);
        File.Delete(killed.Mark);

        await using (SqliteJournal journal = killed.Open())
        {
            Assert.Equal(["a", "b"], await JournalFolder.ReadAsync(journal, JournalFolder.Upload(1)));
            await JournalFolder.AppendAsync(journal, JournalFolder.Upload(1), 2, "again");
        }

        await using SqliteJournal reopened = killed.Open();
        Assert.Equal(["a", "b", "again"], await JournalFolder.ReadAsync(reopened, JournalFolder.Upload(1)));
    }

    [Fact]
    public async Task A_transaction_that_was_never_acknowledged_may_be_torn()
    {
        // Restore the mark from before the last commit, as after a kill between the commit's write and its acknowledgement.
        byte[] mark = await File.ReadAllBytesAsync(_folder.Mark, Cancellation);
        await JournalFolder.AppendAsync(_journal, JournalFolder.Upload(1), 3, "torn");
        using JournalFolder killed = _folder.CopyAsAfterKill();
        await File.WriteAllBytesAsync(killed.Mark, mark, Cancellation);
        FileDamage.Cut(killed.WriteAheadLog, 50);

        await using SqliteJournal journal = killed.Open();

        Assert.Equal(["a", "b", "c"], await JournalFolder.ReadAsync(journal, JournalFolder.Upload(1)));
        await JournalFolder.AppendAsync(journal, JournalFolder.Upload(1), 3, "d");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(4120)]
    [InlineData(20_000)]
    public async Task Garbage_after_the_last_commit_is_ignored(int garbageBytes)
    {
        using JournalFolder killed = _folder.CopyAsAfterKill();
        var garbage = new byte[garbageBytes];
        new Random(garbageBytes).NextBytes(garbage);
        await File.AppendAllBytesAsync(killed.WriteAheadLog, garbage, Cancellation);

        await using SqliteJournal journal = killed.Open();

        Assert.Equal(["a", "b", "c"], await JournalFolder.ReadAsync(journal, JournalFolder.Upload(1)));
    }

    [Fact]
    public async Task With_a_torn_mark_the_older_slot_still_protects_the_journal()
    {
        // Writes of the mark alternate between its two slots, and a crash can tear either. The journal must open with the
        // other one.
        for (int slot = 0; slot < 2; slot++)
        {
            using JournalFolder killed = _folder.CopyAsAfterKill();
            FileDamage.Flip(killed.Mark, (slot * 4096) + 9);
            await using (SqliteJournal journal = killed.Open())
                Assert.Equal(["a", "b", "c"], await JournalFolder.ReadAsync(journal, JournalFolder.Upload(1)));

            using JournalFolder cut = _folder.CopyAsAfterKill();
            FileDamage.Flip(cut.Mark, (slot * 4096) + 9);
            FileDamage.Cut(cut.WriteAheadLog, new FileInfo(cut.WriteAheadLog).Length);
            Assert.Throws<JournalDamagedException>(() => cut.Open());
        }
    }

    [Fact]
    [Promise("operations.md", "the end of the journal is lost or damaged, or journal.mark is damaged")]
    public void A_mark_without_a_readable_slot_refuses_the_journal()
    {
        using JournalFolder killed = _folder.CopyAsAfterKill();
        FileDamage.Flip(killed.Mark, 9);
        FileDamage.Flip(killed.Mark, 4096 + 9);

        var refused = Assert.Throws<JournalDamagedException>(() => killed.Open());
        Assert.Contains("delete journal.mark", refused.Message, StringComparison.Ordinal);
    }
}
