using System.Text;

namespace OrleansUploads.TestKit.Journals;

/// <summary>The contract of every journal as tests. An adapter inherits this class.</summary>
public abstract class JournalConformance : IAsyncLifetime
{
    private static readonly EntityId Upload = new(EntityKind.Upload, "upload-1");

    /// <summary>The longest key that the journal accepts, in characters.</summary>
    protected virtual int MaxKeyChars => 512;

    private IJournal Journal { get; set; } = null!;

    /// <summary>An empty journal. The inheritor disposes it.</summary>
    protected abstract ValueTask<IJournal> CreateAsync();

    public async ValueTask InitializeAsync() => Journal = await CreateAsync();

    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task A_missing_stream_has_version_0_and_no_records()
    {
        JournalHistory history = await Journal.ReadAsync(Upload, Cancellation);

        Assert.Equal(0, history.Version);
        Assert.Null(history.Snapshot);
        Assert.Empty(history.Records);
        Assert.Null(history.WakeAt);
    }

    [Fact]
    public async Task Records_are_read_back_in_the_order_in_which_they_were_appended()
    {
        await AppendAsync(Upload, 0, "a", "b", "c");

        JournalHistory history = await Journal.ReadAsync(Upload, Cancellation);

        Assert.Equal(3, history.Version);
        Assert.Equal(["a", "b", "c"], Texts(history));
        Assert.Equal(3, await Journal.ReadVersionAsync(Upload, Cancellation));
        Assert.Equal(0, await Journal.ReadVersionAsync(new EntityId(EntityKind.Vault, "other"), Cancellation));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(long.MaxValue)]
    public async Task An_append_at_a_different_version_is_a_conflict_and_writes_nothing(long expectedVersion)
    {
        await AppendAsync(Upload, 0, "a", "b");

        AppendOutcome outcome = await AppendAsync(Upload, expectedVersion, "x");

        Assert.Equal(AppendOutcome.Conflict, outcome);
        Assert.Equal(["a", "b"], Texts(await Journal.ReadAsync(Upload, Cancellation)));
    }

    [Fact]
    public async Task A_negative_version_throws_an_argument_exception()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => AppendAsync(Upload, -1, "a"));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await Journal.SaveSnapshotAsync(Upload, 0, Bytes("s"), Cancellation));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await Journal.ForgetAsync(Upload, -1, Cancellation));
    }

    [Fact]
    public async Task Streams_that_differ_only_in_kind_or_key_are_different()
    {
        EntityId[] entities =
        [
            new(EntityKind.Upload, "k"), new(EntityKind.Vault, "k"), new(EntityKind.Upload, "K"),
            new(EntityKind.Upload, "k "), new(EntityKind.Upload, ""),
        ];
        foreach (EntityId entity in entities)
            Assert.Equal(AppendOutcome.Appended, await AppendAsync(entity, 0, entity.ToString()));

        foreach (EntityId entity in entities)
            Assert.Equal([entity.ToString()], Texts(await Journal.ReadAsync(entity, Cancellation)));
    }

    [Fact]
    public async Task A_key_may_be_long_and_contain_all_printable_characters()
    {
        string printable = string.Concat(Enumerable.Range(0x20, 0x7F - 0x20).Select(code => (char)code));
        EntityId[] entities = [new(EntityKind.Vault, printable), new(EntityKind.Vault, new string('k', MaxKeyChars)), new(EntityKind.Vault, "a/b%'; --")];
        foreach (EntityId entity in entities)
        {
            Assert.Equal(AppendOutcome.Appended, await AppendAsync(entity, 0, entity.Key));
            Assert.Equal([entity.Key], Texts(await Journal.ReadAsync(entity, Cancellation)));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData((1024 * 1024) + 1)]
    public async Task A_record_and_a_snapshot_of_any_length_are_read_back_unchanged(int lengthBytes)
    {
        var record = new byte[lengthBytes];
        new Random(lengthBytes).NextBytes(record);
        var snapshot = new byte[lengthBytes];
        new Random(lengthBytes + 1).NextBytes(snapshot);
        await AppendAsync(Upload, 0, "before");
        await Journal.SaveSnapshotAsync(Upload, 1, snapshot, Cancellation);

        await Journal.AppendAsync(new JournalAppend(Upload, 1, record), Cancellation);

        JournalHistory history = await Journal.ReadAsync(Upload, Cancellation);
        Assert.Equal(record, Assert.Single(history.Records).ToArray());
        Assert.Equal(snapshot, history.Snapshot!.Value.ToArray());
    }

    [Fact]
    public async Task The_caller_may_reuse_its_buffer_after_the_append()
    {
        byte[] buffer = [1, 2, 3];
        await Journal.AppendAsync(new JournalAppend(Upload, 0, buffer), Cancellation);
        await Journal.SaveSnapshotAsync(new EntityId(EntityKind.Vault, "other"), 1, buffer, Cancellation);
        buffer.AsSpan().Clear();

        JournalHistory history = await Journal.ReadAsync(Upload, Cancellation);

        Assert.Equal([1, 2, 3], Assert.Single(history.Records).ToArray());
    }

    [Fact]
    public async Task A_snapshot_of_everything_keeps_the_version_and_the_stream_continues_from_it()
    {
        await AppendAsync(Upload, 0, "a", "b");
        await Journal.SaveSnapshotAsync(Upload, 2, Bytes("ab"), Cancellation);

        Assert.Equal(2, (await Journal.ReadAsync(Upload, Cancellation)).Version);
        Assert.Equal(AppendOutcome.Conflict, await AppendAsync(Upload, 0, "x"));
        Assert.Equal(AppendOutcome.Appended, await AppendAsync(Upload, 2, "c"));
        Assert.Equal(["c"], Texts(await Journal.ReadAsync(Upload, Cancellation)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task A_snapshot_that_is_no_newer_or_beyond_the_stream_is_ignored(long version)
    {
        await AppendAsync(Upload, 0, "a", "b", "c");
        await Journal.SaveSnapshotAsync(Upload, 2, Bytes("ab"), Cancellation);

        await Journal.SaveSnapshotAsync(Upload, version, Bytes("other"), Cancellation);

        JournalHistory history = await Journal.ReadAsync(Upload, Cancellation);
        Assert.Equal("ab", Text(history.Snapshot!.Value));
        Assert.Equal(["c"], Texts(history));
    }

    [Fact]
    public async Task A_snapshot_of_a_missing_stream_does_not_create_it()
    {
        await Journal.SaveSnapshotAsync(Upload, 1, Bytes("s"), Cancellation);

        Assert.Equal(0, (await Journal.ReadAsync(Upload, Cancellation)).Version);
    }

    [Fact]
    public async Task A_forgotten_stream_has_version_0_and_can_start_again()
    {
        await AppendAsync(Upload, 0, "a", "b", "c");
        await Journal.SaveSnapshotAsync(Upload, 2, Bytes("ab"), Cancellation);

        Assert.Equal(AppendOutcome.Appended, await Journal.ForgetAsync(Upload, 3, Cancellation));

        Assert.Equal(0, (await Journal.ReadAsync(Upload, Cancellation)).Version);
        Assert.Equal(AppendOutcome.Appended, await AppendAsync(Upload, 0, "new"));
        JournalHistory history = await Journal.ReadAsync(Upload, Cancellation);
        Assert.Null(history.Snapshot);
        Assert.Equal(["new"], Texts(history));
    }

    [Fact]
    public async Task Forgetting_at_another_version_is_a_conflict_and_forgets_nothing()
    {
        await AppendAsync(Upload, 0, "a", "b");

        Assert.Equal(AppendOutcome.Conflict, await Journal.ForgetAsync(Upload, 1, Cancellation));
        Assert.Equal(AppendOutcome.Conflict, await Journal.ForgetAsync(Upload, 3, Cancellation));

        Assert.Equal(["a", "b"], Texts(await Journal.ReadAsync(Upload, Cancellation)));
    }

    [Fact]
    public async Task A_writer_that_missed_a_forget_is_fenced()
    {
        await AppendAsync(Upload, 0, "a", "b");
        await Journal.ForgetAsync(Upload, 2, Cancellation);

        Assert.Equal(AppendOutcome.Conflict, await AppendAsync(Upload, 2, "stale"));
        Assert.Equal(AppendOutcome.Conflict, await Journal.ForgetAsync(Upload, 2, Cancellation));
        Assert.Equal(0, (await Journal.ReadAsync(Upload, Cancellation)).Version);
    }

    [Fact]
    public async Task Exactly_one_of_many_concurrent_appends_at_one_version_succeeds()
    {
        const int Callers = 32;
        const int Versions = 50;
        var winners = new int[Versions];
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(AppendToEachVersionAsync));

        Assert.All(winners, won => Assert.Equal(1, won));
        Assert.Equal(Versions, (await Journal.ReadAsync(Upload, Cancellation)).Version);

        async Task AppendToEachVersionAsync(int caller)
        {
            for (int version = 0; version < Versions; version++)
            {
                await Task.Yield();
                if (await AppendAsync(Upload, version, $"{caller}") == AppendOutcome.Appended)
                    Interlocked.Increment(ref winners[version]);
            }
        }
    }

    [Fact]
    public async Task Concurrent_callers_on_many_streams_read_their_own_records()
    {
        const int Records = 60;
        EntityId[] entities = [.. Enumerable.Range(0, 100).Select(number => new EntityId(EntityKind.Upload, $"many-{number}"))];

        await Task.WhenAll(entities.Select(WriteAsync));

        foreach (EntityId entity in entities)
        {
            JournalHistory history = await Journal.ReadAsync(entity, Cancellation);
            Assert.Equal(Records, history.Version);
            Assert.Equal($"{entity} through 40", Text(history.Snapshot!.Value));
            Assert.Equal(Enumerable.Range(40, Records - 40).Select(version => $"{entity} {version}"), Texts(history));
        }

        async Task WriteAsync(EntityId entity)
        {
            for (int version = 0; version < Records; version++)
            {
                await Task.Yield();
                Assert.Equal(AppendOutcome.Appended, await AppendAsync(entity, version, $"{entity} {version}"));
                Assert.Equal(version + 1, (await Journal.ReadAsync(entity, Cancellation)).Version);
                if (version + 1 is 20 or 40)
                    await Journal.SaveSnapshotAsync(entity, version + 1, Bytes($"{entity} through {version + 1}"), Cancellation);
            }
        }
    }

    [Fact]
    public async Task A_call_canceled_before_it_starts_changes_nothing()
    {
        await AppendAsync(Upload, 0, "a");
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Journal.AppendAsync(new JournalAppend(Upload, 1, Bytes("b")), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Journal.ForgetAsync(Upload, 1, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Journal.SaveSnapshotAsync(Upload, 1, Bytes("s"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Journal.ReadAsync(Upload, cancelled));

        JournalHistory history = await Journal.ReadAsync(Upload, Cancellation);
        Assert.Null(history.Snapshot);
        Assert.Equal(["a"], Texts(history));
    }

    [Fact]
    public async Task An_append_canceled_at_any_moment_is_complete_or_absent()
    {
        for (int round = 0; round < 200; round++)
        {
            var entity = new EntityId(EntityKind.Upload, $"cancelled-{round}");
            using var cancellation = new CancellationTokenSource();
            Task<AppendOutcome> append =
                Journal.AppendAsync(new JournalAppend(entity, 0, Bytes("whole")), cancellation.Token).AsTask();
            await cancellation.CancelAsync();
            bool isConfirmed = await append.ContinueWith(
                static ended => ended.IsCompletedSuccessfully, TaskScheduler.Default);

            JournalHistory history = await Journal.ReadAsync(entity, Cancellation);
            Assert.True(history.Version == 1 || !isConfirmed);
            Assert.All(Texts(history), record => Assert.Equal("whole", record));
        }
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static string[] Texts(JournalHistory history) => [.. history.Records.Select(Text)];

    /// <summary>Appends records one by one, and returns the outcome of the last.</summary>
    private async Task<AppendOutcome> AppendAsync(EntityId entity, long expectedVersion, params string[] records)
    {
        var outcome = AppendOutcome.Conflict;
        foreach (string record in records)
            outcome = await Journal.AppendAsync(new JournalAppend(entity, expectedVersion++, Bytes(record)), Cancellation);
        return outcome;
    }
}
