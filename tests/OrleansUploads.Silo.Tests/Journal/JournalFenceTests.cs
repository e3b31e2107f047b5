using System.Text;
using OrleansUploads.Postgres;

namespace OrleansUploads.Silo.Tests.Journal;

/// <summary>What decides between silos that write one stream at the same time.</summary>
public sealed class JournalFenceTests(SharedDatabase database) : IClassFixture<SharedDatabase>, IAsyncLifetime
{
    private const string Stream = "5/upload";
    private static readonly EntityId Upload = new(EntityKind.Upload, "upload");

    private OpenJournals _journals = null!;
    private PostgresJournal _journal = null!;

    /// <summary>What another host sends.</summary>
    private JournalCommands Commands => new(_journals.Service);

    public async ValueTask InitializeAsync()
    {
        _journals = new OpenJournals(await database.Connection);
        _journal = _journals.Open();
    }

    public ValueTask DisposeAsync() => _journals.DisposeAsync();

    [Fact]
    public async Task Four_hosts_that_append_at_once_never_both_get_a_version()
    {
        const int Hosts = 4;
        const int Versions = 60;
        var appended = new string?[Versions];
        await Task.WhenAll(Enumerable.Range(0, Hosts).Select(host => Task.Run(() => PlayAsync(host), Cancellation)));

        var history = await _journal.ReadAsync(Upload, Cancellation);
        Assert.Equal(appended, history.Records.Select(static record => Encoding.UTF8.GetString(record.Span)));

        async Task PlayAsync(int host)
        {
            var journal = _journals.Open();
            for (var version = 0L; version < Versions;)
            {
                var text = string.Create(CultureInfo.InvariantCulture, $"{host} {version}");
                if (await AppendAsync(journal, version, text) == AppendOutcome.Appended)
                {
                    Assert.Null(Interlocked.Exchange(ref appended[version], text));
                    version++;
                }
                else
                {
                    version = await journal.ReadVersionAsync(Upload, Cancellation);
                }
            }
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(2, true)]
    [InlineData(2, false)]
    public async Task An_append_waits_for_another_of_the_same_version_and_conflicts_if_that_is_committed(long version, bool commits)
    {
        await FillAsync(version);
        await using var other = await BeginAsync(Commands.Append(new JournalAppend(Upload, version, "other"u8.ToArray())));
        var append = AppendAsync(_journal, version, "mine");
        await AwaitWaitingAsync();
        await other.EndAsync(commits);

        Assert.Equal(commits ? AppendOutcome.Conflict : AppendOutcome.Appended, await append);
        Assert.Equal(commits ? "other" : "mine", await NewestAsync());
    }

    [Fact]
    public async Task A_host_that_missed_a_compaction_appends_at_no_version()
    {
        await FillAsync(5);
        await _journal.SaveSnapshotAsync(Upload, 4, "1 to 4"u8.ToArray(), Cancellation);
        Assert.Equal("4 5", await _journals.VersionsAsync(Stream));

        for (var version = 0; version < 5; version++)
        {
            Assert.Equal(AppendOutcome.Conflict, await AppendAsync(_journal, version, "stale"));
        }

        Assert.Equal(AppendOutcome.Conflict, await AppendAsync(_journal, 6, "ahead"));
        Assert.Equal("4 5", await _journals.VersionsAsync(Stream));
        Assert.Equal(AppendOutcome.Appended, await AppendAsync(_journal, 5, "6"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_forget_waits_for_an_append_and_conflicts_if_that_is_committed(bool commits)
    {
        await FillAsync(2);
        await using var append = await BeginAsync(Commands.Append(new JournalAppend(Upload, 2, "3"u8.ToArray())));
        var forget = _journal.ForgetAsync(Upload, 2, Cancellation).AsTask();
        await AwaitWaitingAsync();
        await append.EndAsync(commits);

        Assert.Equal(commits ? AppendOutcome.Conflict : AppendOutcome.Appended, await forget);
        Assert.Equal(commits ? 3 : 0, (await _journal.ReadAsync(Upload, Cancellation)).Version);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_append_waits_for_a_forget_and_conflicts_if_that_is_committed(bool commits)
    {
        await FillAsync(2);
        await using var forget = await BeginAsync(Commands.Forget(Upload, 2));
        var append = AppendAsync(_journal, 2, "3");
        await AwaitWaitingAsync();
        await forget.EndAsync(commits);

        Assert.Equal(commits ? AppendOutcome.Conflict : AppendOutcome.Appended, await append);
        Assert.Equal(commits ? 0 : 3, (await _journal.ReadAsync(Upload, Cancellation)).Version);
    }

    [Fact]
    public async Task A_snapshot_that_meets_a_forget_leaves_nothing()
    {
        await FillAsync(2);
        await using var forget = await BeginAsync(Commands.Forget(Upload, 2));
        var snapshot = _journal.SaveSnapshotAsync(Upload, 2, "late"u8.ToArray(), Cancellation).AsTask();
        await AwaitWaitingAsync();
        await forget.EndAsync(commits: true);
        await snapshot;

        Assert.Null((await _journal.ReadAsync(Upload, Cancellation)).Snapshot);
    }

    [Fact]
    public async Task A_snapshot_deletes_what_it_holds_in_batches_and_never_what_it_does_not_hold()
    {
        const int Records = 2 * JournalCommands.MaxPruned;
        await FillAsync(Records + 2);
        await _journal.SaveSnapshotAsync(Upload, Records + 5, "beyond the stream"u8.ToArray(), Cancellation);
        Assert.Equal($"{Records + 2}", await CountAsync());

        await _journals.ExecuteAsync($"INSERT INTO uploads_snapshot VALUES ($, '{Stream}', {Records + 1}, 0, '')");
        var prune = Commands.PruneOldest(Upload);
        await using (var other = await BeginAsync(prune))
        {
            Assert.Equal((ulong)JournalCommands.MaxPruned, prune.Rows);
            await other.EndAsync(commits: false);
        }

        await _journal.SaveSnapshotAsync(Upload, Records + 1, "no newer"u8.ToArray(), Cancellation);
        Assert.Equal($"{Records + 1} {Records + 2}", await _journals.VersionsAsync(Stream));
    }

    [Fact]
    public async Task An_old_snapshot_that_arrives_late_changes_nothing()
    {
        await FillAsync(5);
        await _journal.SaveSnapshotAsync(Upload, 4, "4"u8.ToArray(), Cancellation);
        await _journal.SaveSnapshotAsync(Upload, 3, "3"u8.ToArray(), Cancellation);

        var history = await _journal.ReadAsync(Upload, Cancellation);
        Assert.Equal("4"u8.ToArray(), history.Snapshot!.Value.ToArray());
        Assert.Equal(5, history.Version);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_lost_fence_fails_its_own_append_among_many_in_one_transaction(long version)
    {
        var others = Enumerable.Range(0, 200).Select(static number => new EntityId(EntityKind.Upload, $"u{number}")).ToList();
        await FillAsync(version + 1);
        await AppendTogetherAsync(Enumerable.Range(0, (int)version).SelectMany(before => others.Select(other => Record(other, before))));

        var outcomes = await AppendTogetherAsync(others.Select(other => Record(other, version)).Append(Record(Upload, version)));
        Assert.Equal(others.Count, Assert.Single(outcomes.Index(), static append => append.Item == AppendOutcome.Conflict).Index);
        Assert.Equal($"{(others.Count + 1) * (version + 1)}", await CountAsync());
        foreach (var other in others)
        {
            var newest = (await _journal.ReadAsync(other, Cancellation)).Records[^1];
            Assert.Equal(Record(other, version).Record.ToArray(), newest.ToArray());
        }

        var transactions = await _journals.QueryAsync($"SELECT count(DISTINCT xmin::text) FROM uploads_record WHERE service = $ AND version > {version}");
        Assert.InRange(int.Parse(transactions!, CultureInfo.InvariantCulture), 1, 1 + (others.Count / 10));

        static JournalAppend Record(EntityId entity, long version) => new(entity, version, Encoding.UTF8.GetBytes($"{entity} {version}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_append_among_others_waits_for_a_forget_and_conflicts_if_that_is_committed(bool commits)
    {
        var (before, after) = (new EntityId(EntityKind.Upload, "a"), new EntityId(EntityKind.Upload, "z"));
        EntityId[] all = [before, Upload, after];
        await AppendTogetherAsync(all.Select(static entity => new JournalAppend(entity, 0, new byte[1])));
        await using var forget = await BeginAsync(Commands.Forget(Upload, 1));
        var appends = AppendTogetherAsync(all.Select(static entity => new JournalAppend(entity, 1, new byte[1])));
        await AwaitWaitingAsync();
        await forget.EndAsync(commits);

        Assert.Equal([AppendOutcome.Appended, commits ? AppendOutcome.Conflict : AppendOutcome.Appended, AppendOutcome.Appended], await appends);
        Assert.Equal(commits ? 0 : 2, await _journal.ReadVersionAsync(Upload, Cancellation));
    }

    [Fact]
    public async Task An_append_among_others_waits_for_another_of_the_same_version_and_conflicts()
    {
        var neighbour = new EntityId(EntityKind.Upload, "a");
        EntityId[] both = [neighbour, Upload];
        await AppendTogetherAsync(both.Select(static entity => new JournalAppend(entity, 0, new byte[1])));
        await using var other = await BeginAsync(Commands.Append(new JournalAppend(Upload, 1, "other"u8.ToArray())));
        var appends = AppendTogetherAsync(both.Select(static entity => new JournalAppend(entity, 1, "mine"u8.ToArray())));
        await AwaitWaitingAsync();
        await other.EndAsync(commits: true);

        Assert.Equal([AppendOutcome.Appended, AppendOutcome.Conflict], await appends);
        Assert.Equal("other", await NewestAsync());
    }

    [Fact]
    public async Task The_appends_of_one_stream_in_one_transaction_keep_their_order()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(version => AppendAsync(_journal, version, $"{version}")));

        Assert.All(outcomes, static outcome => Assert.Equal(AppendOutcome.Appended, outcome));
        Assert.Equal(50, await _journal.ReadVersionAsync(Upload, Cancellation));
    }

    [Fact]
    public async Task A_wake_time_is_written_with_its_record_and_only_then()
    {
        var at = DateTimeOffset.UnixEpoch;
        await _journal.AppendAsync(new JournalAppend(Upload, 0, new byte[1], new WakeChange(at)), Cancellation);
        await _journal.AppendAsync(new JournalAppend(Upload, 1, new byte[1]), Cancellation);
        Assert.Equal("1", await WrittenWithWakeAsync());

        await _journal.AppendAsync(new JournalAppend(Upload, 2, new byte[1], new WakeChange(at.AddDays(1))), Cancellation);
        Assert.Equal("3", await WrittenWithWakeAsync());

        Assert.Equal(AppendOutcome.Conflict, await ClearAsync(2));
        Assert.Equal("3", await WrittenWithWakeAsync());
        Assert.Equal(AppendOutcome.Appended, await ClearAsync(3));
        Assert.Equal("0", await _journals.QueryAsync("SELECT count(*) FROM uploads_wake WHERE service = $"));

        async Task<AppendOutcome> ClearAsync(long version) =>
            await _journal.AppendAsync(new JournalAppend(Upload, version, new byte[1], new WakeChange(null)), Cancellation);

        Task<string?> WrittenWithWakeAsync() => _journals.QueryAsync(
            """
            SELECT string_agg(r.version::text, ' ') FROM uploads_record r JOIN uploads_wake w USING (service, stream)
            WHERE service = $ AND r.xmin = w.xmin
            """);
    }

    /// <summary>Its answers would be undone.</summary>
    [Fact]
    public async Task A_primary_that_has_been_replaced_gets_no_writes_and_gives_no_answers()
    {
        await FillAsync(1);
        var old = _journals.Connect();
        await old.FindPrimaryAsync(Cancellation);
        var journal = new PostgresJournal(old, _journals.Service);
        Assert.Equal(1, await journal.ReadVersionAsync(Upload, Cancellation));
        old.Timeline.Learn("the new primary", old.Timeline.Database!.Value, old.Timeline.Newest + 1);

        await RequireRefusedAsync(() => AppendAsync(journal, 1, "2"));
        await RequireRefusedAsync(async () => await journal.ReadAsync(Upload, Cancellation));
        await RequireRefusedAsync(async () => await journal.ReadVersionAsync(Upload, Cancellation));
        await RequireRefusedAsync(async () => await journal.ListDueAsync(DateTimeOffset.UtcNow, 1, WakeShare.Whole, Cancellation));

        static async Task RequireRefusedAsync(Func<Task> call) => Assert.Contains(
            "is an old primary", (await Assert.ThrowsAsync<JournalUnavailableException>(call)).Message, StringComparison.Ordinal);
    }

    private async Task FillAsync(long records)
    {
        await Task.WhenAll(Enumerable.Range(0, (int)records).Select(version => AppendAsync(_journal, version, $"{version + 1}")));
        Assert.Equal(records, await _journal.ReadVersionAsync(Upload, Cancellation));
    }

    private static async Task<AppendOutcome> AppendAsync(PostgresJournal journal, long version, string text) =>
        await journal.AppendAsync(new JournalAppend(Upload, version, Encoding.UTF8.GetBytes(text)), Cancellation);

    /// <summary>Appends with one transaction, unless that takes so many appends or so long that they need several.</summary>
    private Task<AppendOutcome[]> AppendTogetherAsync(IEnumerable<JournalAppend> appends)
    {
        JournalAppend[] all = [.. appends];
        return Task.WhenAll(all.Select(
            (append, i) => _journal.AppendAsync(append with { MayWait = i < all.Length - 1 }, Cancellation).AsTask()));
    }

    private async Task<string> NewestAsync() =>
        Encoding.UTF8.GetString((await _journal.ReadAsync(Upload, Cancellation)).Records[^1].Span);

    private Task<string?> CountAsync() => _journals.QueryAsync("SELECT count(*) FROM uploads_record WHERE service = $");

    private Task AwaitWaitingAsync() => Eventually.BecomesTrueAsync(
        async () => await _journals.QueryAsync(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == "1",
        "the journal waits",
        TimeSpan.FromSeconds(30));

    /// <summary>Runs commands of another host, which does not end its transaction yet.</summary>
    private async Task<OtherHost> BeginAsync(params NpgsqlBatchCommand[] commands)
    {
        var connection = await _journals.Connect().OpenAsync(Cancellation);
        var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var command in commands)
        {
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(Cancellation);
        return new OtherHost(connection, transaction);
    }

    private sealed class OtherHost(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        public Task EndAsync(bool commits) => commits ? transaction.CommitAsync(Cancellation) : transaction.RollbackAsync(Cancellation);

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
