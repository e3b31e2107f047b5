using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.TestKit.ObjectStorage;

namespace OrleansUploads.TestKit.PartStores;

/// <summary>The store that several servers of a test open.</summary>
public abstract class SharedPartStore
{
    /// <summary>An object store that can create an object only if it does not exist.</summary>
    public const string WithConditions = "conditions";

    /// <summary>An object store that cannot.</summary>
    public const string WithoutConditions = "no conditions";

    /// <summary>A folder.</summary>
    public const string InFolder = "folder";

    private SharedPartStore()
    {
    }

    /// <summary>Called before each listing or other call of a name that a test waits for; a test can start another server meanwhile.</summary>
    public Func<string, Task> OnCall { get; set; } = static _ => Task.CompletedTask;

    /// <summary>How often the claims have been listed.</summary>
    public int ClaimListings { get; private set; }

    /// <summary>One of the constants of this class.</summary>
    public required string Kind { get; init; }

    /// <summary>Opens the store, as each server does.</summary>
    public abstract Task<IPartStore> OpenAsync();

    /// <summary>Creates an empty store.</summary>
    /// <param name="kind">One of the constants of this class.</param>
    /// <param name="folder">A folder of the test.</param>
    public static SharedPartStore Named(string kind, string folder) => kind switch
    {
        WithConditions => new Objects(createsOnly: true) { Kind = kind },
        WithoutConditions => new Objects(createsOnly: false) { Kind = kind },
        InFolder => new Folder(Path.Combine(folder, "shared")) { Kind = kind },
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown store."),
    };

#pragma warning disable CA1001 // The objects are in memory, and every server of a test disposes what it opened.
    private sealed class Objects : SharedPartStore
#pragma warning restore CA1001
    {
        private readonly MemoryObjectStorage _storage;

        public Objects(bool createsOnly) => _storage = new Observed(this) { CreatesOnly = createsOnly, PageObjects = 1000 };

        public override async Task<IPartStore> OpenAsync() =>
            await ObjectPartStore.OpenAsync(_storage, new ObjectStorageOptions { FirstWait = TimeSpan.Zero });

        private sealed class Observed(Objects store) : MemoryObjectStorage
        {
            public override async Task<ObjectPage> ListAsync(string prefix, string? page, CancellationToken cancellationToken)
            {
                if (prefix == "store-claims/")
                {
                    store.ClaimListings++;
                }

                await store.OnCall($"list {prefix}");
                return await base.ListAsync(prefix, page, cancellationToken);
            }

            public override async Task PutAsync(
                string key, Stream content, long lengthBytes, bool onlyIfAbsent, CancellationToken cancellationToken)
            {
                await store.OnCall($"put {key}");
                await base.PutAsync(key, content, lengthBytes, onlyIfAbsent, cancellationToken);
            }
        }
    }

    private sealed class Folder(string path) : SharedPartStore
    {
        public override Task<IPartStore> OpenAsync() => Task.FromResult<IPartStore>(new Observed(this, DiskPartStore.OpenShared(path)));

        /// <summary>The shared folder of a test. The claims are counted as those of an object store are.</summary>
        private sealed class Observed(Folder store, DiskPartStore disk) : DelegatingPartStore(disk), IStoreMark
        {
            public string Place => disk.Place;

            public string MarkName => disk.MarkName;

            public ValueTask<byte[]?> FindMarkAsync(CancellationToken cancellationToken) => disk.FindMarkAsync(cancellationToken);

            public ValueTask<byte[]> FindOrMakeMarkAsync(ReadOnlyMemory<byte> random, CancellationToken cancellationToken) =>
                disk.FindOrMakeMarkAsync(random, cancellationToken);

            public ValueTask<bool> HasBytesAsync(CancellationToken cancellationToken) => disk.HasBytesAsync(cancellationToken);

            public async ValueTask<IReadOnlyList<string>> ListClaimsAsync(CancellationToken cancellationToken)
            {
                store.ClaimListings++;
                await store.OnCall("list store-claims/");
                return await disk.ListClaimsAsync(cancellationToken);
            }

            public async ValueTask PutClaimAsync(string name, string text, CancellationToken cancellationToken)
            {
                await store.OnCall($"put store-claims/{name}");
                await disk.PutClaimAsync(name, text, cancellationToken);
            }

            public ValueTask<string?> ReadClaimAsync(string name, CancellationToken cancellationToken) =>
                disk.ReadClaimAsync(name, cancellationToken);

            public ValueTask DeleteClaimAsync(string name, CancellationToken cancellationToken) =>
                disk.DeleteClaimAsync(name, cancellationToken);
        }
    }
}
