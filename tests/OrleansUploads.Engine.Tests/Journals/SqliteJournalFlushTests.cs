namespace OrleansUploads.Engine.Tests.Journals;

/// <summary>The journal's behaviour and errors when a flush or a read fails, inside SQLite or outside it.</summary>
public sealed class SqliteJournalFlushTests : IDisposable
{
    private const int InputOutputError = 5;
    private const int NoSpaceLeft = 28;

    private static readonly EntityId Upload = JournalFolder.Upload(1);

    private readonly JournalFolder _folder = new();
    private readonly FaultyFlush _flush = new();
    private readonly List<Exception> _failures = [];

    public SqliteJournalFlushTests() => FaultySync.Install();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Promise("operations.md", "ENOSPC, EDQUOT (also from a write)")]
    public async Task A_commit_whose_flush_finds_a_full_disk_is_unknown_and_is_rewritten_before_anything_is_served()
    {
        await using SqliteJournal journal = Open();
        await JournalFolder.AppendAsync(journal, Upload, 0, "a");
        FaultySync.Set(_folder.WriteAheadLog, NoSpaceLeft);
        await AssertUnknownAsync(journal, version: 1, "b");
        FaultySync.Set(_folder.WriteAheadLog, 0);
        int asked = _flush.Asked.Count;

        // Either answer is correct, depending on the log. But it must be the same before and after a restart.
        string[] served = await JournalFolder.ReadAsync(journal, Upload);
        Assert.Equal(_folder.WriteAheadLog, _flush.Asked[asked]);
        using JournalFolder killed = _folder.CopyAsAfterKill();
        await using (SqliteJournal restarted = killed.Open())
        {
            string[] again = await JournalFolder.ReadAsync(restarted, Upload);
            Assert.Equal(served, again);
        }

        await JournalFolder.AppendAsync(journal, Upload, served.Length, "c");
        Assert.Equal("c", (await JournalFolder.ReadAsync(journal, Upload))[^1]);
        Assert.Null(journal.Failure);
    }

    [Fact]
    [Promise("operations.md", "ENOSPC, EDQUOT (also from a write)")]
    public async Task Nothing_is_served_until_there_is_room_to_rewrite_a_failed_commit()
    {
        await using SqliteJournal journal = Open();
        await JournalFolder.AppendAsync(journal, Upload, 0, "a");
        FaultySync.Set(_folder.WriteAheadLog, NoSpaceLeft);
        _flush.Fail(NoSpaceLeft, path => path == _folder.WriteAheadLog);
        await AssertUnknownAsync(journal, version: 1, "b");

        await Assert.ThrowsAsync<JournalUnavailableException>(() => JournalFolder.ReadAsync(journal, Upload));
        await AssertUnknownAsync(journal, version: 1, "b");
        FaultySync.Set(_folder.WriteAheadLog, 0);
        _flush.Heal();

        string[] served = await JournalFolder.ReadAsync(journal, Upload);
        await JournalFolder.AppendAsync(journal, Upload, served.Length, "c");
        Assert.Null(journal.Failure);
    }

    [Fact]
    [Promise("operations.md", "EIO, EROFS, any other")]
    public async Task After_any_other_flush_failure_of_a_commit_nothing_is_served_until_a_restart()
    {
        await using (SqliteJournal journal = Open())
        {
            await JournalFolder.AppendAsync(journal, Upload, 0, "a");
            FaultySync.Set(_folder.WriteAheadLog, InputOutputError);
            await AssertUnknownAsync(journal, version: 1, "b");
            FaultySync.Set(_folder.WriteAheadLog, 0);

            await Assert.ThrowsAsync<JournalUnavailableException>(() => JournalFolder.ReadAsync(journal, Upload));
            await AssertUnknownAsync(journal, version: 1, "b");
            Assert.Same(journal.Failure, Assert.Single(_failures));
        }

        await using SqliteJournal restarted = Open();
        string[] served = await JournalFolder.ReadAsync(restarted, Upload);
        Assert.Equal("a", served[0]);
        await JournalFolder.AppendAsync(restarted, Upload, served.Length, "c");
    }

    [Fact]
    public async Task A_failed_read_says_why_and_the_next_one_succeeds()
    {
        await using SqliteJournal journal = Open();
        await JournalFolder.AppendAsync(journal, Upload, 0, "a");
        string[] files = [_folder.Database, _folder.WriteAheadLog];
        Array.ForEach(files, file => FaultySync.SetReadable(file, isReadable: false));

        var failure = await Assert.ThrowsAsync<JournalUnavailableException>(() => JournalFolder.ReadAsync(journal, Upload));

        Array.ForEach(files, file => FaultySync.SetReadable(file, isReadable: true));
        Assert.Contains("disk I/O error", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["a"], await JournalFolder.ReadAsync(journal, Upload));
    }

    [Fact]
    [Promise("operations.md", "EIO, EROFS, any other")]
    public async Task Log_content_left_by_a_killed_process_is_flushed_before_it_is_served()
    {
        JournalFolder killed;
        await using (SqliteJournal journal = Open())
        {
            await JournalFolder.AppendAsync(journal, Upload, 0, "a");
            killed = _folder.CopyAsAfterKill();
        }

        using (killed)
        {
            _flush.Fail(InputOutputError, path => path == killed.WriteAheadLog);
            Assert.Throws<JournalUnavailableException>(() => killed.Open(new SqliteJournalOptions { Flush = _flush }));
            _flush.Heal();
            await using SqliteJournal restarted = killed.Open(new SqliteJournalOptions { Flush = _flush });
            Assert.Equal(["a"], await JournalFolder.ReadAsync(restarted, Upload));
        }
    }

    [Fact]
    public void A_journal_whose_directory_entries_cannot_be_flushed_does_not_open()
    {
        _flush.Fail(InputOutputError, path => path == _folder.Folder);
        Assert.Throws<JournalUnavailableException>(() => Open());
    }

    [Fact]
    public void A_new_journal_is_flushed_before_it_is_served()
    {
        FaultySync.Set(_folder.Database, InputOutputError);
        Assert.Throws<JournalUnavailableException>(() => Open());
        FaultySync.Set(_folder.Database, 0);
    }

    [Fact]
    public async Task Only_the_owner_can_read_the_files_including_those_of_an_earlier_version()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no Unix file modes.");
            return;
        }

        const UnixFileMode everyone =
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        await Open().DisposeAsync();
        foreach (string file in Directory.GetFiles(_folder.Folder))
            File.SetUnixFileMode(file, everyone);

        await using SqliteJournal journal = Open();
        foreach (string file in Directory.GetFiles(_folder.Folder))
            Assert.Equal((file, UnixFileMode.UserRead | UnixFileMode.UserWrite), (file, File.GetUnixFileMode(file)));
    }

    private static async Task AssertUnknownAsync(SqliteJournal journal, long version, string record) =>
        await Assert.ThrowsAsync<JournalUnavailableException>(() => JournalFolder.AppendAsync(journal, Upload, version, record));

    private SqliteJournal Open() =>
        _folder.Open(new SqliteJournalOptions { Flush = _flush, OnFailure = _failures.Add });
}
