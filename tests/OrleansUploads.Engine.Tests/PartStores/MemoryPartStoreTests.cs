using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Ports;
using OrleansUploads.TestKit.PartStores;

namespace OrleansUploads.Engine.Tests.PartStores;

public sealed class MemoryPartStoreTests : PartStoreConformance
{
    protected override IPartStore Store { get; } = new MemoryPartStore();
}
