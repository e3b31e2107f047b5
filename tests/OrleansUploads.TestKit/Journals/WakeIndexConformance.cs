namespace OrleansUploads.TestKit.Journals;

/// <summary>The contract of every wake index as tests. An adapter inherits this class.</summary>
public abstract class WakeIndexConformance : IAsyncLifetime
{
    private static readonly EntityId A = new(EntityKind.Upload, "a");
    private static readonly EntityId B = new(EntityKind.Vault, "b");
    private static readonly EntityId C = new(EntityKind.Jobs, "c");
    private static readonly DateTimeOffset Noon = new(2026, 2, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IJournal Journal { get; set; } = null!;

    private IWakeIndex Wakes { get; set; } = null!;

    /// <summary>An empty journal and the index over it. The inheritor disposes them.</summary>
    protected abstract ValueTask<(IJournal Journal, IWakeIndex Wakes)> CreateAsync();

    public async ValueTask InitializeAsync() => (Journal, Wakes) = await CreateAsync();

    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task A_wake_time_is_read_back_to_the_millisecond_in_any_offset()
    {
        var at = new DateTimeOffset(2026, 2, 1, 14, 0, 0, 123, TimeSpan.FromHours(2));
        await AppendAsync(A, 0, new WakeChange(at));

        Assert.Equal(at, (await Journal.ReadAsync(A, Cancellation)).WakeAt);
    }

    [Fact]
    public async Task An_entity_is_due_from_its_wake_time()
    {
        await AppendAsync(A, 0, new WakeChange(Noon));

        Assert.Empty(await DueAsync(Noon.AddMilliseconds(-1)));
        Assert.Equal([A], await DueAsync(Noon));
        Assert.Equal([A], await DueAsync(Noon.AddMilliseconds(1)));
    }

    [Fact]
    public async Task Due_entities_are_ordered_by_wake_time_and_limited()
    {
        await AppendAsync(A, 0, new WakeChange(Noon.AddMinutes(2)));
        await AppendAsync(B, 0, new WakeChange(Noon));
        await AppendAsync(C, 0, new WakeChange(Noon.AddMinutes(1)));

        Assert.Equal([B, C, A], await DueAsync(Noon.AddHours(1)));
        Assert.Equal([B, C], await DueAsync(Noon.AddHours(1), limit: 2));
        Assert.Equal([B], await DueAsync(Noon.AddHours(1), limit: 1));
        Assert.Equal([B, C], await DueAsync(Noon.AddMinutes(1)));
    }

    [Fact]
    public async Task An_append_without_a_wake_time_keeps_the_current_one()
    {
        await AppendAsync(A, 0, new WakeChange(Noon));
        await AppendAsync(A, 1, wake: null);

        Assert.Equal([A], await DueAsync(Noon));
        Assert.Equal(Noon, (await Journal.ReadAsync(A, Cancellation)).WakeAt);
    }

    [Fact]
    public async Task A_wake_time_can_be_moved_and_cleared()
    {
        await AppendAsync(A, 0, new WakeChange(Noon));
        await AppendAsync(A, 1, new WakeChange(Noon.AddDays(1)));
        Assert.Empty(await DueAsync(Noon));
        Assert.Equal([A], await DueAsync(Noon.AddDays(1)));

        await AppendAsync(A, 2, new WakeChange(null));
        Assert.Empty(await DueAsync(Noon.AddDays(1)));
        Assert.Null((await Journal.ReadAsync(A, Cancellation)).WakeAt);
    }

    [Fact]
    public async Task A_conflicting_append_does_not_move_the_wake_time()
    {
        await AppendAsync(A, 0, new WakeChange(Noon));

        Assert.Equal(AppendOutcome.Conflict, await AppendAsync(A, 0, new WakeChange(null)));

        Assert.Equal([A], await DueAsync(Noon));
    }

    [Fact]
    public async Task A_snapshot_keeps_the_wake_time_and_a_forget_clears_it()
    {
        await AppendAsync(A, 0, new WakeChange(Noon));
        await Journal.SaveSnapshotAsync(A, 1, new byte[1], Cancellation);
        Assert.Equal([A], await DueAsync(Noon));

        await Journal.ForgetAsync(A, 1, Cancellation);
        Assert.Empty(await DueAsync(Noon));
        await AppendAsync(A, 0, wake: null);
        Assert.Null((await Journal.ReadAsync(A, Cancellation)).WakeAt);
    }

    [Fact]
    public async Task A_limit_below_one_throws_an_argument_exception() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => DueAsync(Noon, limit: 0));

    private async Task<AppendOutcome> AppendAsync(EntityId entity, long expectedVersion, WakeChange? wake) =>
        await Journal.AppendAsync(new JournalAppend(entity, expectedVersion, new byte[8], wake), Cancellation);

    private async Task<IReadOnlyList<EntityId>> DueAsync(DateTimeOffset dueAt, int limit = 100) =>
        await Wakes.ListDueAsync(dueAt, limit, Cancellation);
}
