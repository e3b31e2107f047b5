using OrleansUploads.Engine.Memory;

namespace OrleansUploads.Engine.Tests.PartStores;

/// <summary>Without planned faults, the faulty store behaves like any other.</summary>
public sealed class UnplannedFaultyPartStoreTests : PartStoreConformance
{
    protected override IPartStore Store { get; } = new FaultyPartStore(new MemoryPartStore(), new PartStorePlan());
}

public sealed class FaultyPartStoreTests
{
    private static readonly byte[] Bytes = [1, 2, 3];

    private readonly MemoryPartStore _inner = new();
    private readonly PartStorePlan _plan = new();
    private readonly FaultyPartStore _store;

    public FaultyPartStoreTests() => _store = new FaultyPartStore(_inner, _plan);

    [Theory]
    [InlineData(PartStoreCall.Create)]
    [InlineData(PartStoreCall.Write)]
    [InlineData(PartStoreCall.Commit)]
    public async Task A_call_that_fails_before_its_effect_leaves_nothing(PartStoreCall call)
    {
        _plan.At(call, 1, PartStoreFault.Before);

        await Assert.ThrowsAsync<IOException>(() => StoreAsync(1));
        Assert.Empty(await _inner.AllAttemptsAsync(PartBytes.Upload(1), CancellationToken.None));

        await StoreAsync(2);
        Assert.Equal(Bytes, await _inner.LoadAsync(PartBytes.Upload(1), PartBytes.Attempt(2)));
        Assert.Equal(2, _store.Calls(PartStoreCall.Create));
    }

    [Fact]
    public async Task A_commit_that_fails_after_its_effect_leaves_the_attempt()
    {
        _plan.At(PartStoreCall.Commit, 1, PartStoreFault.After);

        await Assert.ThrowsAsync<IOException>(() => StoreAsync(1));
        Assert.Equal(Bytes, await _inner.LoadAsync(PartBytes.Upload(1), PartBytes.Attempt(1)));
    }

    [Fact]
    public async Task A_creation_that_fails_after_its_effect_leaves_a_half_written_attempt()
    {
        _plan.At(PartStoreCall.Create, 1, PartStoreFault.After);

        await Assert.ThrowsAsync<IOException>(() => StoreAsync(1));
        Assert.Single(await _inner.AllAttemptsAsync(PartBytes.Upload(1), CancellationToken.None));
        await Assert.ThrowsAsync<AttemptDamagedException>(
            () => _inner.LoadAsync(PartBytes.Upload(1), PartBytes.Attempt(1)));
    }

    [Fact]
    public async Task A_full_disk_stays_full_until_there_is_room()
    {
        _plan.Always(PartStoreCall.Write, PartStoreFault.Full);
        await Assert.ThrowsAsync<PartStoreFullException>(() => StoreAsync(1));
        await Assert.ThrowsAsync<PartStoreFullException>(() => StoreAsync(2));

        _plan.Always(PartStoreCall.Write, PartStoreFault.None);
        await StoreAsync(3);
        Assert.Equal(
            [PartBytes.Attempt(3)], await _inner.AllAttemptsAsync(PartBytes.Upload(1), CancellationToken.None));
    }

    [Fact]
    public async Task A_damaged_read_returns_no_bytes_and_the_next_read_succeeds()
    {
        await StoreAsync(1);
        _plan.At(PartStoreCall.Read, 1, PartStoreFault.Damaged);

        await Assert.ThrowsAsync<AttemptDamagedException>(
            () => _store.LoadAsync(PartBytes.Upload(1), PartBytes.Attempt(1)));
        Assert.Equal(Bytes, await _store.LoadAsync(PartBytes.Upload(1), PartBytes.Attempt(1)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_held_commit_waits_for_its_gate(bool afterEffect)
    {
        var gate = new PartStoreGate();
        _plan.At(
            PartStoreCall.Commit,
            1,
            afterEffect ? PartStoreFault.HoldAfter(gate) : PartStoreFault.HoldBefore(gate));

        var storing = StoreAsync(1);
        await gate.Reached;
        Assert.False(storing.IsCompleted);
        var opened = await Record.ExceptionAsync(() => _inner.LoadAsync(PartBytes.Upload(1), PartBytes.Attempt(1)));
        Assert.Equal(afterEffect, opened is null);

        gate.Open();
        await storing;
        Assert.Equal(Bytes, await _store.LoadAsync(PartBytes.Upload(1), PartBytes.Attempt(1)));
    }

    private Task StoreAsync(int attempt) => _store.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(attempt), Bytes);
}
