namespace OrleansUploads.Engine.Tests.Journals;

public sealed class SqliteJournalRestartTests : IDisposable
{
    private readonly JournalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everything_survives_a_clean_restart_and_no_write_ahead_log_is_left()
    {
        EntityId upload = JournalFolder.Upload(1);
        await using (SqliteJournal journal = _folder.Open())
        {
            await JournalFolder.AppendAsync(journal, upload, 0, "a", "b", "c");
            await journal.SaveSnapshotAsync(upload, 2, "ab"u8.ToArray(), Cancellation);
            await journal.AppendAsync(new JournalAppend(upload, 3, "d"u8.ToArray(), new WakeChange(Some.Noon)), Cancellation);
        }

        Assert.False(File.Exists(_folder.WriteAheadLog));
        await using SqliteJournal reopened = _folder.Open();
        JournalHistory history = await reopened.ReadAsync(upload, Cancellation);
        Assert.Equal(4, history.Version);
        Assert.Equal("ab"u8.ToArray(), history.Snapshot!.Value.ToArray());
        Assert.Equal(2, history.Records.Count);
        Assert.Equal(Some.Noon, history.WakeAt);
        Assert.Equal([upload], await reopened.ListDueAsync(Some.Noon, 10, Cancellation));
    }

    // The index is updated every 1,024 records. Test kills before, at and after an update.
    [Theory]
    [InlineData(1)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(2500)]
    [Promise("operations.md", "the process is killed")]
    public async Task Everything_acknowledged_survives_a_kill_and_the_streams_continue(int records)
    {
        const int Streams = 7;
        await using SqliteJournal journal = _folder.Open();
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(stream =>
            JournalFolder.AppendAsync(journal, JournalFolder.Upload(stream), 0, RecordsOf(stream))));
        await journal.SaveSnapshotAsync(JournalFolder.Upload(0), 1, new byte[1], Cancellation);

        using JournalFolder killed = _folder.CopyAsAfterKill();
        await using SqliteJournal survivor = killed.Open();
        for (int stream = 0; stream < Streams; stream++)
        {
            int cut = stream == 0 ? 1 : 0;
            string[] expected = RecordsOf(stream);
            Assert.Equal(expected.Skip(cut), await JournalFolder.ReadAsync(survivor, JournalFolder.Upload(stream)));
            await JournalFolder.AppendAsync(survivor, JournalFolder.Upload(stream), expected.Length, "next");
        }

        string[] RecordsOf(int stream) =>
            [.. Enumerable.Range(0, records).Where(record => record % Streams == stream).Select(record => $"{record}")];
    }

    [Fact]
    public async Task Closing_writes_the_queued_appends_first()
    {
        Task[] appends;
        await using (SqliteJournal journal = _folder.Open())
        {
            appends = [.. Enumerable.Range(0, 500).Select(number =>
                JournalFolder.AppendAsync(journal, JournalFolder.Upload(number), 0, $"{number}"))];
        }

        await Task.WhenAll(appends);
        await using SqliteJournal reopened = _folder.Open();
        for (int number = 0; number < appends.Length; number++)
            Assert.Equal([$"{number}"], await JournalFolder.ReadAsync(reopened, JournalFolder.Upload(number)));
    }

    [Fact]
    public async Task A_closed_journal_refuses_every_call()
    {
        SqliteJournal journal = _folder.Open();
        await journal.DisposeAsync();
        await journal.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => JournalFolder.AppendAsync(journal, JournalFolder.Upload(1), 0, "a"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => JournalFolder.ReadAsync(journal, JournalFolder.Upload(1)));
    }

    [Fact]
    public async Task Callers_above_the_queue_capacity_are_all_served()
    {
        await using SqliteJournal journal = _folder.Open(new SqliteJournalOptions { QueueCapacity = 2, ReaderThreads = 1 });

        await Task.WhenAll(Enumerable.Range(0, 200).Select(async number =>
        {
            await Task.Yield();
            await JournalFolder.AppendAsync(journal, JournalFolder.Upload(number), 0, "a", "b");
            Assert.Equal(["a", "b"], await JournalFolder.ReadAsync(journal, JournalFolder.Upload(number)));
        }));
    }

    [Fact]
    public async Task A_full_database_refuses_appends_keeps_its_records_and_continues_when_there_is_room()
    {
        string record = new('r', 20_000);
        EntityId first = JournalFolder.Upload(0);
        await using SqliteJournal journal = _folder.Open(new SqliteJournalOptions { MaxDatabaseBytes = 512 * 1024 });
        await JournalFolder.AppendAsync(journal, first, 0, record, record, record);
        int last = 0;
        Exception? refused;
        do
            refused = await Record.ExceptionAsync(() => JournalFolder.AppendAsync(journal, JournalFolder.Upload(++last), 0, record));
        while (refused is null && last < 1000);

        Assert.IsType<JournalUnavailableException>(refused);
        Assert.Empty(await JournalFolder.ReadAsync(journal, JournalFolder.Upload(last)));
        for (int number = 1; number < last; number++)
            Assert.Equal([record], await JournalFolder.ReadAsync(journal, JournalFolder.Upload(number)));

        Assert.Equal(AppendOutcome.Appended, await journal.ForgetAsync(first, 3, Cancellation));
        await JournalFolder.AppendAsync(journal, JournalFolder.Upload(last), 0, record, record);
        Assert.Equal([record, record], await JournalFolder.ReadAsync(journal, JournalFolder.Upload(last)));
    }

    [Fact]
    public async Task A_database_of_a_newer_version_or_of_another_program_is_refused()
    {
        await using (SqliteJournal journal = _folder.Open())
            await JournalFolder.AppendAsync(journal, JournalFolder.Upload(1), 0, "a");

        _folder.Execute("PRAGMA user_version = 2");
        Assert.Contains("format 2", Assert.Throws<NotSupportedException>(() => _folder.Open()).Message, StringComparison.Ordinal);
        _folder.Execute("PRAGMA user_version = 1; PRAGMA application_id = 7");
        Assert.Throws<NotSupportedException>(() => _folder.Open());
    }
}
