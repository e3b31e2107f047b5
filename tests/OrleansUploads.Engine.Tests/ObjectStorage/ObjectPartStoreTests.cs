using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.TestKit.ObjectStorage;

namespace OrleansUploads.Engine.Tests.ObjectStorage;

/// <summary>Attempts that are kept in memory until their commit.</summary>
public class ObjectPartStoreTests : PartStoreConformance, IAsyncLifetime
{
    private ObjectPartStore _store = null!;

    protected override IPartStore Store => _store;

    protected override bool ShowsUncommitted => false;

    protected override bool ListsStored => false;

    protected override int SeveralPages => 10;

    /// <summary>Makes the storage of the next test. The tests of planted mistakes replace it.</summary>
    public static AsyncLocal<Func<MemoryObjectStorage>?> Storage { get; } = new();

    public static MemoryObjectStorage NewStorage() => Storage.Value?.Invoke() ?? new MemoryObjectStorage();

    protected virtual ObjectStorageOptions Options => new() { FirstWait = TimeSpan.FromMilliseconds(1) };

    public async ValueTask InitializeAsync() => _store = await ObjectPartStore.OpenAsync(NewStorage(), Options);

    public ValueTask DisposeAsync()
    {
        _store?.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Attempts that are sent while they arrive.</summary>
public sealed class StreamedObjectPartStoreTests : ObjectPartStoreTests
{
    protected override ObjectStorageOptions Options => base.Options with { RepeatableBytes = 2 };
}
