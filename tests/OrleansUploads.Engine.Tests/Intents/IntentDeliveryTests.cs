using System.Collections.Concurrent;
using OrleansUploads.Engine.Intents;
using OrleansUploads.Engine.Keys;
using OrleansUploads.Engine.Memory;

namespace OrleansUploads.Engine.Tests.Intents;

/// <summary>The deletion of released bytes, which all accounts share.</summary>
public sealed class IntentDeliveryTests
{
    private const int Busy = 1000;

    private readonly HeldDeletions _parts = new();
    private readonly IntentDelivery _delivery;

    public IntentDeliveryTests()
    {
        var host = new NoEntities();
        _delivery = new IntentDelivery(host, _parts, new KeyIndex(host));
    }

    [Fact]
    public async Task Beside_a_thousand_deletions_of_another_account_a_deletion_begins_at_once()
    {
        var thousand = Enumerable.Range(0, Busy).Select(number => ReclaimAsync(number, "busy")).ToList();
        var other = ReclaimAsync(Busy, "other");
        Assert.Equal(IntentDelivery.MaxReclaimedPerTenant + 1, _parts.Begun);
        Assert.Equal(Some.Upload(Busy), _parts.Last);
        _parts.End(Some.Upload(Busy));
        await other;
        Assert.All(thousand, static deletion => Assert.False(deletion.IsCompleted));

        _parts.Release();
        await Task.WhenAll(thousand);
    }

    /// <summary>Each deletion takes as long as the others that are in progress.</summary>
    [Fact]
    public async Task Beside_three_busy_accounts_a_deletion_waits_for_no_more_than_one_in_progress()
    {
        var busy = new[] { "first", "second", "third" }
            .SelectMany((tenant, index) => Enumerable.Range(index * Busy, Busy).Select(number => ReclaimAsync(number, tenant))).ToList();
        var other = Some.Upload(3 * Busy);
        var deletion = ReclaimAsync(3 * Busy, "other");
        var before = _parts.InProgress;
        Assert.Equal(IntentDelivery.MaxReclaimedAtOnce, before.Count);
        foreach (var upload in before)
        {
            _parts.End(upload);
        }

        await Eventually.BecomesTrueAsync(() => Task.FromResult(_parts.InProgress.Contains(other)), "the deletion begins");
        _parts.End(other);
        await deletion;

        _parts.Release();
        await Task.WhenAll(busy);
    }

    [Fact]
    public async Task A_deletion_that_fails_makes_room_for_the_next_one()
    {
        for (var number = 0; number <= IntentDelivery.MaxReclaimedAtOnce; number++)
        {
            var failing = ReclaimAsync(number, "busy");
            _parts.Fail(Some.Upload(number));
            await Assert.ThrowsAsync<PartStoreUnavailableException>(() => failing);
        }
    }

    private Task<IAnswer> ReclaimAsync(int upload, string tenant) => _delivery.CarryOutAsync(
        Some.Upload(upload).Entity, new ReclaimBytes(Some.Upload(upload), tenant), CancellationToken.None).AsTask();

    /// <summary>Deletes nothing before the test wants it.</summary>
    private sealed class HeldDeletions() : DelegatingPartStore(new MemoryPartStore())
    {
        private readonly ConcurrentDictionary<UploadId, TaskCompletionSource> _held = new();
        private readonly TaskCompletionSource _released = new();
        private int _begun;

        /// <summary>The number of deletions that have begun.</summary>
        public int Begun => Volatile.Read(ref _begun);

        /// <summary>The deletion that began last.</summary>
        public UploadId Last { get; private set; }

        public IReadOnlyCollection<UploadId> InProgress => [.. _held.Keys];

        public void End(UploadId upload)
        {
            _held.TryRemove(upload, out var deletion);
            deletion!.SetResult();
        }

        public void Fail(UploadId upload)
        {
            _held.TryRemove(upload, out var deletion);
            deletion!.SetException(new PartStoreUnavailableException("on purpose"));
        }

        /// <summary>Lets all deletions end.</summary>
        public void Release() => _released.SetResult();

        public override async ValueTask DeleteUploadAsync(UploadId upload, DeletionGuard? guard, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _begun);
            Last = upload;
            await await Task.WhenAny(_held.GetOrAdd(upload, static _ => new()).Task, _released.Task);
        }
    }

    private sealed class NoEntities : IEntityHost
    {
        public ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("Deletions ask no entity.");
    }
}
