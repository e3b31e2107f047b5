using System.Globalization;

namespace OrleansUploads.TestKit.Journals;

/// <summary>The contract of every wake index as tests. An adapter inherits this class.</summary>
public abstract class WakeIndexConformance : IAsyncLifetime
{
    private static readonly EntityId A = new(EntityKind.Upload, "a");
    private static readonly EntityId B = new(EntityKind.Vault, "b");
    private static readonly EntityId C = new(EntityKind.Jobs, "c");

    private protected IJournal Journal { get; private set; } = null!;

    private protected IWakeIndex Wakes { get; private set; } = null!;

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
        await AppendAsync(A, 0, new WakeChange(Some.Noon));

        Assert.Empty(await DueAsync(Some.Noon.AddMilliseconds(-1)));
        Assert.Equal([A], await DueAsync(Some.Noon));
        Assert.Equal([A], await DueAsync(Some.Noon.AddMilliseconds(1)));
    }

    [Fact]
    public async Task Due_entities_are_ordered_by_wake_time_and_limited()
    {
        await AppendAsync(A, 0, new WakeChange(Some.Noon.AddMinutes(2)));
        await AppendAsync(B, 0, new WakeChange(Some.Noon));
        await AppendAsync(C, 0, new WakeChange(Some.Noon.AddMinutes(1)));

        Assert.Equal([B, C, A], await DueAsync(Some.Noon.AddHours(1)));
        Assert.Equal([B, C], await DueAsync(Some.Noon.AddHours(1), limit: 2));
        Assert.Equal([B], await DueAsync(Some.Noon.AddHours(1), limit: 1));
        Assert.Equal([B, C], await DueAsync(Some.Noon.AddMinutes(1)));
    }

    [Fact]
    public async Task An_append_without_a_wake_time_keeps_the_current_one()
    {
        await AppendAsync(A, 0, new WakeChange(Some.Noon));
        await AppendAsync(A, 1, wake: null);

        Assert.Equal([A], await DueAsync(Some.Noon));
        Assert.Equal(Some.Noon, (await Journal.ReadAsync(A, Cancellation)).WakeAt);
    }

    [Fact]
    public async Task A_wake_time_can_be_moved_and_cleared()
    {
        await AppendAsync(A, 0, new WakeChange(Some.Noon));
        await AppendAsync(A, 1, new WakeChange(Some.Noon.AddDays(1)));
        Assert.Empty(await DueAsync(Some.Noon));
        Assert.Equal([A], await DueAsync(Some.Noon.AddDays(1)));

        await AppendAsync(A, 2, new WakeChange(null));
        Assert.Empty(await DueAsync(Some.Noon.AddDays(1)));
        Assert.Null((await Journal.ReadAsync(A, Cancellation)).WakeAt);
    }

    [Fact]
    public async Task A_conflicting_append_does_not_move_the_wake_time()
    {
        await AppendAsync(A, 0, new WakeChange(Some.Noon));

        Assert.Equal(AppendOutcome.Conflict, await AppendAsync(A, 0, new WakeChange(null)));

        Assert.Equal([A], await DueAsync(Some.Noon));
    }

    [Fact]
    public async Task A_snapshot_keeps_the_wake_time_and_a_forget_clears_it()
    {
        await AppendAsync(A, 0, new WakeChange(Some.Noon));
        await Journal.SaveSnapshotAsync(A, 1, new byte[1], Cancellation);
        Assert.Equal([A], await DueAsync(Some.Noon));

        await Journal.ForgetAsync(A, 1, Cancellation);
        Assert.Empty(await DueAsync(Some.Noon));
        await AppendAsync(A, 0, wake: null);
        Assert.Null((await Journal.ReadAsync(A, Cancellation)).WakeAt);
    }

    [Fact]
    public async Task A_limit_below_one_throws_an_argument_exception() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => DueAsync(Some.Noon, limit: 0));

    private async Task<AppendOutcome> AppendAsync(EntityId entity, long expectedVersion, WakeChange? wake) =>
        await Journal.AppendAsync(new JournalAppend(entity, expectedVersion, new byte[8], wake), Cancellation);

    private async Task<IReadOnlyList<EntityId>> DueAsync(DateTimeOffset dueAt, int limit = 100) =>
        await Wakes.ListDueAsync(dueAt, limit, Cancellation);
}

/// <summary>The contract of every wake index that several hosts divide.</summary>
public abstract class SharedWakeIndexConformance : WakeIndexConformance
{
    private const int Entities = 200;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task Each_due_entity_is_in_exactly_one_share_and_no_share_is_much_larger_than_another(int count)
    {
        var due = await AppendAllAsync();

        var shares = new List<EntityId>[count];
        for (var number = 0; number < count; number++)
        {
            shares[number] = [.. await DueAsync(new WakeShare(number, count))];
            Assert.InRange(shares[number].Count, Entities / count / 2, Entities / count * 2);
            Assert.Equal(shares[number], await DueAsync(new WakeShare(number, count)));
        }

        Assert.Equal(due, shares.SelectMany(static share => share).OrderBy(static entity => entity.ToString(), StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_share_is_ordered_by_wake_time_and_its_limit_does_not_count_what_is_in_others()
    {
        await AppendAllAsync();
        var share = new WakeShare(1, 3);
        var all = await DueAsync(share);

        Assert.Equal(all.OrderBy(static entity => int.Parse(entity.Key, CultureInfo.InvariantCulture)), all);
        Assert.Equal(all.Take(10), await DueAsync(share, limit: 10));
        Assert.Empty(await ((ISharedWakeIndex)Wakes).ListDueAsync(Some.Noon.AddMilliseconds(-1), 10, share, Cancellation));
    }

    /// <summary>Appends to many entities, each due a millisecond after the one before.</summary>
    private async Task<IEnumerable<EntityId>> AppendAllAsync()
    {
        List<EntityId> entities =
            [.. Enumerable.Range(0, Entities).Select(static number => new EntityId(EntityKind.Upload, $"{number}"))];
        foreach (var (number, entity) in entities.Index())
        {
            await Journal.AppendAsync(new JournalAppend(entity, 0, new byte[8], new WakeChange(Some.Noon.AddMilliseconds(number))), Cancellation);
        }

        return entities.OrderBy(static entity => entity.ToString(), StringComparer.Ordinal);
    }

    private async Task<IReadOnlyList<EntityId>> DueAsync(WakeShare share, int limit = Entities) =>
        await ((ISharedWakeIndex)Wakes).ListDueAsync(Some.Noon.AddHours(1), limit, share, Cancellation);
}
