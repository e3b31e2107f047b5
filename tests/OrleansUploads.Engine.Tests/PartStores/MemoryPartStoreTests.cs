using OrleansUploads.Engine.Memory;

namespace OrleansUploads.Engine.Tests.PartStores;

public sealed class MemoryPartStoreTests : PartStoreConformance
{
    protected override IPartStore Store { get; } = new MemoryPartStore();
}
