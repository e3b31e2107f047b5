using System.Text;

namespace OrleansUploads.Engine.Tests.Journals;

public sealed class SqliteJournalDamageTests : IDisposable
{
    private static readonly EntityId Damaged = JournalFolder.Upload(1);
    private static readonly EntityId Other = JournalFolder.Upload(2);
    private readonly JournalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("first-record")]
    [InlineData("last-record")]
    [InlineData("the-snapshot")]
    [Promise("operations.md", "a record of the journal is damaged")]
    public async Task A_flipped_bit_in_a_record_or_snapshot_refuses_that_stream_only(string damagedText)
    {
        await WriteTwoStreamsAsync();
        _folder.FlipBitIn(damagedText);

        await using SqliteJournal journal = _folder.Open();
        await AssertOnlyOneRefusesAsync(journal);
        Assert.Equal(damagedText == "the-snapshot" ? [] : [Damaged], journal.DamagedAtOpen);
    }

    [Theory]
    [InlineData("DELETE FROM records WHERE version = 3", "record 3 is missing")]
    [InlineData("DELETE FROM records WHERE version = 4", "record 4 is missing")]
    [InlineData("DELETE FROM snapshots", "record 2 is missing")]
    [InlineData("UPDATE streams SET version = 3 WHERE key = 'upload-1'", "index entry")]
    [InlineData("UPDATE streams SET wake_at = 1 WHERE key = 'upload-1'", "index entry")]
    [InlineData("UPDATE records SET version = 9 WHERE version = 3", "record 3 is missing")]
    [InlineData("UPDATE records SET payload = (SELECT payload FROM records WHERE version = 4) WHERE version = 3", "checksum of record 3 is wrong")]
    [InlineData("UPDATE snapshots SET version = 1", "snapshot of version 1 is wrong")]
    [Promise("operations.md", "a record of the journal is damaged")]
    public async Task A_missing_or_misplaced_record_refuses_that_stream_only(string change, string message)
    {
        await WriteTwoStreamsAsync();
        _folder.Execute(change);

        await using SqliteJournal journal = _folder.Open();
        JournalDamagedException refused = await AssertOnlyOneRefusesAsync(journal);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Contains("restore", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Promise("operations.md", "a record of the journal is damaged")]
    public async Task A_write_to_a_damaged_stream_fails_without_affecting_others()
    {
        await WriteTwoStreamsAsync();
        _folder.Execute("DELETE FROM records WHERE version = 3");
        await using SqliteJournal journal = _folder.Open();

        Task[] others = [.. Enumerable.Range(10, 50).Select(AppendAsync)];
        Task snapshot = journal.SaveSnapshotAsync(Damaged, 4, new byte[1], Cancellation).AsTask();
        Task[] more = [.. Enumerable.Range(100, 50).Select(AppendAsync)];

        await Assert.ThrowsAsync<JournalDamagedException>(() => snapshot);
        await Task.WhenAll([.. others, .. more]);
        Assert.Equal(["mine"], await JournalFolder.ReadAsync(journal, JournalFolder.Upload(10)));

        Task AppendAsync(int number) => JournalFolder.AppendAsync(journal, JournalFolder.Upload(number), 0, "mine");
    }

    [Theory]
    [InlineData("UPDATE records SET version = version + 1 WHERE sequence = 3")]
    [InlineData("UPDATE records SET previous = 1 WHERE sequence = 3")]
    [InlineData("UPDATE records SET stream = 99 WHERE sequence = 3")]
    [InlineData("DELETE FROM records WHERE sequence = 2")]
    [InlineData("UPDATE streams SET wake_at = 1")]
    [InlineData("UPDATE journal SET indexed_through = 4")]
    [InlineData("UPDATE journal SET sequence = 5")]
    public async Task A_tail_of_the_log_that_does_not_continue_the_index_is_refused(string change)
    {
        await using SqliteJournal journal = _folder.Open();
        await JournalFolder.AppendAsync(journal, Damaged, 0, "a", "b", "c", "d");
        using JournalFolder killed = _folder.CopyAsAfterKill();
        killed.Execute(change);

        Assert.Throws<JournalDamagedException>(() => killed.Open());
    }

    [Fact]
    public async Task A_file_that_is_not_a_database_is_refused()
    {
        await WriteTwoStreamsAsync();
        await File.WriteAllBytesAsync(_folder.Database, Encoding.UTF8.GetBytes(new string('x', 8192)), Cancellation);

        var refusal = Assert.Throws<JournalDamagedException>(() => _folder.Open()).Message;
        Assert.Contains("restore", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("others stay available", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_flipped_bit_in_the_database_is_detected_or_harmless()
    {
        await WriteTwoStreamsAsync();
        byte[] intact = await File.ReadAllBytesAsync(_folder.Database, Cancellation);
        var random = new Random(20260201);
        int noticed = 0;
        for (int round = 0; round < 150; round++)
        {
            await File.WriteAllBytesAsync(_folder.Database, intact, Cancellation);
            FileDamage.Flip(_folder.Database, random.Next(intact.Length));
            try
            {
                await using SqliteJournal journal = _folder.Open();
                await AssertHistoryIsCorrectOrAbsentAsync(journal);
            }
            catch (Exception refused) when (refused is JournalDamagedException or NotSupportedException or JournalUnavailableException)
            {
                noticed++;
            }
        }

        Assert.InRange(noticed, 1, 149);
    }

    private async Task WriteTwoStreamsAsync()
    {
        await using SqliteJournal journal = _folder.Open();
        await JournalFolder.AppendAsync(journal, Damaged, 0, "cut", "cut");
        await JournalFolder.AppendAsync(journal, Other, 0, "other-1", "other-2");
        await JournalFolder.AppendAsync(journal, Damaged, 2, "first-record", "last-record");
        await journal.SaveSnapshotAsync(Damaged, 2, "the-snapshot"u8.ToArray(), Cancellation);
    }

    private static async Task<JournalDamagedException> AssertOnlyOneRefusesAsync(SqliteJournal journal)
    {
        var refused = await Assert.ThrowsAsync<JournalDamagedException>(() => JournalFolder.ReadAsync(journal, Damaged));
        Assert.Contains(Damaged.ToString(), refused.Message, StringComparison.Ordinal);
        Assert.Equal(["other-1", "other-2"], await JournalFolder.ReadAsync(journal, Other));
        await JournalFolder.AppendAsync(journal, Other, 2, "other-3");
        return refused;
    }

    // A flipped bit in a name can hide its stream, but no flipped bit may change what a stream returns.
    private static async Task AssertHistoryIsCorrectOrAbsentAsync(SqliteJournal journal)
    {
        string[] first = await JournalFolder.ReadAsync(journal, Damaged);
        string[] second = await JournalFolder.ReadAsync(journal, Other);
        Assert.True(first is [] or ["first-record", "last-record"], string.Join(',', first));
        Assert.True(second is [] or ["other-1", "other-2"], string.Join(',', second));
    }
}
