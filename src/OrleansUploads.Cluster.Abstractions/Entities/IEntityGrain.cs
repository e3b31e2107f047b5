namespace OrleansUploads.Cluster.Abstractions.Entities;

/// <summary>What gateways and entities say to an entity. Ingestion nodes use <see cref="Uploads.IUploadGrain"/> instead.</summary>
/// <remarks>The key is the entity's own: an account's number, <c>account/vault</c>, <c>account/vault/epoch</c> and so on.</remarks>
[Alias("OrleansUploads.IEntityGrain")]
public interface IEntityGrain : IGrainWithStringKey
{
    /// <summary>Gives a command to the entity and waits for its answer; what the answer tells is durable. Every command is safe
    /// to repeat.</summary>
    /// <param name="command">The command.</param>
    [Alias("Ask")]
    ValueTask<EntityReply> AskAsync(EntityMessage command);
}

/// <summary>An account: which vaults there are.</summary>
[Alias("OrleansUploads.IAccountGrain")]
public interface IAccountGrain : IEntityGrain;

/// <summary>A vault: its uploads in progress, its totals, its settings.</summary>
[Alias("OrleansUploads.IVaultGrain")]
public interface IVaultGrain : IEntityGrain;

/// <summary>One shard of a vault's archive index.</summary>
[Alias("OrleansUploads.IArchiveShardGrain")]
public interface IArchiveShardGrain : IEntityGrain;

/// <summary>A vault's jobs.</summary>
[Alias("OrleansUploads.IJobsGrain")]
public interface IJobsGrain : IEntityGrain;
