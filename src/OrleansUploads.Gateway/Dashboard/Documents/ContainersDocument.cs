namespace OrleansUploads.Gateway.Dashboard.Documents;

/// <summary>Vaults and buckets.</summary>
/// <param name="Vaults">The vaults, by name.</param>
/// <param name="Buckets">The buckets, by name.</param>
/// <param name="VaultsAfter">The name after which the next page of vaults begins, or null on the last page.</param>
/// <param name="BucketsAfter">The name after which the next page of buckets begins, or null on the last page.</param>
/// <param name="Health">The health of the server, or null if the key may not see it.</param>
internal sealed record ContainersDocument(
    IReadOnlyList<ListedVault> Vaults,
    IReadOnlyList<ListedBucket> Buckets,
    string? VaultsAfter,
    string? BucketsAfter,
    string? Health);

/// <summary>A vault.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Created">When it was created.</param>
/// <param name="Archives">Number of archives in its last inventory.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="Uploads">Number of uploads in progress.</param>
internal sealed record ListedVault(string Name, long Created, long Archives, long Bytes, long Uploads);

/// <summary>A bucket.</summary>
internal sealed record ListedBucket(string Name, long Created);

/// <summary>A vault with its policies.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Created">When it was created.</param>
/// <param name="Archives">Number of archives in its last inventory.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="LastInventory">When that was taken, or null.</param>
/// <param name="AccessPolicy">The access policy as it was set. Null if the vault has none or the key may not read it.</param>
/// <param name="Lock">The lock, or null.</param>
internal sealed record VaultSettingsDocument(
    string Name, long Created, long Archives, long Bytes, long? LastInventory, string? AccessPolicy, ShownLock? Lock);

/// <summary>A vault lock.</summary>
/// <param name="Policy">The policy as it was sent.</param>
/// <param name="Created">When the lock was initiated.</param>
/// <param name="Expires">When it expires unless it is completed, or null if it is.</param>
internal sealed record ShownLock(string Policy, long Created, long? Expires);
