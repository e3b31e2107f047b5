namespace OrleansUploads.Engine.Tests.PartStores;

public sealed class DiskPartStoreTests : PartStoreConformance, IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly DiskPartStore _store;

    public DiskPartStoreTests() => _store = DiskPartStore.Open(_root.Path, new() { Threads = 4 });

    protected override IPartStore Store => _store;

    public void Dispose()
    {
        _store.Dispose();
        _root.Dispose();
    }
}
