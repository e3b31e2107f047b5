using OrleansUploads.Postgres;

namespace OrleansUploads.Silo.Tests.Failover;

/// <summary>The journal while the standby, for which commits wait, is gone, and after its promotion.</summary>
[Collection(nameof(SharedPair)), Campaign]
public sealed class JournalFailoverTests(SharedPair shared) : TestOnPair(shared)
{
    private static readonly byte[] Record = [1];

    private readonly EntityId _upload = new(EntityKind.Upload, $"{Guid.NewGuid():N}");

    [Fact]
    public async Task An_append_whose_wait_for_the_standby_was_cancelled_is_unknown_and_not_done()
    {
        var journal = await OpenAsync();
        await Pair.Standby.StopAsync();
        var append = AppendAsync(journal, 0);
        await CancelWaitsAsync();

        var fault = await Assert.ThrowsAsync<JournalUnavailableException>(() => append);
        Assert.False(fault.IsRefusal);
        Assert.Contains("The outcome of a commit is unknown", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Promise("cluster.md", "the standby is gone, and commits wait for it")]
    public async Task A_record_that_the_standby_lacks_is_not_read_before_the_standby_has_it()
    {
        var journal = await OpenAsync("Command Timeout=2");
        await Pair.Standby.StopAsync();
        await Assert.ThrowsAsync<JournalUnavailableException>(() => AppendAsync(journal, 0));
        await CancelWaitsAsync();
        await Eventually.BecomesTrueAsync(
            async () => (await journal.InspectAsync(_upload, CancellationToken.None)).Version == 1, "the record is visible");

        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.ReadAsync(_upload, Cancellation));

        await Pair.Standby.StartAsync();
        await Pair.Primary.AwaitStandbyAsync();
        Assert.Equal(1, (await journal.ReadAsync(_upload, Cancellation)).Version);
    }

    /// <summary>A host that deletes what nothing refers to must not be told that by a commit which a failover undoes.</summary>
    [Fact]
    public async Task That_a_stream_does_not_exist_is_not_said_before_the_standby_knows_it()
    {
        var journal = await OpenAsync("Command Timeout=2");
        await AppendAsync(journal, 0);
        await Pair.Standby.StopAsync();
        Assert.Equal(1, await journal.ReadVersionAsync(_upload, Cancellation));
        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.ForgetAsync(_upload, 1, Cancellation));
        await CancelWaitsAsync();
        await Eventually.BecomesTrueAsync(
            async () => (await journal.InspectAsync(_upload, CancellationToken.None)).Version == 0, "the stream is gone");

        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.ReadVersionAsync(_upload, Cancellation));

        await Pair.Standby.StartAsync();
        await Pair.Primary.AwaitStandbyAsync();
        Assert.Equal(0, await journal.ReadVersionAsync(_upload, Cancellation));
    }

    [Fact]
    public async Task What_a_hung_primary_has_not_answered_is_unknown_and_the_new_primary_has_what_was_acknowledged()
    {
        var database = await ConnectAsync("Command Timeout=0;Timeout=60");
        var journal = Open(database);
        Assert.Equal(AppendOutcome.Appended, await AppendAsync(journal, 0));
        await Pair.Primary.PauseAsync();
        Task[] asked =
        [
            AppendAsync(journal, 1), journal.ReadAsync(_upload, Cancellation).AsTask(), journal.ReadVersionAsync(_upload, Cancellation).AsTask(),
        ];

        await Pair.PromoteAsync();
        await database.FindPrimaryAsync(Cancellation);

        foreach (var call in asked)
        {
            var fault = await Assert.ThrowsAsync<JournalUnavailableException>(() => call.WaitAsync(TimeSpan.FromSeconds(20), Cancellation));
            Assert.False(fault.IsRefusal);
        }

        Assert.Equal(1, (await journal.ReadAsync(_upload, Cancellation)).Version);
        Assert.Equal(AppendOutcome.Appended, await AppendAsync(journal, 1));
    }

    private async Task<PostgresJournal> OpenAsync(string settings = "") => Open(await ConnectAsync(settings));

    private static PostgresJournal Open(PostgresDatabase database) => new(database, "service");

    private async Task<AppendOutcome> AppendAsync(PostgresJournal journal, long version) =>
        await journal.AppendAsync(new JournalAppend(_upload, version, Record), Cancellation);
}
