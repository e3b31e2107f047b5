using OrleansUploads.Engine.Memory;

namespace OrleansUploads.Cluster.Tests.Harness;

/// <summary>The state that survives a cluster: what is decided, reminders and part bytes.</summary>
internal sealed class DurableWorld
{
    public DurableWorld(
        Func<IGrainStorage, IGrainStorage>? storage = null,
        Func<IPartStore, IPartStore>? parts = null,
        IGrainStorageSerializer? serializer = null)
    {
        Rows = new SharedGrainStorage(serializer);
        Storage = storage?.Invoke(Rows) ?? Rows;
        Parts = parts?.Invoke(new MemoryPartStore()) ?? new MemoryPartStore();
    }

    public SharedGrainStorage Rows { get; }

    public IGrainStorage Storage { get; }

    public SharedReminders Reminders { get; } = new();

    public IPartStore Parts { get; }

    /// <summary>In place of grain storage and reminders; null to use those.</summary>
    public SharedStore? Shared { get; init; }

    public void AddStores(ISiloBuilder silo)
    {
        silo.Services.AddKeyedSingleton(ClusterNames.GrainStorage, Storage);
        silo.Services.AddSingleton<IReminderTable>(Reminders);
    }
}
